"""What the community has agreed, in plain words. Coordinators change it here."""

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
from ledger.personal_data.spelling import folded
from web.framework.access import COORDINATORS, MEMBERS
from web.framework.call import Call, get, post
from web.framework.fields import Fields
from web.framework.forms import Form
from web.wording.translation import N_, gettext

LONGEST_LABEL = 60
SPARE_LINES = 3
DONE = {
    "limits": N_("Limits saved. They apply to everyone from now on."),
    "confirmation": N_("Saved. This applies to everything logged from now on."),
    "categories": N_("Kinds of help saved. Anything logged under other kinds keeps them."),
    "exceptions": N_("Saved. The list will be updated within a few minutes."),
}

Hours = Annotated[int, Meta(ge=0, le=LARGEST_LIMIT_MINUTES // 60)]


def in_typed_unit(threshold: ThresholdDefinition, value: int) -> int:
    """Return a threshold as people type it: in hours where the ledger holds minutes."""
    return value // 60 if threshold.unit == "minutes" else value


def in_ledger_unit(threshold: ThresholdDefinition, value: int) -> int:
    """Return a typed threshold as the ledger holds it."""
    return minutes_from(value, 0) if threshold.unit == "minutes" else value


class LimitsForm(msgspec.Struct):
    """How far ahead or behind members can go, in hours. Empty means no limit."""

    debit: Hours
    upper: Annotated[int, Meta(ge=1, le=LARGEST_LIMIT_MINUTES // 60)] | None = None


class ConfirmationForm(msgspec.Struct):
    """Who has to agree before hours count."""

    words_needed: WhoMustAgree


class CategoriesForm(msgspec.Struct):
    """The kinds of help, one per line. A cleared line removes its kind; a new line adds one."""

    label: list[Annotated[str, Meta(max_length=LONGEST_LABEL)]]


ThresholdsForm = msgspec.defstruct(
    "ThresholdsForm",
    [
        (name, Annotated[int, Meta(ge=in_typed_unit(one, one.least), le=in_typed_unit(one, one.most))])
        for name, one in THRESHOLDS.items()
    ],
)
"""The thresholds as people type them: days, percent, numbers, and hours instead of minutes."""

SENTENCES = {
    "debit.required": N_("Enter a number of hours. 0 means everyone has to give first"),
    "words_needed.required": N_("Choose one of the answers"),
    "label.required": N_("Keep at least one kind of help"),
    "label.unknown_choice": N_("Use no more than 60 characters"),
}


@get("/agreements", may=MEMBERS)
def show_agreements(call: Call) -> Response[str]:
    """Show the current agreements."""
    return _agreements_page(call, Form())


@post("/agreements/limits", may=COORDINATORS, fresh=True)
def agree_limits(call: Call) -> Response[str] | Redirect:
    """Change the limits for everyone."""
    form = call.form(LimitsForm, SENTENCES)

    def command() -> AgreeOnLimits:
        upper = form.data.upper
        return AgreeOnLimits(-minutes_from(form.data.debit, 0), None if upper is None else minutes_from(upper, 0))

    if call.do(form, command, beside="debit"):
        return call.see_other("show_agreements", done="limits")
    return _agreements_page(call, form)


@post("/agreements/confirmation", may=COORDINATORS, fresh=True)
def agree_confirmation(call: Call) -> Response[str] | Redirect:
    """Change who has to agree before hours count."""
    form = call.form(ConfirmationForm, SENTENCES)
    if call.do(form, lambda: AgreeOnConfirmation(form.data.words_needed), beside="words_needed"):
        return call.see_other("show_agreements", done="confirmation")
    return _agreements_page(call, form)


@post("/agreements/categories", may=COORDINATORS, fresh=True)
def agree_categories(call: Call) -> Response[str] | Redirect:
    """Change the kinds of help."""
    form = call.form(CategoriesForm, SENTENCES)
    if call.do(form, lambda: AgreeOnCategories(_kinds_typed(call.fields)), beside="label"):
        return call.see_other("show_agreements", done="categories")
    return _agreements_page(call, form, _lines_typed(call.fields))


@post("/agreements/exceptions", may=COORDINATORS, fresh=True)
def agree_thresholds(call: Call) -> Response[str] | Redirect:
    """Change the thresholds for listing something as worth a look."""
    form = call.form(ThresholdsForm)

    def command() -> AgreeOnThresholds:
        typed: dict[str, int] = msgspec.structs.asdict(form.data)
        return AgreeOnThresholds(
            Thresholds(**{name: in_ledger_unit(one, typed[name]) for name, one in THRESHOLDS.items()})
        )

    if call.do(form, command, beside="late_days"):
        return call.see_other("show_agreements", done="exceptions")
    return _agreements_page(call, form)


def _kinds_typed(fields: Fields) -> tuple[Category, ...]:
    """Return the lines that are filled in, each with its key. The same label always gets the same key."""
    lines = [(key, " ".join(typed.split())) for key, typed in zip(fields.all("key"), fields.all("label"), strict=False)]
    return tuple(
        Category(key=CategoryKey(key if is_category_key(key) else key_for(label)), label=label)
        for key, label in lines
        if label
    )


def key_for(label: str) -> str:
    """Return a key for a new kind of help: its words in ASCII letters, or else a few characters of its hash."""
    letters = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in folded(label))
    key = "-".join(letters.split())[:40].strip("-")
    return key or f"kind-{hashlib.sha256(label.encode()).hexdigest()[:10]}"


def _agreements_page(call: Call, form: Form[Any], lines: list[tuple[str, str]] | None = None) -> Response[str]:
    agreements = call.bank.agreements
    current = [(str(category.key), category.label) for category in agreements.categories]
    return call.page(
        "agreements.html",
        form=form,
        agreements=agreements,
        debit_minutes=-agreements.debit_limit_minutes,
        debit_hours=_whole_hours(-agreements.debit_limit_minutes),
        upper_hours=_whole_hours(agreements.upper_limit_minutes),
        lines=[*(current if lines is None else lines), *[("", "")] * SPARE_LINES],
        threshold_fields=[
            (name, gettext(threshold.label), in_typed_unit(threshold, getattr(agreements.thresholds, name)))
            for name, threshold in THRESHOLDS.items()
        ],
        done=call.done(DONE),
        as_of=call.views.catch_up().number,
    )


def _lines_typed(fields: Fields) -> list[tuple[str, str]]:
    """Return what was typed in a form that can be shown again."""
    pairs = zip(fields.typed("key"), fields.typed("label"), strict=False)
    return [(key, label.encode(errors="replace").decode()) for key, label in pairs if label.strip()]


def _whole_hours(minutes: int | None) -> str:
    """Return whole hours for a field; empty if there is no limit, or it is not in whole hours."""
    return "" if minutes is None or minutes % 60 else str(minutes // 60)
