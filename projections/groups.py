"""Groups, and who belongs to them."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from ledger.events.groups import GroupFormed, GroupJoined, GroupLeft
from ledger.identifiers import GroupId, MemberId
from ledger.log.questions import Question, among, listed
from projections.columns import count, table, word
from projections.pages import Cursor, Order, Page
from projections.read_model import ReadModel, Recorded
from projections.rows import Rows

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

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
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


_THESE = Question(sa.select(GROUPS).where(among(GROUPS.c.id, "ids")))
