"""My story: a member's own years, which nobody else can see."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ledger.agreements.rules import DEFAULT_CATEGORIES
from ledger.exchanges.commands import ConfirmExchange, ReportExchange, ReverseExchange, help_given
from ledger.gifts.commands import RecordGift
from ledger.identifiers import COMMUNITY, AccountId, CategoryKey
from projections.figures.reports import kept
from projections.figures.reports.kept import Report
from tests.cast import ANA, BO
from tests.projections.elm_street import ElmStreet
from tests.web.pages.conftest import YESTERDAY, Street
from tests.web.pages.reader import words_on
from tests.web.pseudo import left_in_english, pseudo_languages
from tests.web.routes import MEMBERS, Found
from web.pages.exchanges.fields import today_of
from web.pages.figures.story import shown_year

FOUND: Found = {"show_story": MEMBERS}

LAST_YEAR = date(2025, 12, 31)
OF_ANA = ("Ana Sousa", "Bo Lindqvist", "Riverside", *(category.label for category in DEFAULT_CATEGORIES))


def busy(street: Street) -> None:
    """Two years of Ana's: help, skill exchanges, a gift each way, and an exchange that was taken back."""
    street.helped(by=street.bo_id, on=LAST_YEAR, minutes=30)
    street.helped(by=street.bo_id)
    street.bank.do(ConfirmExchange(exchange=street.helped(back=45, minutes=60)), by=street.bo_id)
    street.gave()
    street.bank.do(
        RecordGift(
            giver=street.chidi_id, receiver=AccountId(street.ana_id), category=CategoryKey("food"), given_on=YESTERDAY
        ),
        by=street.chidi_id,
    )
    mistake = street.helped(by=street.bo_id, minutes=90)
    street.bank.do(ReverseExchange(exchange=mistake, asked_by=street.bo_id, reason="Hm"), by=street.chidi_id)


def usual(street: Street, **figures: Any) -> None:
    """Store the report of last year with these figures for everyone."""
    report = Report(
        scope="community",
        period="2025",
        audience="everyone",
        first_day=date(2025, 1, 1),
        last_day=LAST_YEAR,
        known_on=date(2026, 1, 7),
        entry=1,
        looked_at=1,
        late=None,
        late_hidden=False,
        figures=figures,
    )
    identity = street.views.reports.identity
    engine = street.bank.place.views_engine()
    with engine.execution_options(writes=True).begin() as connection:
        kept.store_reports(connection, identity, [report])
    engine.dispose()


def test_a_newcomer_reads_how_a_story_starts(street: Street) -> None:
    words = words_on(street.eve.get("/story"))

    assert "My story, 2026" in words
    assert "Your story will start with the first hour or gift you give or receive." in words
    assert "you can start by receiving" in words and "Log hours or a gift" in words
    assert "CSV" not in words


def test_the_current_year_is_shown_beside_the_total(street: Street) -> None:
    busy(street)

    words = words_on(street.ana.get("/story"))

    assert "2026 so far Given3 h 30 minto 1 neighbour Received45 minfrom 2 neighbours" in words
    assert "Gifts: 1 given, 1 received." in words
    assert "Since you joined in November 2026 Given4 hto 1 neighbour Received45 minfrom 2 neighbours" in words
    assert "You gave or received on 1 days" not in words and "You gave or received on 1 day" in words
    assert "November 2026 was the busiest month" in words
    assert "Largest share: Garden" in words


def test_another_year_is_chosen_by_its_number(street: Street) -> None:
    busy(street)

    words = words_on(street.ana.get("/story?year=2025"))

    assert "My story, 2025" in words and "so far" not in words
    assert "2025 Given30 minto 1 neighbour Received0 h" in words
    assert "With 1 neighbour" in words


def test_an_invented_year_shows_the_current_one(street: Street) -> None:
    for asked in ("1900", "2027", "9999", "20x5", "2025-01", "", "٢٠٢٥", "'", "2" * 3_000):
        answer = street.ana.get("/story", params={"year": asked})

        assert answer.status_code == 200 and "My story, 2026" in words_on(answer), asked


def test_a_year_without_entries_shows_no_chart(street: Street) -> None:
    street.helped(by=street.bo_id, on=LAST_YEAR)

    answer = street.ana.get("/story")

    assert "Nothing is on record for you in 2026 yet." in words_on(answer)
    assert 'role="img"' not in answer.text
    assert 'href="/story?year=2025"' in answer.text


def test_a_year_with_only_gifts_has_no_chart_of_hours(street: Street) -> None:
    street.gave(COMMUNITY)

    words = words_on(street.ana.get("/story"))

    assert "You gave or received on 1 day" in words and "busiest month" not in words
    assert "Given0 hto 0 neighbours" in words and "Gifts: 1 given, 0 received." in words
    assert "Shared with" not in words


def test_first_times_are_listed_by_exchange_with_a_link(street: Street) -> None:
    exchange = street.helped(by=street.bo_id)
    gift = street.gave()

    answer = street.ana.get("/story")

    lines = re.findall(r"<li><time.*?</li>", answer.text, re.DOTALL)
    assert len(lines) == 2
    told = {f"/exchanges/{exchange}": "for the first time", f"/gifts/{gift}": "You gave a gift for the first time."}
    for address, sentence in told.items():
        assert any(f'href="{address}"' in line and sentence in line for line in lines)
    words = words_on(answer)
    assert "You gave hours for the first time." in words and "A new kind of help: Garden." in words
    assert words.count("Your first time with Bo Lindqvist.") == 1


def test_a_typical_month_comes_from_the_latest_closed_year(street: Street) -> None:
    street.helped(by=street.bo_id)
    usual(street, typical_given=[60, 180], typical_received=[90, 90])

    words = words_on(street.ana.get("/story"))

    assert "In 2025, half of the neighbours who gave hours gave between 1 h and 3 h a month." in words
    assert "Half of the people who received hours received about 1 h 30 min a month." in words


def test_a_typical_month_is_left_out_if_too_few_people_took_part(street: Street) -> None:
    street.helped(by=street.bo_id)
    usual(street, typical_given=None, typical_received=None)

    assert "half of" not in words_on(street.ana.get("/story")).casefold()


def test_nobody_is_compared_ranked_or_netted(street: Street) -> None:
    busy(street)

    words = words_on(street.ana.get("/story")).casefold()

    assert "\N{MINUS SIGN}" not in words
    assert not re.search(r"balance|rank|better|more than (most|others)|top |percent|%", words)


def test_each_chart_has_a_title_a_description_and_a_table(street: Street) -> None:
    busy(street)

    text = street.ana.get("/story").text

    pictures = re.findall(r'<svg role="img" aria-labelledby="(\S+) (\S+)"', text)
    assert len(pictures) == 2
    for title, description in pictures:
        assert text.count(f'<title id="{title}">') == 1 and text.count(f'<desc id="{description}">') == 1
    assert "The days in a table" in text and "The months in a table" in text
    assert "style=" not in text and "<script" not in text


def test_every_word_of_a_story_is_translated(street: Street) -> None:
    busy(street)
    usual(street, typical_given=[60, 180], typical_received=[90, 90])
    ana = street.neighbourhood.browser(street.neighbourhood.app(languages=pseudo_languages()), member=street.ana_id)

    for language, direction in (("en", "ltr"), ("ar", "rtl")):
        ana.speaks(language)
        for year in ("2026", "2025"):
            text = ana.get(f"/story?year={year}").text
            assert left_in_english(text, *OF_ANA, "Chidi Eze") == []
            assert f'dir="{direction}"' in text


def test_only_the_member_can_read_their_story(street: Street) -> None:
    street.helped(by=street.bo_id, note="Two rows of leeks")
    who = ("member", "account", "id", "for", "with")
    query = "&".join(f"{name}={street.ana_id}" for name in who)

    for path in ("/story", "/story.csv", "/story.json"):
        assert "Bo Lindqvist" in street.ana.get(path).text
        for somebody_else in (street.chidi, street.ruth, street.eve):
            answer = somebody_else.get(f"{path}?{query}")
            assert answer.status_code == 200
            assert not re.search("Ana Sousa|Bo Lindqvist|leeks|Garden", answer.text)
            assert somebody_else.get(f"{path}/{street.ana_id}").status_code == 404
        stranger = street.neighbourhood.browser().get(path)
        assert stranger.status_code == 303 and stranger.headers["location"].startswith("/sign-in")


def test_home_and_history_link_to_the_story(street: Street) -> None:
    street.helped(by=street.bo_id)

    assert 'href="/story"' in street.ana.get("/").text
    assert 'href="/story"' in street.ana.get("/exchanges").text
    assert "My story, year by year" not in words_on(street.chidi.get(f"/exchanges?member={street.ana_id}"))


def test_the_year_changes_at_midnight_in_the_communitys_time_zone(tmp_path: Path) -> None:
    street = ElmStreet.founded(f"sqlite:///{tmp_path / 'data'}", time_zone="Pacific/Auckland")
    try:
        street.time.moment = datetime(2026, 12, 31, 10, 30, tzinfo=UTC)
        assert shown_year("", ANA, today_of(street.bank), street.views).year.year == "2026"
        street.time.moment = datetime(2026, 12, 31, 11, 30, tzinfo=UTC)
        street.bank.do(ReportExchange(legs=(help_given(ANA, BO, 60, "garden"),), given_on=date(2027, 1, 1)), by=BO)
        street.views.catch_up()

        shown = shown_year("", ANA, today_of(street.bank), street.views)

        assert (shown.year.year, shown.year.total.given, shown.is_current) == ("2027", 60, True)
        assert shown_year("2026", ANA, today_of(street.bank), street.views).year.days == []
    finally:
        street.close()
