"""Groups, and who belongs to them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from ledger.groups.facts import GroupFormed, GroupJoined, GroupLeft
from ledger.identifiers import GroupId, MemberId
from ledger.log.prepared_queries import PreparedQuery, among, listed
from ledger.members.facts import Audience, MemberLeft, VisibilityChosen
from projections.engine.paging import Cursor, Order, Page
from projections.engine.read_model import IncomingEntry, ReadModel, count, table, word
from projections.engine.tables import TableWriter

GROUPS = table("groups", word("id", key=True), word("name"), word("formed_at"), count("members"))
BELONGINGS = table(
    "belongings",
    word("group_id", key=True),
    word("member", key=True),
    word("joined_at"),
    sa.Index("belongings_by_member", "member", "group_id"),
    clustered=True,
)

_BY_ID = Order(GROUPS.c.id, descending=False)
_BY_MEMBER = Order(BELONGINGS.c.member, descending=False)


class GroupRow(NamedTuple):
    """A group; its name is a commitment. `members` says how many belong to it now."""

    id: GroupId
    name: str
    formed_at: str
    members: int


class Belongs(NamedTuple):
    """Somebody who belongs to a group, and since when."""

    member: MemberId
    joined_at: str


class Groups(ReadModel):
    """Every group of the community."""

    name = "groups"
    tables = (GROUPS, BELONGINGS)
    concerns = frozenset({GroupFormed, GroupJoined, GroupLeft})

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        formed: list[tuple[str, str, str, int]] = []
        belongings: dict[tuple[str, str], str] = {}
        changes: dict[str, int] = {}
        for recorded in batch:
            entry = recorded.entry
            match entry.data:
                case GroupFormed(group=group):
                    formed.append((group, entry.sealed.get("name", ""), entry.at, 0))
                case GroupJoined(group=group, member=member):
                    belongings[group, member] = entry.at
                    changes[group] = changes.get(group, 0) + 1
                case GroupLeft(group=group, member=member):
                    belongings[group, member] = ""
                    changes[group] = changes.get(group, 0) - 1
                case _:
                    raise AssertionError(f"{entry.type} concerns no group")
        rows.insert(GROUPS, formed)
        known = rows.of(GROUPS, changes.keys())
        rows.replace(GROUPS, [(*known[group][:3], known[group][3] + change) for group, change in changes.items()])
        rows.replace(BELONGINGS, [(*key, joined_at) for key, joined_at in belongings.items() if joined_at])
        rows.delete(BELONGINGS, [key for key, joined_at in belongings.items() if not joined_at])

    def of(self, id: GroupId) -> GroupRow | None:
        """A group; None when there is none of this id."""
        return self.many([id]).get(id)

    def many(self, ids: Collection[GroupId]) -> dict[GroupId, GroupRow]:
        """These groups by id; unknown ones are left out."""
        if not ids:
            return {}
        return {row.id: row for row in (GroupRow(*row) for row in _THESE.ask(self._engine, ids=listed(list(ids))))}

    def all(self, after: Cursor = "", limit: int = 50) -> Page[GroupRow]:
        """Every group, by id, page by page."""
        with self._engine.connect() as connection:
            return _BY_ID.page(connection, sa.select(GROUPS), after, limit, lambda row: GroupRow(*row))

    def members_of(self, group: GroupId, after: Cursor = "", limit: int = 50) -> Page[Belongs]:
        """Who belongs to a group now, by id, page by page."""
        query = sa.select(BELONGINGS.c.member, BELONGINGS.c.joined_at).where(BELONGINGS.c.group_id == group)
        with self._engine.connect() as connection:
            return _BY_MEMBER.page(connection, query, after, limit, lambda row: Belongs(*row))

    def of_member(self, member: MemberId) -> list[GroupRow]:
        """The groups that somebody belongs to now."""
        joined = sa.select(GROUPS).join(BELONGINGS, BELONGINGS.c.group_id == GROUPS.c.id)
        return self._find(joined.where(BELONGINGS.c.member == member).order_by(GROUPS.c.id))

    def belongs(self, group: GroupId, member: MemberId) -> bool:
        """Whether somebody belongs to a group now."""
        one = sa.select(BELONGINGS.c.member).where(BELONGINGS.c.group_id == group, BELONGINGS.c.member == member)
        with self._engine.connect() as connection:
            return connection.execute(one).first() is not None

    def _find(self, query: sa.Select[*tuple[Any, ...]]) -> list[GroupRow]:
        with self._engine.connect() as connection:
            return [GroupRow(*row) for row in connection.execute(query)]


_THESE = PreparedQuery(sa.select(GROUPS).where(among(GROUPS.c.id, "ids")))


CHOICES = table("visibility_choices", word("member", key=True), word("sees"), word("groups"))
SEEN = table("visibility_in_groups", word("group_id", key=True), word("member", key=True), word("sees"), clustered=True)

_OPEN_TO: Mapping[Audience, tuple[Audience, ...]] = {
    "nobody": ("nobody", "coordinators", "groups"),
    "coordinators": ("coordinators", "groups"),
    "groups": ("groups",),
}


class Visibility(ReadModel):
    """What members chose. Whoever never chose is seen by nobody; so is whoever has left the community."""

    name = "visibility"
    tables = (CHOICES, SEEN)
    concerns = frozenset({VisibilityChosen, GroupJoined, GroupLeft, MemberLeft})

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        known = rows.of(CHOICES, {cast("Any", recorded.entry.data).member for recorded in batch})
        before = {member: (sees, groups.split()) for member, sees, groups in known.values()}
        after = {member: (sees, {*groups}) for member, (sees, groups) in before.items()}
        for recorded in batch:
            fact: Any = recorded.entry.data
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
                    raise AssertionError(f"{recorded.entry.type} changes nobody's visibility")
            after[fact.member] = (sees, groups)
        rows.replace(CHOICES, [(member, sees, " ".join(sorted(groups))) for member, (sees, groups) in after.items()])
        seen_before = {
            (group, member) for member, (sees, groups) in before.items() if sees != "nobody" for group in groups
        }
        seen = {
            (group, member): sees
            for member, (sees, groups) in after.items()
            if sees != "nobody"
            for group in sorted(groups)
        }
        rows.delete(SEEN, sorted(seen_before - seen.keys()))
        rows.replace(SEEN, [(*key, sees) for key, sees in seen.items()])

    def of(self, member: MemberId) -> Audience:
        """What somebody chose."""
        found = _OF.ask(self._engine, member=member)
        return found[0][0] if found else "nobody"

    def among(self, groups: Collection[GroupId], circle: Audience) -> dict[GroupId, frozenset[MemberId]]:
        """Those who belong to each of these groups now and may be seen by this circle; empty groups are left out."""
        if not groups:
            return {}
        found = _AMONG.ask(self._engine, groups=listed(list(groups)), circles=listed(list(_OPEN_TO[circle])))
        return _by_group(found)

    def everywhere(self, circle: Audience) -> dict[GroupId, frozenset[MemberId]]:
        """The same for every group there is."""
        return _by_group(_EVERYWHERE.ask(self._engine, circles=listed(list(_OPEN_TO[circle]))))


_OF = PreparedQuery(sa.select(CHOICES.c.sees).where(CHOICES.c.member == sa.bindparam("member")))
_SEEN = sa.select(SEEN.c.group_id, SEEN.c.member).where(among(SEEN.c.sees, "circles"))
_EVERYWHERE = PreparedQuery(_SEEN)
_AMONG = PreparedQuery(_SEEN.where(among(SEEN.c.group_id, "groups")))


def _by_group(found: Sequence[Any]) -> dict[GroupId, frozenset[MemberId]]:
    groups: dict[GroupId, set[MemberId]] = {}
    for group, member in found:
        groups.setdefault(GroupId(group), set()).add(MemberId(member))
    return {group: frozenset(members) for group, members in groups.items()}
