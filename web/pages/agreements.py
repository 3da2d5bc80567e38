"""What the community has agreed upon, in plain words; coordinators agree on something new here."""

import hashlib
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.response import Redirect
from msgspec import Meta

from ledger.application.commands import Answer, Command
from ledger.domain.agreements import LARGEST_LIMIT_MINUTES
from ledger.events import WordsNeeded
from ledger.hours import minutes_from
from ledger.identifiers import CategoryKey, is_category_key
from ledger.log.people import folded
from web.authorisation import COORDINATORS, MEMBERS
from web.call import Call, get, post
from web.forms import Fields, Form
from web.words import gettext, later
from web.worth_a_look import LABELS, ExceptionsForm, as_typed

LONGEST_LABEL = 60
SPARE_LINES = 3
DONE = {
    "limits": later("The limits are agreed. They hold for everybody from now on."),
    "confirmation": later("Agreed. It holds for what is logged from now on."),
    "categories": later("The kinds of help are agreed. What was logged under others keeps them."),
    "exceptions": later("Agreed. What is worth a look is found anew within some minutes."),
}

Hours = Annotated[int, Meta(ge=0, le=LARGEST_LIMIT_MINUTES // 60)]


class LimitsForm(msgspec.Struct):
    """How many hours somebody may receive beyond what they gave, and give beyond what they received; empty: no limit."""

    debit: Hours
    upper: Annotated[int, Meta(ge=1, le=LARGEST_LIMIT_MINUTES // 60)] | None = None


class ConfirmationForm(msgspec.Struct):
    """Whose word settles."""

    words_needed: WordsNeeded


class CategoriesForm(msgspec.Struct):
    """The kinds of help, line by line. A line that is emptied is agreed upon no longer; a new line is a new kind."""

    label: list[Annotated[str, Meta(max_length=LONGEST_LABEL)]]


SENTENCES = {
    "debit.required": later("Write a number of hours; 0 means that everybody gives first"),
    "words_needed.required": later("Choose one of the answers"),
    "label.required": later("Keep at least one kind of help"),
    "label.unknown_choice": later("A kind of help has at most 60 letters"),
}


@get("/agreements", may=MEMBERS)
def show_agreements(call: Call) -> Response[str]:
    """The agreements in force."""
    return _agreements_page(call, Form())


@post("/agreements/limits", may=COORDINATORS)
def agree_limits(call: Call) -> Response[str] | Redirect:
    """New limits for everybody."""
    form = call.form(LimitsForm, SENTENCES)

    def agree(command: Command) -> Answer:
        wish = form.wish
        upper = None if wish.upper is None else minutes_from(wish.upper, 0)
        return call.bank.agreements.limits(-minutes_from(wish.debit, 0), upper, command=command)

    if call.do(form, agree, otherwise="debit"):
        return call.see_other("show_agreements", done="limits")
    return _agreements_page(call, form)


@post("/agreements/confirmation", may=COORDINATORS)
def agree_confirmation(call: Call) -> Response[str] | Redirect:
    """Whose word settles from now on."""
    form = call.form(ConfirmationForm, SENTENCES)
    if call.do(
        form,
        lambda command: call.bank.agreements.confirmation(form.wish.words_needed, command=command),
        otherwise="words_needed",
    ):
        return call.see_other("show_agreements", done="confirmation")
    return _agreements_page(call, form)


@post("/agreements/categories", may=COORDINATORS)
def agree_categories(call: Call) -> Response[str] | Redirect:
    """The kinds of help from now on."""
    form = call.form(CategoriesForm, SENTENCES)
    if call.do(
        form,
        lambda command: call.bank.agreements.categories(kinds_typed(call.fields), command=command),
        otherwise="label",
    ):
        return call.see_other("show_agreements", done="categories")
    return _agreements_page(call, form, _lines_typed(call.fields))


@post("/agreements/exceptions", may=COORDINATORS)
def agree_exceptions(call: Call) -> Response[str] | Redirect:
    """From where on something in the book is worth a look."""
    form = call.form(ExceptionsForm)
    if call.do(
        form,
        lambda command: call.bank.agreements.exceptions(form.wish.thresholds(), command=command),
        otherwise="late_days",
    ):
        return call.see_other("show_agreements", done="exceptions")
    return _agreements_page(call, form)


def kinds_typed(fields: Fields) -> list[tuple[CategoryKey, str]]:
    """The lines that hold something, each with its key; a new kind gets one, the same for the same words."""
    kinds: list[tuple[CategoryKey, str]] = []
    for key, typed in zip(fields.all("key"), fields.all("label"), strict=False):
        label = " ".join(typed.split())
        if label:
            kinds.append((CategoryKey(key if is_category_key(key) else key_for(label)), label))
    return kinds


def key_for(label: str) -> str:
    """A key for a new kind: its words in small ASCII letters, or, where there are none, a few letters of its hash."""
    letters = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in folded(label))
    key = "-".join(letters.split())[:40].strip("-")
    return key or f"kind-{hashlib.sha256(label.encode()).hexdigest()[:10]}"


def _agreements_page(call: Call, form: Form[Any], lines: list[tuple[str, str]] | None = None) -> Response[str]:
    agreements = call.bank.agreements.in_force()
    kept = [(str(category.key), category.label) for category in agreements.categories]
    return call.page(
        "agreements.html",
        form=form,
        agreements=agreements,
        debit_minutes=-agreements.debit_limit_minutes,
        debit_hours=_whole_hours(-agreements.debit_limit_minutes),
        upper_hours=_whole_hours(agreements.upper_limit_minutes),
        lines=[*(kept if lines is None else lines), *[("", "")] * SPARE_LINES],
        thresholds=agreements.thresholds,
        threshold_fields=[
            (name, gettext(LABELS[name]), value) for name, value in as_typed(agreements.thresholds).items()
        ],
        done=call.done(DONE),
        as_of=call.views.catch_up().number,
    )


def _lines_typed(fields: Fields) -> list[tuple[str, str]]:
    """What was typed, as it can be shown again."""
    pairs = zip(fields.all("key"), fields.all("label"), strict=False)
    return [(key, label.encode(errors="replace").decode()) for key, label in pairs if label.strip()]


def _whole_hours(minutes: int | None) -> str:
    """Hours for a field that takes whole ones; empty when there is no limit, or it is none of whole hours."""
    return "" if minutes is None or minutes % 60 else str(minutes // 60)
