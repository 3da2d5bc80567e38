"""Groups, their members, and who can be seen in their figures."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from ledger.groups.facts import GroupFormed, GroupJoined, GroupLeft
from ledger.identifiers import GroupId, MemberId
from ledger.log.places import PreparedQuery, among, listed
from ledger.members.facts import Audience, MemberLeft, VisibilityChosen
from projections.engine.paging import Cursor, Order, Page
from projections.engine.read_model import IncomingEntry, ReadModel, count, table, word
from projections.engine.tables import TableWriter

GROUPS = table("groups", word("id", key=True), word("name"), word("formed_at"), count("members"))
MEMBERSHIPS = table(
    "belongings",
    word("group_id", key=True),
    word("member", key=True),
    word("joined_at"),
    sa.Index("belongings_by_member", "member", "group_id"),
    clustered=True,
)

_BY_ID = Order(GROUPS.c.id, descending=False)
_BY_MEMBER = Order(MEMBERSHIPS.c.member, descending=False)


class GroupRow(NamedTuple):
    """A group; its name is a commitment. `members` is how many are in it now."""

    id: GroupId
    name: str
    formed_at: str
    members: int


class GroupMember(NamedTuple):
    """A member of a group, and since when."""

    member: MemberId
    joined_at: str


class Groups(ReadModel):
    """Every group of the community."""

    name = "groups"
    tables = (GROUPS, MEMBERSHIPS)
    concerns = frozenset({GroupFormed, GroupJoined, GroupLeft})

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        formed: list[tuple[str, str, str, int]] = []
        memberships: dict[tuple[str, str], str] = {}
        changes: dict[str, int] = {}
        for incoming in batch:
            entry = incoming.entry
            match entry.data:
                case GroupFormed(group=group):
                    formed.append((group, entry.sealed.get("name", ""), entry.at, 0))
                case GroupJoined(group=group, member=member):
                    memberships[group, member] = entry.at
                    changes[group] = changes.get(group, 0) + 1
                case GroupLeft(group=group, member=member):
                    memberships[group, member] = ""
                    changes[group] = changes.get(group, 0) - 1
                case _:
                    raise AssertionError(f"{entry.type} concerns no group")
        rows.insert(GROUPS, formed)
        known = rows.of(GROUPS, changes.keys())
        rows.replace(GROUPS, [(*known[group][:3], known[group][3] + change) for group, change in changes.items()])
        rows.replace(MEMBERSHIPS, [(*key, joined_at) for key, joined_at in memberships.items() if joined_at])
        rows.delete(MEMBERSHIPS, [key for key, joined_at in memberships.items() if not joined_at])

    def of(self, id: GroupId) -> GroupRow | None:
        """A group; None if it is unknown."""
        return self.many([id]).get(id)

    def many(self, ids: Collection[GroupId]) -> dict[GroupId, GroupRow]:
        """These groups by id; unknown ones are left out."""
        if not ids:
            return {}
        return {row.id: row for row in (GroupRow(*row) for row in _THESE.ask(self._engine, ids=listed(list(ids))))}

    def all(self, after: Cursor = "", limit: int = 50) -> Page[GroupRow]:
        """Pages of all groups, by id."""
        with self._engine.connect() as connection:
            return _BY_ID.page(connection, sa.select(GROUPS), after, limit, lambda row: GroupRow(*row))

    def members_of(self, group: GroupId, after: Cursor = "", limit: int = 50) -> Page[GroupMember]:
        """Pages of the members of a group, by id."""
        query = sa.select(MEMBERSHIPS.c.member, MEMBERSHIPS.c.joined_at).where(MEMBERSHIPS.c.group_id == group)
        with self._engine.connect() as connection:
            return _BY_MEMBER.page(connection, query, after, limit, lambda row: GroupMember(*row))

    def of_member(self, member: MemberId) -> list[GroupRow]:
        """The groups that a member is in now."""
        joined = sa.select(GROUPS).join(MEMBERSHIPS, MEMBERSHIPS.c.group_id == GROUPS.c.id)
        query = joined.where(MEMBERSHIPS.c.member == member).order_by(GROUPS.c.id)
        return [GroupRow(*row) for row in self._all(query)]

    def belongs(self, group: GroupId, member: MemberId) -> bool:
        """Whether a member is in a group now."""
        one = sa.select(MEMBERSHIPS.c.member).where(MEMBERSHIPS.c.group_id == group, MEMBERSHIPS.c.member == member)
        return bool(self._all(one))


_THESE = PreparedQuery(sa.select(GROUPS).where(among(GROUPS.c.id, "ids")))


CHOICES = table("visibility_choices", word("member", key=True), word("sees"), word("groups"))
VISIBLE = table(
    "visibility_in_groups", word("group_id", key=True), word("member", key=True), word("sees"), clustered=True
)

_OPEN_TO: Mapping[Audience, tuple[Audience, ...]] = {
    "nobody": ("nobody", "coordinators", "groups"),
    "coordinators": ("coordinators", "groups"),
    "groups": ("groups",),
}


class Visibility(ReadModel):
    """Each member's choice. Members who have not chosen, or have left, are visible to nobody."""

    name = "visibility"
    tables = (CHOICES, VISIBLE)
    concerns = frozenset({VisibilityChosen, GroupJoined, GroupLeft, MemberLeft})

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        known = rows.of(CHOICES, {cast("Any", incoming.entry.data).member for incoming in batch})
        before = {member: (sees, groups.split()) for member, sees, groups in known.values()}
        after = {member: (sees, {*groups}) for member, (sees, groups) in before.items()}
        for incoming in batch:
            fact: Any = incoming.entry.data
            sees, groups = after.get(fact.member, ("nobody", set[str]()))
            match fact:
                case VisibilityChosen():
                    sees = fact.sees
                case MemberLeft():
                    sees = "nobody"
                case GroupJoined():
                    groups.add(fact.group)
                case GroupLeft():
                    groups.discard(fact.group)
                case _:
                    raise AssertionError(f"{incoming.entry.type} changes nobody's visibility")
            after[fact.member] = (sees, groups)
        rows.replace(CHOICES, [(member, sees, " ".join(sorted(groups))) for member, (sees, groups) in after.items()])
        visible_before, visible = _visible(before), _visible(after)
        rows.delete(VISIBLE, sorted(visible_before.keys() - visible.keys()))
        rows.replace(VISIBLE, [(*key, sees) for key, sees in visible.items()])

    def of(self, member: MemberId) -> Audience:
        """The choice of a member."""
        found = _OF.ask(self._engine, member=member)
        return found[0][0] if found else "nobody"

    def among(self, groups: Collection[GroupId], circle: Audience) -> dict[GroupId, frozenset[MemberId]]:
        """The members of each of these groups who are visible to a circle; groups without any are left out."""
        if not groups:
            return {}
        found = _AMONG.ask(self._engine, groups=listed(list(groups)), circles=listed(list(_OPEN_TO[circle])))
        return _by_group(found)

    def everywhere(self, circle: Audience) -> dict[GroupId, frozenset[MemberId]]:
        """The same for all groups."""
        return _by_group(_EVERYWHERE.ask(self._engine, circles=listed(list(_OPEN_TO[circle]))))


_OF = PreparedQuery(sa.select(CHOICES.c.sees).where(CHOICES.c.member == sa.bindparam("member")))
_VISIBLE = sa.select(VISIBLE.c.group_id, VISIBLE.c.member).where(among(VISIBLE.c.sees, "circles"))
_EVERYWHERE = PreparedQuery(_VISIBLE)
_AMONG = PreparedQuery(_VISIBLE.where(among(VISIBLE.c.group_id, "groups")))


def _visible(choices: Mapping[str, tuple[Audience, Collection[str]]]) -> dict[tuple[str, str], Audience]:
    """Group and member -> who can see the member in the group."""
    return {
        (group, member): sees
        for member, (sees, groups) in choices.items()
        if sees != "nobody"
        for group in sorted(groups)
    }


def _by_group(found: Sequence[Any]) -> dict[GroupId, frozenset[MemberId]]:
    groups: dict[GroupId, set[MemberId]] = {}
    for group, member in found:
        groups.setdefault(GroupId(group), set()).add(MemberId(member))
    return {group: frozenset(members) for group, members in groups.items()}
