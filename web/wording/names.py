"""Who is who on a page: names for identifiers, asked for once, and the person that somebody means by a typed name."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from ledger.identifiers import COMMUNITY, HOST, AccountId, GroupId, MemberId, is_group, is_identifier, is_member
from ledger.log.entry import instant
from ledger.personal_data.store import folded
from ledger.refusals import NotActive, NotWithYourself, Refusal, UnknownMember
from projections.members import MemberRow
from web.framework.call import Call
from web.wording.translation import gettext, refusal_sentence, today

MOST_CHOICES = 8
_LOOKED_AT = 60


def names_of(call: Call, ids: Iterable[str]) -> dict[str, str]:
    """What members, groups, the whole community and the host are called, in three questions at most.

    Every name is proven against its entry; forgotten ones are said kindly.
    """
    wanted = {identifier for identifier in ids if identifier}
    commitments = call.views.members.names([MemberId(identifier) for identifier in wanted if is_member(identifier)])
    if groups := [GroupId(identifier) for identifier in wanted if is_group(identifier)]:
        commitments |= {row.id: row.name for row in call.views.groups.many(groups).values()}
    words = call.bank.people.words(commitments.values())
    return {identifier: words.get(commitments.get(identifier, "")) or nameless(identifier) for identifier in wanted}


def nameless(identifier: str) -> str:
    """What to call whoever has no name, or whose name was forgotten."""
    if identifier == COMMUNITY:
        return gettext("the whole community")
    if identifier == HOST:
        return gettext("the host")
    return gettext("a former group") if is_group(identifier) else gettext("a former member")


class Person(msgspec.Struct, frozen=True):
    """Somebody to choose on a form; groups and the month they joined tell people of one name apart."""

    id: AccountId
    name: str
    groups: str = ""
    since: date | None = None


class Sought(NamedTuple):
    """Whom a typed name means: one member, several to choose from, or a sentence that says what to do."""

    member: MemberId | None = None
    choices: tuple[Person, ...] = ()
    sentence: str = ""


def seek(call: Call, typed: str, *, me: MemberId | None = None, only_active: bool = True) -> Sought:
    """Finds a member by identifier, whole name, or any part of it; marks and capitals do not matter.

    `me` is left out: nobody exchanges with themselves. Those who left or were not welcomed yet are refused, as the
    ledger would, unless everybody who ever belonged is looked for.
    """
    if is_identifier(typed) and is_member(typed):
        return _take(call.views.members.of(MemberId(typed)), me, only_active)
    named = _named(call, typed)
    found = [row for row, name in named if folded(name) == folded(typed)] or [row for row, _ in named]
    active = [row for row in found if (row.status == "member" or not only_active) and row.id != me]
    if len(active) > MOST_CHOICES:
        return Sought(sentence=gettext("More than one person is called “%(name)s”. Type more of the name", name=typed))
    if len(active) > 1:
        sentence = gettext("More than one person matches “%(name)s”. Choose one", name=typed)
        return Sought(choices=persons(call, active), sentence=sentence)
    if active or found:
        return _take((active or found)[0], me, only_active)
    return Sought(
        sentence=gettext("Nobody here is called “%(name)s”. Check the spelling, or type part of the name", name=typed)
    )


def persons(call: Call, rows: Sequence[MemberRow]) -> tuple[Person, ...]:
    """Members to choose from, each with what tells them apart."""
    groups = {row.id: call.views.groups.of_member(row.id) for row in rows}
    names = names_of(call, [row.id for row in rows] + [group.id for some in groups.values() for group in some])
    return tuple(
        Person(
            AccountId(row.id),
            names[row.id],
            ", ".join(sorted(names[group.id] for group in groups[row.id])),
            joined_on(row),
        )
        for row in rows
    )


def joined_on(row: MemberRow) -> date | None:
    """The day somebody was welcomed, on the community's calendar."""
    return today(instant(row.welcomed_at)) if row.welcomed_at else None


def _named(call: Call, typed: str) -> list[tuple[MemberRow, str]]:
    """Members whose name holds this part, as far as their entry agrees with the name."""
    named = call.bank.people.named(typed, limit=_LOOKED_AT) if folded(typed) else []
    rows = call.views.members.many([MemberId(some.subject) for some in named])
    pairs = ((rows.get(MemberId(some.subject)), some) for some in named)
    return [(row, some.name) for row, some in pairs if row is not None and row.name == some.commitment]


def _take(row: MemberRow | None, me: MemberId | None, only_active: bool) -> Sought:
    refusal: Refusal | None = None
    if row is None:
        refusal = UnknownMember()
    elif row.id == me:
        refusal = NotWithYourself()
    elif only_active and row.status != "member":
        refusal = NotActive()
    if refusal is not None:
        return Sought(sentence=refusal_sentence(refusal))
    assert row is not None, "an unknown member was refused above"
    return Sought(member=row.id)
