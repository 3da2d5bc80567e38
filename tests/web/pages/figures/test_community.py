"""The community page: where help goes in a closed month or year, without naming anyone."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger.exchanges.commands import ReportExchange, help_given
from projections.figures.reports.kept import COMMUNITY, Late
from projections.figures.reports.refreshing import refresh
from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on
from tests.web.reports import FOR_COORDINATORS, GARDEN, hidden, kept, month_of, part, report
from tests.web.routes import MEMBERS, Found

FOUND: Found = {"show_community": MEMBERS}

FEBRUARY = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)


def read(street: Street, **asked: str) -> str:
    """Return the text of the community page as Ana reads it."""
    return words_on(street.ana.get("/community", params=asked))


def test_a_new_community_reads_what_will_be_shown(street: Street) -> None:
    shown = read(street)

    assert "Nothing to show yet." in shown and "Log hours or a gift" in shown


def test_before_the_first_month_closes_the_page_says_when_figures_will_appear(street: Street) -> None:
    street.helped(by=street.bo_id)

    shown = read(street)

    assert "The first figures will appear a week after the first month ends" in shown


def test_after_the_log_was_read_the_page_names_the_day_of_the_first_figures(street: Street) -> None:
    street.helped(by=street.bo_id)
    refresh(street.bank.log, street.bank.place.views_engine(), now=street.neighbourhood.clock.now, everything=False)

    assert "The first figures will appear here after 7 December 2026" in read(street)


def test_figures_of_imported_records_appear_a_week_after_the_founding(street: Street) -> None:
    street.helped(by=street.bo_id, on=date(2026, 5, 2))
    refresh(street.bank.log, street.bank.place.views_engine(), now=street.neighbourhood.clock.now, everything=False)

    assert "The first figures will appear here after 29 November 2026" in read(street)


def test_the_latest_closed_year_is_shown_first(street: Street) -> None:
    kept(street.views, [report(2024), report(2025), month_of(report(2025), 10)])

    shown = read(street)

    assert "In 2025, 148 people gave or received 3,105 h of help in 1,240 exchanges and gifts." in shown
    assert "5 of 20" in shown and "4 of 20" in shown and "11 of 20" in shown
    assert "All three keep a neighbourhood going. None is better than the others." in shown
    assert "Given back 780 h 25% 11%" in shown, "the numbers and chance are in the table"
    assert (
        "Seven in ten of us took part in 2025" in shown
        and "Everyone else is taking a break, and is still a member." in shown
    )
    assert "15 people gave 38 of every 100 hours. A year earlier it was 38." in shown
    assert "52 newcomers joined. Half of them gave or received within 23 days." in shown
    assert "Largest share shown: Meals and food" in shown and "Children and family not shown" in shown
    assert "Some rows are hidden, because they could reveal something about a few people." in shown
    assert "Of the months shown, October 2025 was the busiest" in shown and "June 2025 too few people to show" in shown
    assert "Some help on most days" in shown


def test_the_page_says_what_it_counts_and_what_came_late(street: Street) -> None:
    kept(street.views, [report(late=Late(entries=25, taken_back=10, minutes=1_500))])

    shown = read(street)

    assert "count what was given in 2025 and recorded by the end of 7 January 2026 (up to entry 4,201)" in shown
    assert "Recorded since then and not counted here: 25 exchanges and gifts." in shown
    assert "Taken back since then but still counted here: 10." in shown
    assert "This page includes everything recorded up to entry 4,201." in shown


def test_any_period_can_be_chosen_and_compared_with_another(street: Street) -> None:
    last_year = report(2024, twenty={"given_back": 7, "comes_round": 1, "passed_on": 12})
    kept(street.views, [report(2025), last_year, month_of(report(2025), 10)])

    october, both = read(street, period="2025-10"), read(street, period="2025", beside="2024")

    assert "In October 2025, 148 people" in october and "Three in ten of us took part in October 2025" in october
    assert "2025 compared with 2024" in both and "The same figures, side by side" in both
    assert "Of every 20 hours given in 2024, 7 were given back" in both and "Hours given 3,105 h 3,105 h" in both


@pytest.mark.parametrize(
    "asked", [{"period": "2031"}, {"period": "yesterday"}, {"beside": "<b>"}, {"period": "2025-1"}]
)
def test_a_period_without_figures_falls_back_on_the_latest(street: Street, asked: dict[str, str]) -> None:
    kept(street.views, [report(2025)])

    page = street.ana.get("/community", params=asked)

    assert page.status_code == 200 and "There are no figures for that period. These are the latest." in words_on(page)
    assert "In 2025, 148 people" in words_on(page) and "<b>" not in page.text.split("<main")[1].split("<h1")[0]


def test_a_year_with_only_gifts_shows_no_hours(street: Street) -> None:
    changed: dict[str, Any] = dict.fromkeys(("twenty", "given_back", "load", "load_people", "median_people_helped"))
    changed |= {"minutes": 0, "entries": 686, "people": 161, "months": []}
    changed |= {"by_kind": {"gift": part(0, 686, 1.0)}, "by_category": {GARDEN: part(0, 686, 1.0)}}
    kept(street.views, [report(2025, **changed)])

    shown = read(street)

    assert "In 2025, 161 people gave or received 686 gifts." in shown and "0 h" not in shown
    assert "Only gifts were logged in 2025. Gifts have no hours" in shown
    assert "How the giving is shared" not in shown and "Hours of help each month" not in shown
    assert "Garden 686" in shown and "took part in 2025" in shown


def test_a_year_with_too_few_people_shows_no_figures(street: Street) -> None:
    kept(street.views, [hidden(report(2025))])

    page = street.ana.get("/community")

    assert (
        "Too few people took part in 2025 to show figures without revealing something about one of them."
        in words_on(page)
    )
    assert "<figure" not in page.text and 'id="part"' not in page.text


def test_each_hidden_finding_says_that_it_is_hidden(street: Street) -> None:
    names = ("twenty", "people_30", "people_90", "people_365", "load", "busy", "by_kind", "retention", "newcomers")
    kept(street.views, [report(**dict.fromkeys(names))])

    page = street.ana.get("/community")
    shown = words_on(page)

    assert "Too few people took part to show how much of each there was in 2025." in shown
    assert "This is not shown when there are fewer than 50 people" in shown
    assert "Too few people to show how soon newcomers start." in shown
    assert "Too few people to show how busy each day, week or month was." in shown
    assert page.text.count('role="img"') == 1, "the months alone are drawn"


def test_coordinators_read_signs_of_wellbeing(street: Street) -> None:
    theirs = report(audience="coordinators", people=149, **FOR_COORDINATORS)
    kept(street.views, [report(), theirs])

    chidi, ruth, ana = (words_on(one.get("/community")) for one in (street.chidi, street.ruth, street.ana))

    assert "In 2025, 149 people" in chidi and "In 2025, 149 people" in ruth and "In 2025, 148 people" in ana
    assert "9 newcomers have been here for a month or more" in chidi and "6 people gave far more" in chidi
    assert "Out of every 100 exchanges logged for this period, 3 were still waiting" in chidi
    for shown in (ana, ruth):
        assert "For coordinators" not in shown and "newcomers have been here" not in shown
    assert "Please do not share this page" in chidi and "Please do not share this page" not in ana


def test_only_readers_of_reports_see_links_to_them(street: Street) -> None:
    kept(street.views, [report(), report(audience="coordinators")])

    chidi, ruth, ana = (one.get("/community").text for one in (street.chidi, street.ruth, street.ana))

    assert "/community/report/2025" in chidi and "/community/report/2025" in ruth
    assert "/community/report" not in ana and "/community/everything" not in ana + chidi
    assert "/community/everything" in ruth


def test_groups_are_sorted_by_name_and_not_ranked(street: Street) -> None:
    access = [{"group": street.garden, "received_per_member": 600, "ratio": 0.5, "low": 0.3, "high": 0.8}]
    kept(street.views, [report(access=access, theil_between=0.06), report(2024)])

    shown, without = read(street), read(street, period="2024")

    assert "Help reaches some groups more than others" in shown and "Weir garden 10 h less than elsewhere" in shown
    assert "Does help reach every group equally? Too few people to show this." in without


def test_a_whole_year_is_shown_without_any_name(street: Street) -> None:
    """Thirty neighbours in a ring, each helping three others, with reports made as they are every night."""
    names = [f"Neighbour {number:02}" for number in range(30)]
    ring = [street.neighbourhood.welcomed(name, "") for name in names]
    for month in (1, 3, 5):
        for place, giver in enumerate(ring):
            receiver = ring[(place + month) % len(ring)]
            street.bank.do(
                ReportExchange(
                    legs=(help_given(giver, receiver, 60 + 15 * (place % 3), "garden"),),
                    given_on=date(2026, month, 1 + place % 20),
                ),
                by=street.chidi_id,
            )
    street.neighbourhood.clock.now = FEBRUARY
    street.views.catch_up()
    refresh(street.bank.log, street.bank.place.views_engine(), now=FEBRUARY, everything=False)

    page = street.ana.get("/community")
    shown = words_on(page)

    assert street.views.reports.of(COMMUNITY, "2026", "everyone") is not None
    assert "In 2026, 30 people gave or received" in shown and "90 exchanges and gifts" in shown
    assert "of 20" in shown and "Half of the people who gave helped 3 people or more." in shown
    assert [name for name in names if name in page.text] == []
