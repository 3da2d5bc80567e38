"""A form about hours of help: what was typed, and the report it means."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ledger.application.commands import Command
from ledger.application.exchanges import help_given
from ledger.application.time_bank import TimeBank
from ledger.events.exchanges import ExchangeSettled, Leg
from ledger.hours import DAY_MINUTES
from ledger.identifiers import CommandId, ExchangeId, MemberId, is_command_id, new_command_id
from ledger.refusals import Refusal
from projections.views import Views
from web.forms import Fields, Form, decode
from web.pages.typed import SENTENCES, HappeningForm, Typed
from web.visitors import Visitor

Hours = Annotated[int, Meta(ge=0, le=24)]
MinutesTyped = Annotated[int, Meta(ge=0, le=DAY_MINUTES)]


class HelpForm(HappeningForm, kw_only=True):
    """Hours of help, or a skill exchange: then `..._back` is what the other person gave."""

    way: Literal["gave", "received", "exchange", "gift"] = "gave"
    hours: Hours = 0
    minutes: MinutesTyped = 0
    hours_back: Hours = 0
    minutes_back: MinutesTyped = 0
    category_back: Annotated[str, Meta(max_length=40)] = ""
    corrects: Annotated[str, Meta(max_length=30)] = ""


ORDER = (
    *("way", "other", "other_name", "second", "second_name", "hours", "minutes", "category"),
    *("hours_back", "minutes_back", "category_back", "given_on", "note", "form"),
)
"""The fields from top to bottom: mistakes are told in this order."""


class Report(msgspec.Struct):
    """What a form means. Without legs there is something to put right first."""

    typed: Typed
    form: Form[HelpForm]
    command: Command
    given_on: date
    legs: tuple[Leg, ...] = ()
    settles: bool = False

    @property
    def parties(self) -> tuple[MemberId, ...]:
        """Who was part of it, the giver of the first leg first."""
        return tuple(dict.fromkeys(MemberId(side) for leg in self.legs for side in (leg.giver, leg.receiver)))

    @property
    def corrects(self) -> ExchangeId | None:
        """The exchange that was taken back, and that this one puts right."""
        return ExchangeId(self.form.value("corrects")) if self.form.value("corrects") else None


def read_report(fields: Fields, visitor: Visitor, bank: TimeBank, views: Views) -> Report:
    """Reads the form; every mistake stands beside its field."""
    form = decode(HelpForm, fields, SENTENCES)
    typed = Typed(form, by=visitor.member, bank=bank, views=views)
    sent = form.value("command")
    command = Command(id=CommandId(sent) if is_command_id(sent) else new_command_id(), by=visitor.member)
    legs, given_on = _legs(typed, visitor), typed.given_on()
    typed.in_order(ORDER)
    return Report(typed, form, command, given_on, () if form.problems else legs)


def foresee(report: Report, bank: TimeBank) -> None:
    """Asks the ledger whether a report without mistakes may be, and whether it would settle at once."""
    if report.form.problems:
        return
    try:
        facts = bank.exchanges.would_report(
            report.legs, report.given_on, command=report.command, corrects=report.corrects
        )
    except Refusal as refusal:
        report.form.refuse_for(refusal, "form")
    else:
        report.settles = any(isinstance(fact, ExchangeSettled) for fact in facts)


def _legs(typed: Typed, visitor: Visitor) -> tuple[Leg, ...]:
    """The directions of help that the form tells of; only right when the form has no mistakes."""
    form = typed.form
    first, second = _sides(typed, visitor)
    if form.value("way") == "received":
        first, second = second, first
    giver, receiver = first or MemberId(""), second or MemberId("")
    legs = [help_given(giver, receiver, typed.minutes(), typed.category())]
    if form.value("way") == "exchange":
        legs.append(help_given(receiver, giver, typed.minutes("_back"), typed.category("category_back")))
    return tuple(legs)


def _sides(typed: Typed, visitor: Visitor) -> tuple[MemberId | None, MemberId | None]:
    """Who logs and the other one; or the two for whom a coordinator logs."""
    if not typed.form.value("others"):
        return visitor.member, typed.person("other", me=visitor.member)
    first = typed.person("other", me=None)
    return first, typed.person("second", me=first)
