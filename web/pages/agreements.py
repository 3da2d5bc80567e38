"""What the community has agreed upon, in plain words; coordinators agree on something new here."""

import hashlib
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Meta

from ledger.application.time_bank import TimeBank
from ledger.domain.agreements import LARGEST_LIMIT_MINUTES, THRESHOLDS, ThresholdDefinition
from ledger.events.agreements import Thresholds, WordsNeeded
from ledger.hours import minutes_from
from ledger.identifiers import CategoryKey, is_category_key, new_command_id
from ledger.log.people import folded
from projections.views import Views
from web.forms import Fields, Form, decode, query_fields
from web.frame import page, see_other
from web.pages.orders import carried_out, ordered
from web.visitors import Asked, Visitor
from web.words import gettext, later

LONGEST_LABEL = 60
SPARE_LINES = 3
DONE = {
    "limits": later("The limits are agreed. They hold for everybody from now on."),
    "confirmation": later("Agreed. It holds for what is logged from now on."),
    "categories": later("The kinds of help are agreed. What was logged under others keeps them."),
    "exceptions": later("Agreed. What is worth a look is found anew within some minutes."),
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

    words_needed: WordsNeeded


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
    "debit.required": later("Write a number of hours; 0 means that everybody gives first"),
    "words_needed.required": later("Choose one of the answers"),
    "label.required": later("Keep at least one kind of help"),
    "label.unknown_choice": later("A kind of help has at most 60 letters"),
}


@get("/agreements", sync_to_thread=True)
def show_agreements(request: Asked, bank: NamedDependency[TimeBank], views: NamedDependency[Views]) -> Response[str]:
    """The agreements in force."""
    return _agreements_page(request, bank, views, Form())


@post("/agreements/limits", status_code=303, sync_to_thread=True)
def agree_limits(
    request: Asked,
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """New limits for everybody."""
    command = ordered(fields, visitor)
    form = decode(LimitsForm, fields, SENTENCES)
    if not form.problems:
        wish = form.wish
        upper = None if wish.upper is None else minutes_from(wish.upper, 0)
        answer = carried_out(
            form, "debit", lambda: bank.agreements.limits(-minutes_from(wish.debit, 0), upper, command=command)
        )
        if answer is not None:
            return _agreed(request, views, answer.position, "limits")
    return _agreements_page(request, bank, views, form)


@post("/agreements/confirmation", status_code=303, sync_to_thread=True)
def agree_confirmation(
    request: Asked,
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """Whose word settles from now on."""
    command = ordered(fields, visitor)
    form = decode(ConfirmationForm, fields, SENTENCES)
    if not form.problems:
        needed = form.wish.words_needed
        answer = carried_out(form, "words_needed", lambda: bank.agreements.confirmation(needed, command=command))
        if answer is not None:
            return _agreed(request, views, answer.position, "confirmation")
    return _agreements_page(request, bank, views, form)


@post("/agreements/categories", status_code=303, sync_to_thread=True)
def agree_categories(
    request: Asked,
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """The kinds of help from now on."""
    command = ordered(fields, visitor)
    form = decode(CategoriesForm, fields, SENTENCES)
    if not form.problems:
        wanted = kinds_typed(fields)
        answer = carried_out(form, "label", lambda: bank.agreements.categories(wanted, command=command))
        if answer is not None:
            return _agreed(request, views, answer.position, "categories")
    return _agreements_page(request, bank, views, form, _lines_typed(fields))


@post("/agreements/exceptions", status_code=303, sync_to_thread=True)
def agree_exceptions(
    request: Asked,
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """From where on something in the book is worth a look."""
    command = ordered(fields, visitor)
    form = decode(ThresholdsForm, fields)
    if not form.problems:
        typed: dict[str, int] = msgspec.structs.asdict(form.wish)
        wanted = Thresholds(
            **{
                name: minutes_from(typed[name], 0) if threshold.unit == "minutes" else typed[name]
                for name, threshold in THRESHOLDS.items()
            }
        )
        answer = carried_out(form, "late_days", lambda: bank.agreements.exceptions(wanted, command=command))
        if answer is not None:
            return _agreed(request, views, answer.position, "exceptions")
    return _agreements_page(request, bank, views, form)


PAGES = (show_agreements, agree_limits, agree_confirmation, agree_categories, agree_exceptions)


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


def _agreed(request: Asked, views: Views, position: int, done: str) -> Redirect:
    views.catch_up(position)
    return see_other(request.app.state.frame.url("show_agreements"), done=done)


def _agreements_page(
    request: Asked,
    bank: TimeBank,
    views: Views,
    form: Form[Any],
    lines: list[tuple[str, str]] | None = None,
) -> Response[str]:
    agreements = bank.agreements.in_force()
    done = query_fields(request).one("done")
    kept = [(str(category.key), category.label) for category in agreements.categories]
    return page(
        request,
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
        new_command=new_command_id,
        done=gettext(DONE[done]) if done in DONE else "",
        as_of=views.catch_up().number,
    )


def _lines_typed(fields: Fields) -> list[tuple[str, str]]:
    """What was typed, as it can be shown again."""
    pairs = zip(fields.all("key"), fields.all("label"), strict=False)
    return [(key, label.encode(errors="replace").decode()) for key, label in pairs if label.strip()]


def _whole_hours(minutes: int | None) -> str:
    """Hours for a field that takes whole ones; empty when there is no limit, or it is none of whole hours."""
    return "" if minutes is None or minutes % 60 else str(minutes // 60)
