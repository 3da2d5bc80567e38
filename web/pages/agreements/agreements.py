"""What the community has agreed upon, in plain words; coordinators agree on something new here."""

import hashlib
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.response import Redirect
from msgspec import Meta

from ledger.agreements.commands import AgreeOnCategories, AgreeOnConfirmation, AgreeOnLimits, AgreeOnThresholds
from ledger.agreements.facts import Category, Thresholds, WhoMustAgree
from ledger.agreements.rules import LARGEST_LIMIT_MINUTES, THRESHOLDS, ThresholdDefinition
from ledger.hours import minutes_from
from ledger.identifiers import CategoryKey, is_category_key
from ledger.personal_data.store import folded
from web.framework.access import COORDINATORS, MEMBERS
from web.framework.call import Call, get, post
from web.framework.forms import Fields, Form
from web.wording.translation import gettext, later

LONGEST_LABEL = 60
SPARE_LINES = 3
DONE = {
    "limits": later("Limits saved. They apply to everyone from now on."),
    "confirmation": later("Saved. This applies to everything logged from now on."),
    "categories": later("Kinds of help saved. Anything logged under other kinds keeps them."),
    "exceptions": later("Saved. The list will be updated within a few minutes."),
}

Hours = Annotated[int, Meta(ge=0, le=LARGEST_LIMIT_MINUTES // 60)]


def in_unit_typed(threshold: ThresholdDefinition, value: int) -> int:
    """A threshold as people type it: hours where the ledger keeps minutes."""
    return value // 60 if threshold.unit == "minutes" else value


class LimitsForm(msgspec.Struct):
    """How many hours somebody may receive beyond what they gave, and give beyond what they received; empty: no limit."""

    debit: Hours
    upper: Annotated[int, Meta(ge=1, le=LARGEST_LIMIT_MINUTES // 60)] | None = None


class ConfirmationForm(msgspec.Struct):
    """Whose word settles."""

    words_needed: WhoMustAgree


class CategoriesForm(msgspec.Struct):
    """The kinds of help, line by line. A line that is emptied is agreed upon no longer; a new line is a new kind."""

    label: list[Annotated[str, Meta(max_length=LONGEST_LABEL)]]


ThresholdsForm = msgspec.defstruct(
    "ThresholdsForm",
    [
        (name, Annotated[int, Meta(ge=in_unit_typed(one, one.least), le=in_unit_typed(one, one.most))])
        for name, one in THRESHOLDS.items()
    ],
)
"""The thresholds as people type them: days, percent, numbers, and hours where the ledger keeps minutes."""

SENTENCES = {
    "debit.required": later("Enter a number of hours. 0 means everyone has to give first"),
    "words_needed.required": later("Choose one of the answers"),
    "label.required": later("Keep at least one kind of help"),
    "label.unknown_choice": later("Use no more than 60 characters"),
}


@get("/agreements", may=MEMBERS)
def show_agreements(call: Call) -> Response[str]:
    """The agreements in force."""
    return _agreements_page(call, Form())


@post("/agreements/limits", may=COORDINATORS)
def agree_limits(call: Call) -> Response[str] | Redirect:
    """New limits for everybody."""
    form = call.form(LimitsForm, SENTENCES)

    def agreed() -> AgreeOnLimits:
        upper = form.wish.upper
        return AgreeOnLimits(-minutes_from(form.wish.debit, 0), None if upper is None else minutes_from(upper, 0))

    if call.do(form, agreed, otherwise="debit"):
        return call.see_other("show_agreements", done="limits")
    return _agreements_page(call, form)


@post("/agreements/confirmation", may=COORDINATORS)
def agree_confirmation(call: Call) -> Response[str] | Redirect:
    """Whose word settles from now on."""
    form = call.form(ConfirmationForm, SENTENCES)
    if call.do(form, lambda: AgreeOnConfirmation(form.wish.words_needed), otherwise="words_needed"):
        return call.see_other("show_agreements", done="confirmation")
    return _agreements_page(call, form)


@post("/agreements/categories", may=COORDINATORS)
def agree_categories(call: Call) -> Response[str] | Redirect:
    """The kinds of help from now on."""
    form = call.form(CategoriesForm, SENTENCES)
    if call.do(form, lambda: AgreeOnCategories(kinds_typed(call.fields)), otherwise="label"):
        return call.see_other("show_agreements", done="categories")
    return _agreements_page(call, form, _lines_typed(call.fields))


@post("/agreements/exceptions", may=COORDINATORS)
def agree_exceptions(call: Call) -> Response[str] | Redirect:
    """From where on something in the book is worth a look."""
    form = call.form(ThresholdsForm)

    def agreed() -> AgreeOnThresholds:
        typed: dict[str, int] = msgspec.structs.asdict(form.wish)
        return AgreeOnThresholds(
            Thresholds(
                **{
                    name: minutes_from(typed[name], 0) if threshold.unit == "minutes" else typed[name]
                    for name, threshold in THRESHOLDS.items()
                }
            )
        )

    if call.do(form, agreed, otherwise="late_days"):
        return call.see_other("show_agreements", done="exceptions")
    return _agreements_page(call, form)


def kinds_typed(fields: Fields) -> tuple[Category, ...]:
    """The lines that hold something, each with its key. A new kind gets a key, the same for the same label."""
    lines = [(key, " ".join(typed.split())) for key, typed in zip(fields.all("key"), fields.all("label"), strict=False)]
    return tuple(
        Category(key=CategoryKey(key if is_category_key(key) else key_for(label)), label=label)
        for key, label in lines
        if label
    )


def key_for(label: str) -> str:
    """A key for a new kind: its words in small ASCII letters, or, where there are none, a few letters of its hash."""
    letters = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in folded(label))
    key = "-".join(letters.split())[:40].strip("-")
    return key or f"kind-{hashlib.sha256(label.encode()).hexdigest()[:10]}"


def _agreements_page(call: Call, form: Form[Any], lines: list[tuple[str, str]] | None = None) -> Response[str]:
    agreements = call.bank.agreements
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
            (name, gettext(threshold.label), in_unit_typed(threshold, getattr(agreements.thresholds, name)))
            for name, threshold in THRESHOLDS.items()
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
