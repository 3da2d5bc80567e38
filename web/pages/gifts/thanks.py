"""Thanks on the page of an exchange or a gift: the form, and who may read what was written."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from ledger.deciding.requests import LONGEST_TEXT
from ledger.gifts.commands import ChooseThanksSharing, GiveThanks
from ledger.identifiers import ExchangeId, GiftId, MemberId
from ledger.log.entry import instant
from projections.thanks import ThanksLine
from web.framework.call import Call
from web.framework.forms import Form
from web.wording.translation import day, today


class ThanksForm(msgspec.Struct):
    """A few words, or none, and whether others may read them."""

    thanks: Annotated[str, Meta(max_length=LONGEST_TEXT)] = ""
    may_be_shown: bool = False


class ThanksSection(msgspec.Struct, frozen=True):
    """What the reader of an exchange or a gift sees of its thanks, and what they can do."""

    lines: list[ThanksLine]
    texts: Mapping[str, str]
    days: Mapping[str, str]
    may_thank: bool = False
    has_thanked: bool = False
    may_choose: bool = False
    lets_others_read: bool = False

    @property
    def people(self) -> list[MemberId]:
        """Everyone who is named in it."""
        return [who for line in self.lines for who in (line.given_by, line.to)]


def thanks_on(call: Call, item: ExchangeId | GiftId, *, receivers: Iterable[str], counts: bool) -> ThanksSection:
    """The thanks for an exchange or a gift, as far as this reader may see them. `receivers` can say thank you."""
    me = call.visitor.member
    lines = call.views.thanks.of(item)
    return msgspec.structs.replace(
        _section(call, lines),
        may_thank=counts and me in set(receivers),
        has_thanked=any(line.given_by == me for line in lines),
        may_choose=counts and any(me in (line.given_by, line.to) for line in lines),
        lets_others_read=call.views.thanks.lets_others_read(item, me),
    )


def thanks_to(call: Call, member: MemberId) -> ThanksSection:
    """The thanks that a member's page shows: shared by both people, and within what each chose."""
    return _section(call, call.views.thanks.shared_with(member))


def _section(call: Call, lines: Sequence[ThanksLine]) -> ThanksSection:
    visible = [line for line in lines if may_read(call, line)]
    return ThanksSection(
        lines=visible,
        texts=call.bank.people.words([line.text for line in visible]),
        days={line.at: day(today(instant(line.at))) for line in visible},
    )


def may_read(call: Call, line: ThanksLine) -> bool:
    """Thanks are for the two. Others read them if both agreed, within what each chose about who may see them."""
    two = (line.given_by, line.to)
    return call.visitor.member in two or (line.is_shared and all(_may_see(call, one) for one in two))


def _may_see(call: Call, member: MemberId) -> bool:
    sees = call.views.visibility.of(member)
    if call.visitor.is_coordinator:
        return sees != "nobody"
    mine = {group.id for group in call.views.groups.of_member(call.visitor.member)}
    return sees == "groups" and any(group.id in mine for group in call.views.groups.of_member(member))


def thank(call: Call, *, exchange: ExchangeId | None = None, gift: GiftId | None = None) -> Form[ThanksForm]:
    """Say thank you for an exchange or a gift. A form with problems has to be shown again."""
    form = call.form(ThanksForm)
    call.do(form, lambda: GiveThanks(exchange, gift, form.data.may_be_shown, form.data.thanks), beside="thanks")
    return form


def choose_sharing(call: Call, *, exchange: ExchangeId | None = None, gift: GiftId | None = None) -> Form[ThanksForm]:
    """Let others read the thanks for an exchange or a gift, or keep them private."""
    form = call.form(ThanksForm)
    call.do(form, lambda: ChooseThanksSharing(exchange, gift, form.data.may_be_shown), beside="thanks")
    return form
