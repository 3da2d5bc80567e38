"""A form about a gift: what was typed, and the record it means."""

from typing import Literal

import msgspec

from ledger.application.commands import Command
from ledger.application.time_bank import TimeBank
from ledger.identifiers import AccountId, CommandId, MemberId, is_command_id, new_command_id
from ledger.refusals import Refusal
from projections.views import Views
from web.forms import Fields, Form, decode
from web.pages.typed import SENTENCES, HappeningForm, Typed
from web.visitors import Visitor

ORDER = ("way", "other", "other_name", "second", "second_name", "category", "given_on", "note", "form")


class GiftForm(HappeningForm, kw_only=True):
    """A thing, time or a skill that asks for nothing back; "gift" is how the form for hours says that one gave."""

    way: Literal["gave", "received", "gift"] = "gave"


class Record(msgspec.Struct):
    """What a form means. Without a receiver there is something to put right first."""

    typed: Typed
    form: Form[GiftForm]
    command: Command
    giver: MemberId = MemberId("")
    receiver: AccountId = AccountId("")


def read_gift(fields: Fields, visitor: Visitor, bank: TimeBank, views: Views) -> Record:
    """Reads the form and asks the ledger whether it may be; every mistake stands beside its field."""
    form = decode(GiftForm, fields, SENTENCES)
    typed = Typed(form, by=visitor.member, bank=bank, views=views)
    sent = form.value("command")
    command = Command(id=CommandId(sent) if is_command_id(sent) else new_command_id(), by=visitor.member)
    record = Record(typed, form, command)
    giver, receiver = _sides(typed, visitor)
    category, given_on = typed.category(), typed.given_on()
    typed.in_order(ORDER)
    if form.problems or giver is None or receiver is None:
        return record
    record.giver, record.receiver = giver, receiver
    try:
        bank.gifts.would_record(giver, receiver, category, given_on, command=command)
    except Refusal as refusal:
        form.refuse_for(refusal, "form")
    return record


def _sides(typed: Typed, visitor: Visitor) -> tuple[MemberId | None, AccountId | None]:
    """Who gave, and who received: a member, a group or everybody."""
    form = typed.form
    if form.value("others"):
        giver = typed.person("other", me=None)
        return giver, typed.receiver("second", me=giver)
    if form.value("way") == "received":
        return typed.person("other", me=visitor.member), AccountId(visitor.member)
    return visitor.member, typed.receiver("other", me=visitor.member)
