"""Forms: every mistake is shown at once, and nothing that was typed is lost."""

from datetime import date
from typing import Annotated, Literal

import msgspec
import pytest
from litestar._parsers import parse_url_encoded_form_data
from litestar.exceptions import ClientException
from msgspec import Meta

from ledger.refusals import BeyondDebitLimit, NameNeeded, UnknownMember
from tests.web.neighbourhood import Neighbourhood
from web.framework.fields import Fields
from web.framework.forms import Form, decode
from web.wording.translation import N_


class HelpForm(msgspec.Struct):
    who: Annotated[str, Meta(max_length=20)]
    hours: Annotated[int, Meta(ge=0, le=24)]
    way: Literal["gave", "received"] = "gave"
    minutes: Annotated[int, Meta(ge=0, le=59)] | None = None
    note: Annotated[str, Meta(max_length=10)] | None = None
    groups: tuple[str, ...] = ()
    given_on: date | None = None
    by_phone: bool = False


SENTENCES = {"hours.required": N_("Enter how long it took"), "who.too_long": N_("That name is longer than %(limit)s")}


def decoded(**typed: str | list[str]) -> Form[HelpForm]:
    pairs = [
        (name, value) for name, values in typed.items() for value in ([values] if isinstance(values, str) else values)
    ]
    return decode(HelpForm, Fields(pairs), SENTENCES)


def test_a_form_without_mistakes_is_decoded() -> None:
    form = decoded(who="  Bo ", hours="2", minutes="30", groups="g-1", given_on="2026-11-21", by_phone="on")

    assert form.data == HelpForm("Bo", 2, minutes=30, groups=("g-1",), given_on=date(2026, 11, 21), by_phone=True)


def test_empty_optional_fields_have_their_defaults() -> None:
    form = decoded(who="Bo", hours="2", minutes="", note=" ", groups=["", ""], given_on="", by_phone="")

    assert form.data == HelpForm("Bo", 2)


def test_all_mistakes_are_shown_in_the_order_of_the_form() -> None:
    form = decoded(who="x" * 21, hours="", way="paid", minutes="75", note="much too long", given_on="yesterday")

    assert form.errors == {
        "who": "That name is longer than 20",
        "hours": "Enter how long it took",
        "way": "Choose one of the answers",
        "minutes": "Enter 59 or less",
        "note": "Use no more than 10 characters",
        "given_on": "Enter the date like this: 2026-11-21",
    }


def test_typed_values_are_shown_again() -> None:
    form = decoded(who=" Bo  ", hours="two", groups=["g-1", "g-2"])

    assert form.value("who") == " Bo  " and form.value("hours") == "two" and form.value("note") == ""
    assert form.chosen("groups", "g-2") and not form.chosen("groups", "g-3")


def test_a_new_form_shows_initial_values() -> None:
    form = Form[HelpForm]()

    assert form.value("minutes", 30) == "30" and form.value("who") == ""
    assert form.chosen("way", "gave", "gave") and not form.chosen("way", "received", "gave")
    assert form.errors == {}


@pytest.mark.parametrize("typed", ["2.5", "1e1", "null", "0x2", "2 3", "two", "1" * 400, "\N{SUPERSCRIPT TWO}", "--1"])
def test_only_whole_numbers_are_numbers(typed: str) -> None:
    assert decoded(who="Bo", hours=typed).problems["hours"].code == "not_a_number"


@pytest.mark.parametrize("typed", ["12", "\u0661\u0662", "\u06f1\u06f2", "\u0967\u0968", "\uff11\uff12", " 12 "])
def test_digits_of_any_script_are_accepted(typed: str) -> None:
    assert decoded(who="Bo", hours=typed).data.hours == 12


@pytest.mark.parametrize(
    ("typed", "code"), [("-1", "too_small"), ("\N{MINUS SIGN}1", "too_small"), ("25", "too_large")]
)
def test_numbers_out_of_range_are_refused(typed: str, code: str) -> None:
    assert decoded(who="Bo", hours=typed).problems["hours"].code == code


@pytest.mark.parametrize("typed", ["null", "true", "0", "1e3", "[]"])
def test_text_is_never_read_as_another_type(typed: str) -> None:
    form = decoded(who=typed, hours="1", note=typed)

    assert form.data.who == typed and form.data.note == typed


@pytest.mark.parametrize(
    "typed", ["a\ud800", "a\x00b", "a\x1b[31m", "\x7fa", "a\x85b", "\N{RIGHT-TO-LEFT OVERRIDE}oB", "\udcff"]
)
def test_unreadable_characters_are_refused_and_can_be_shown_again(typed: str) -> None:
    form = decoded(who=typed, hours="1")

    assert form.problems["who"].code == "unreadable"
    assert form.value("who").encode("utf-8")


def test_notes_can_have_several_lines() -> None:
    assert decoded(who="Bo", hours="1", note="a\r\nb\n\tc").data.note == "a\nb\n\tc"


def test_unknown_fields_are_ignored() -> None:
    assert decoded(who="Bo", hours="1", token="x", who_else="y").data == HelpForm("Bo", 1)


def test_refusals_are_shown_beside_their_field() -> None:
    form = decoded(who="Bo", hours="3")

    form.refuse("given_on", "required")
    form.refuse_for(BeyondDebitLimit(open_minutes=90), beside="hours")
    form.refuse_for(UnknownMember(member="m-1"), beside="who")
    form.refuse_for(NameNeeded(), beside="who")

    assert form.error("given_on") == "Fill this in"
    assert list(form.problems) == ["given_on", "minutes", "who"], "a refusal about minutes is not beside the hours"
    assert "can still be received" in form.error("minutes")
    assert "person was not found" in form.error("who")


def test_a_sentence_can_contain_a_percent_sign() -> None:
    form = decoded(who="Bo", hours="3")

    form.refuse("who", "Only 50% of Bo is here")

    assert form.error("who") == "Only 50% of Bo is here"


def test_no_posted_body_stays_in_memory(neighbourhood: Neighbourhood) -> None:
    """The framework's parser would keep the last 1,024 bodies, with the codes and notes in them."""
    parse_url_encoded_form_data.cache_clear()
    browser = neighbourhood.browser()

    browser.post("/sign-in/codes", data={"email": "ana@example.org"})
    browser.post("/sign-in/code", data={"code": "123456"})
    browser.post("/sign-out", data={"note": "x" * 20_000})

    assert parse_url_encoded_form_data.cache_info().currsize == 0


def test_a_page_never_reads_what_no_database_can_hold() -> None:
    fields = Fields([("to", "/groups"), ("to", "m-\0"), ("half", "\ud800"), ("name", "Zoë 🌿")])

    assert fields.one("name") == "Zoë 🌿" and fields.one("absent") == ""
    assert fields.typed("to") == ["/groups", "m-\0"], "what was typed can still be shown again"
    for name in ("to", "half"):
        with pytest.raises(ClientException):
            fields.one(name)
