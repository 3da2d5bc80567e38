"""Text in the reader's language: everything is translated, and lengths of time and dates are written as people say them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from litestar import Litestar

from docs.extract_messages import TEMPLATE, template
from ledger.agreements.rules import DEFAULT_CATEGORIES
from ledger.refusals import BeyondDebitLimit, Refusal
from tests.web.neighbourhood import Browser, Neighbourhood
from tests.web.pseudo import left_in_english, pseudo_languages
from tests.web.walk import Walk
from web.framework.access import handlers_of
from web.sign_in.codes import make_sign_in_link
from web.wording import translation

NBSP = "\N{NO-BREAK SPACE}"
TYPED = (
    *("Riverside", "Ana Sousa", "Bo Lindqvist", "Chidi Eze", "Ruth Okafor", "Lou Marsh", "Mallory Reyes"),
    *("Weir Circle", "Roses", "Europe/London", "ana@example.org"),
    *(category.label for category in DEFAULT_CATEGORIES),
)
"""Text that people typed, which is not translated."""


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0, f"0{NBSP}h"),
        (1, f"1{NBSP}min"),
        (45, f"45{NBSP}min"),
        (60, f"1{NBSP}h"),
        (150, f"2{NBSP}h{NBSP}30{NBSP}min"),
        (1240 * 60, f"1,240{NBSP}h"),
        (-90, f"\N{MINUS SIGN}1{NBSP}h{NBSP}30{NBSP}min"),
    ],
)
def test_lengths_of_time_are_written_in_hours_and_minutes(minutes: int, expected: str) -> None:
    assert translation.duration(minutes) == expected


def test_large_figures_separate_numbers_from_units() -> None:
    assert translation.hours_and_minutes(2490) == [("41", "h"), ("30", "min")]
    assert translation.hours_and_minutes(0) == [("0", "h")]


def test_dates_have_a_long_and_several_short_forms() -> None:
    saturday = date(2026, 11, 21)

    assert translation.day(saturday) == "21 November 2026"
    assert translation.short_day(saturday) == f"21{NBSP}Nov"
    assert translation.day_in_month(saturday) == f"Sat{NBSP}21"
    assert translation.month(saturday) == "November 2026"
    assert translation.short_month(saturday) == "Nov"
    assert translation.weekday(saturday) == "Saturday 21 November 2026"


def test_instants_are_in_the_time_zone_of_the_community() -> None:
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)

    with translation.use_locale(translation.load_languages("en", ZoneInfo("Europe/Madrid")).default):
        assert translation.instant(late) == "1 July 2026 at 01:30"
        assert translation.today(late) == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("", "en"),
        ("ar", "ar"),
        ("ar-EG,ar;q=0.9", "ar"),
        ("ca, ar;q=0.3, en;q=0.7", "en"),
        ("*", "en"),
        ("ar;q=0", "en"),
        ("x" * 10_000, "en"),
        (";;q=,,-", "en"),
        ("ar;q=often", "en"),
    ],
)
def test_a_reader_gets_the_first_language_that_is_available(header: str, tag: str) -> None:
    assert pseudo_languages().locale_for(header).locale.language == tag


def test_a_community_has_english_until_its_language_is_translated() -> None:
    assert translation.load_languages("xx", ZoneInfo("UTC")).default.tag == "en"
    assert translation.load_languages("en-GB", ZoneInfo("UTC")).default.tag == "en"


def test_refusals_write_minutes_as_lengths_of_time() -> None:
    assert f"1{NBSP}h{NBSP}30{NBSP}min can still be received" in translation.refusal_sentence(
        BeyondDebitLimit(open_minutes=90)
    )


def test_every_refusal_can_be_translated() -> None:
    written = TEMPLATE.read_text(encoding="utf-8").replace('"\n"', "")

    assert [kind.__name__ for kind in Refusal.__subclasses__() if kind.sentence not in written] == []


def test_the_translation_template_is_up_to_date() -> None:
    assert TEMPLATE.read_bytes() == template(), "run: python docs/extract_messages.py"


def pages_of(walk: Walk, app: Litestar, browser: Browser) -> dict[str, str]:
    """Return every page that this reader can open, and the errors of signing in."""
    link = make_sign_in_link(walk.neighbourhood.bank.people, walk.mallory, "", walk.neighbourhood.clock.now)
    responses = {
        "signed out": browser.get("/sign-in?done=signed-out"),
        "signed out everywhere": browser.get("/sign-in?done=signed-out-everywhere"),
        "no address": browser.post("/sign-in/codes", data={"email": ""}),
        "a wrong code": browser.post("/sign-in/code", data={"code": "1"}),
        "a link": browser.get(link),
        "not found": browser.get("/nowhere"),
        "from another site": browser.post("/sign-out", headers={"sec-fetch-site": "cross-site"}),
        "wrong method": browser.post("/sign-in"),
        "too long": browser.post("/sign-in/codes", data={"email": "x" * 40_000}),
    }
    responses |= {
        walk.path(page): browser.get(walk.path(page)) for page in handlers_of(app) if "GET" in page.http_methods
    }
    return {
        name: response.text
        for name, response in responses.items()
        if response.headers.get("content-type", "").startswith("text/html") and response.text
    }


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("member", ["stranger", "ana", "bo", "chidi", "ruth"])
def test_no_text_of_a_page_is_left_in_english(neighbourhood: Neighbourhood, language: str, member: str) -> None:
    walk = Walk(neighbourhood)
    app = neighbourhood.app(languages=pseudo_languages())
    browser = neighbourhood.browser(app, member=walk.member(member))
    browser.speaks(language)

    pages = pages_of(walk, app, browser)

    assert len(pages) >= 10 and not any("This is not your fault" in page for page in pages.values())
    assert {name: left for name, page in pages.items() if (left := left_in_english(page, *TYPED))} == {}
    assert all(f'dir="{"rtl" if language == "ar" else "ltr"}"' in page for page in pages.values())


def test_the_email_is_in_the_language_of_the_request(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser(neighbourhood.app(languages=pseudo_languages()))

    browser.post("/sign-in/codes", data={"email": "ana@example.org"})

    (mail,) = neighbourhood.mails
    body = "\n".join(line for line in mail.get_content().splitlines() if not line.startswith("http"))
    assert left_in_english(str(mail["subject"]), *TYPED) == left_in_english(body) == []


def test_untranslated_text_would_be_noticed() -> None:
    assert left_in_english("<p title='Hello'>Good morning, <bdi>Ana Sousa</bdi></p>", *TYPED) == [
        "Hello",
        "Good",
        "morning",
    ]
