"""Names on pages and in sentences: the names of identifiers, and the member that a typed name means."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec
from markupsafe import Markup, escape

from ledger.identifiers import COMMUNITY, HOST, AccountId, GroupId, MemberId, is_group, is_identifier, is_member
from ledger.log.entry import instant
from ledger.personal_data.spelling import folded
from ledger.refusals import NotActive, NotWithYourself, Refusal, UnknownMember
from projections.members import MemberRow
from web.framework.call import Call
from web.wording.translation import count, gettext, refusal_sentence, today

MOST_CHOICES = 8
_MOST_SEARCHED = 60


def names_of(call: Call, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of members, groups, the community and the host, with at most three queries.

    Every name is checked against its entry. An erased name becomes a generic one.
    """
    wanted = {identifier for identifier in ids if identifier}
    commitments = call.views.members.names([MemberId(identifier) for identifier in wanted if is_member(identifier)])
    if groups := [GroupId(identifier) for identifier in wanted if is_group(identifier)]:
        commitments |= {row.id: row.name for row in call.views.groups.many(groups).values()}
    names = call.bank.people.words(commitments.values())
    return {identifier: names.get(commitments.get(identifier, "")) or generic_name(identifier) for identifier in wanted}


def generic_name(identifier: str) -> str:
    """Return what to call an identifier without a name, or whose name has been erased."""
    if identifier == COMMUNITY:
        return gettext("the whole community")
    if identifier == HOST:
        return gettext("the host")
    return gettext("a former group") if is_group(identifier) else gettext("a former member")


class SentenceContext(NamedTuple):
    """What sentences need: the names of people and groups, labels of kinds of help, and the entries of reports."""

    names: Mapping[str, str]
    kinds: Mapping[str, str]
    entries: Mapping[str, int] = {}
    """Exchange -> number of the entry that reported it."""

    def name(self, account: str) -> Markup:
        """Return the name of an account, isolated unless it is a generic name in the reader's language."""
        generic = generic_name(account)
        name = self.names.get(account) or generic
        return escape(generic) if name == generic else isolated(name)

    def kind(self, category: str) -> str:
        """Return the label of a kind of help, or its key if it is no longer agreed."""
        return self.kinds.get(category) or category.replace("-", " ")

    def report(self, exchange: str) -> Markup:
        """Return a link to the entry that reported an exchange, for readers of the journal."""
        number = self.entries.get(exchange)
        if number is None:
            return escape(gettext("an earlier entry"))
        return entry_link(number)


def entry_link(number: int) -> Markup:
    """Return a link to an entry, for readers of the journal."""
    return Markup('<a href="/journal/{}">{}</a>').format(number, gettext("entry %(number)s", number=count(number)))


def isolated(text: str) -> Markup:
    """Isolate the direction of text written by someone else, so that it cannot reverse the sentence around it."""
    return Markup("<bdi>{}</bdi>").format(text)


class Person(msgspec.Struct, frozen=True):
    """A member to choose on a form; groups and the date they joined distinguish people of the same name."""

    id: AccountId
    name: str
    groups: str = ""
    since: date | None = None


class MemberSearch(NamedTuple):
    """The result of a search by name: one member, several to choose from, or a sentence that says what to do."""

    member: MemberId | None = None
    choices: tuple[Person, ...] = ()
    sentence: str = ""


def find_member(call: Call, typed: str, *, me: MemberId | None = None, only_active: bool = True) -> MemberSearch:
    """Find a member by identifier or by all or part of a name, ignoring case and accents.

    `me` is left out, because nobody exchanges with themselves. With `only_active`, members who have left or have not been
    welcomed are refused, as the ledger would.
    """
    if is_identifier(typed) and is_member(typed):
        return _take(call.views.members.of(MemberId(typed)), me, only_active)
    named = _named(call, typed)
    found = [row for row, name in named if folded(name) == folded(typed)] or [row for row, _ in named]
    active = [row for row in found if (row.status == "member" or not only_active) and row.id != me]
    if len(active) > MOST_CHOICES:
        return MemberSearch(
            sentence=gettext("More than one person is called “%(name)s”. Type more of the name", name=typed)
        )
    if len(active) > 1:
        sentence = gettext("More than one person matches “%(name)s”. Choose one", name=typed)
        return MemberSearch(choices=persons(call, active), sentence=sentence)
    if active or found:
        return _take((active or found)[0], me, only_active)
    return MemberSearch(
        sentence=gettext("Nobody here is called “%(name)s”. Check the spelling, or type part of the name", name=typed)
    )


def persons(call: Call, rows: Sequence[MemberRow]) -> tuple[Person, ...]:
    """Return members to choose from, with what distinguishes them."""
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
    """Return the day a member was welcomed, in the community's time zone."""
    return today(instant(row.welcomed_at)) if row.welcomed_at else None


def _named(call: Call, typed: str) -> list[tuple[MemberRow, str]]:
    """Return members whose name contains this text and matches its entry."""
    named = call.bank.people.named(typed, limit=_MOST_SEARCHED) if folded(typed) else []
    rows = call.views.members.many([MemberId(match.subject) for match in named])
    pairs = ((rows.get(MemberId(match.subject)), match) for match in named)
    return [(row, match.name) for row, match in pairs if row is not None and row.name == match.commitment]


def _take(row: MemberRow | None, me: MemberId | None, only_active: bool) -> MemberSearch:
    if row is None:
        refusal: Refusal = UnknownMember()
    elif row.id == me:
        refusal = NotWithYourself()
    elif only_active and row.status != "member":
        refusal = NotActive()
    else:
        return MemberSearch(member=row.id)
    return MemberSearch(sentence=refusal_sentence(refusal))
