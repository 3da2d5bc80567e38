"""Members: who was invited, who was welcomed, who has left, their roles, and who asked to be erased."""

from collections.abc import Collection, Sequence
from typing import Any, Literal, NamedTuple, cast, get_args

import sqlalchemy as sa

from ledger.erasure.facts import ErasureAsked, ErasureWithdrawn, PersonalDataErased
from ledger.identifiers import MemberId
from ledger.log.places import PreparedQuery, among, listed
from ledger.members.facts import (
    CoordinatorRemovalAsked,
    MemberInvited,
    MemberLeft,
    MemberWelcomed,
    Role,
    RoleGiven,
    RoleWithdrawn,
)
from projections.engine.read_model import IncomingEntry, ReadModel, count, table, word
from projections.engine.tables import TableWriter

Status = Literal["invited", "member", "left"]

MEMBERS = table(
    "members",
    word("id", key=True),
    word("name"),
    word("email"),
    word("phone"),
    word("status"),
    word("invited_at"),
    word("welcomed_at"),
    word("left_at"),
    word("erasure_asked_at"),
    word("erasure_asked_by"),
    word("erased_at"),
    word("removal_asked_at"),
    word("removal_asked_by"),
    word("roles"),
    count("number"),
    sa.Index("members_by_status", "status", "number"),
    sa.Index("members_by_roles", "roles", "id"),
    sa.Index("members_by_erasure", "erasure_asked_at", "id"),
)
TOTALS = table("member_totals", word("status", key=True), count("members"))

_HOLDING: dict[Role, tuple[str, ...]] = {
    "auditor": ("auditor", "auditor coordinator"),
    "coordinator": ("coordinator", "auditor coordinator"),
}


class MemberRow(NamedTuple):
    """A member. Name, email and phone are commitments; instants are as entries write them, "" for never.

    `erasure_asked_at` and `_by` are "" unless a request to be erased is waiting, and `removal_asked_at` and `_by` unless a
    coordinator asked that they stop coordinating. An erased member has no commitments.
    """

    id: MemberId
    name: str
    email: str
    phone: str
    status: Status
    invited_at: str
    welcomed_at: str = ""
    left_at: str = ""
    erasure_asked_at: str = ""
    erasure_asked_by: MemberId | Literal[""] = ""
    erased_at: str = ""
    removal_asked_at: str = ""
    removal_asked_by: MemberId | Literal[""] = ""
    roles_text: str = ""
    number: int = 0

    @property
    def roles(self) -> frozenset[Role]:
        """The roles the member has now."""
        return frozenset(cast("list[Role]", self.roles_text.split()))


class MemberTotals(NamedTuple):
    """How many people are waiting to be welcomed, are members, and have left."""

    invited: int
    active: int
    left: int


class Members(ReadModel):
    """Everyone who was ever invited."""

    name = "members"
    version = 4
    tables = (MEMBERS, TOTALS)
    concerns = frozenset(
        {
            MemberInvited,
            MemberWelcomed,
            MemberLeft,
            RoleGiven,
            RoleWithdrawn,
            CoordinatorRemovalAsked,
            ErasureAsked,
            ErasureWithdrawn,
            PersonalDataErased,
        }
    )

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        before = rows.of(MEMBERS, {cast("Any", incoming.entry.data).member for incoming in batch})
        known = {id: MemberRow(*row) for id, row in before.items()}
        # Every status has its row, changed or not: the same entries make the same rows, however they are batched.
        changes: dict[str, int] = dict.fromkeys(get_args(Status), 0)
        for row in known.values():
            changes[row.status] -= 1
        for incoming in batch:
            _apply(incoming, known)
        for row in known.values():
            changes[row.status] += 1
        rows.replace(MEMBERS, list(known.values()))
        rows.add(TOTALS, list(changes.items()))

    def of(self, id: MemberId) -> MemberRow | None:
        """A member; None for someone who was never invited."""
        return self.many([id]).get(id)

    def many(self, ids: Collection[MemberId]) -> dict[MemberId, MemberRow]:
        """These members, by id; unknown ones are left out."""
        if not ids:
            return {}
        return {row.id: row for row in map(MemberRow._make, _THESE.ask(self._engine, ids=listed(list(ids))))}

    def names(self, ids: Collection[MemberId]) -> dict[str, str]:
        """The commitments to the names of these members, by id; unknown ones are left out."""
        found = _NAMES_OF_THESE.ask(self._engine, ids=listed(list(ids))) if ids else ()
        return {id: name for id, name in found}  # noqa: C416 - rows may hold anything, which dict() would not believe

    def with_role(self, role: Role) -> list[MemberRow]:
        """Everyone who has a role now."""
        query = sa.select(MEMBERS).where(MEMBERS.c.roles.in_(_HOLDING[role])).order_by(MEMBERS.c.id)
        return [MemberRow(*row) for row in self._all(query)]

    def invited(self, limit: int = 200) -> list[MemberRow]:
        """People waiting to be welcomed, longest first."""
        waiting = sa.select(MEMBERS).where(MEMBERS.c.status == "invited").order_by(MEMBERS.c.number)
        return [MemberRow(*row) for row in self._all(waiting.limit(limit))]

    def asking_to_be_erased(self, limit: int = 200) -> list[MemberRow]:
        """People waiting to be erased, longest first."""
        waiting = sa.select(MEMBERS).where(MEMBERS.c.erasure_asked_at > "")
        waiting = waiting.order_by(MEMBERS.c.erasure_asked_at, MEMBERS.c.id).limit(limit)
        return [MemberRow(*row) for row in self._all(waiting)]

    def totals(self) -> MemberTotals:
        """How many there are of each status; running totals, so that no rows are counted."""
        found = {row.status: row.members for row in self._all(sa.select(TOTALS))}
        return MemberTotals(found.get("invited", 0), found.get("member", 0), found.get("left", 0))


_THESE = PreparedQuery(sa.select(MEMBERS).where(among(MEMBERS.c.id, "ids")))
_NAMES_OF_THESE = PreparedQuery(sa.select(MEMBERS.c.id, MEMBERS.c.name).where(among(MEMBERS.c.id, "ids")))


def _apply(incoming: IncomingEntry, known: dict[str, MemberRow]) -> None:
    entry = incoming.entry
    match entry.data:
        case MemberInvited(member=member):
            name, email, phone = (entry.sealed.get(field, "") for field in ("name", "email", "phone"))
            known[member] = MemberRow(member, name, email, phone, "invited", entry.at, number=incoming.number)
        case MemberWelcomed(member=member):
            known[member] = known[member]._replace(status="member", welcomed_at=entry.at)
        case MemberLeft(member=member):
            known[member] = known[member]._replace(
                status="left", left_at=entry.at, roles_text="", removal_asked_at="", removal_asked_by=""
            )
        case RoleGiven(member=member, role=role):
            known[member] = known[member]._replace(roles_text=" ".join(sorted({*known[member].roles, role})))
        case RoleWithdrawn(member=member, role=role):
            left = " ".join(sorted(known[member].roles - {role}))
            known[member] = known[member]._replace(roles_text=left, removal_asked_at="", removal_asked_by="")
        case CoordinatorRemovalAsked(member=member, asked_by=asked_by):
            known[member] = known[member]._replace(removal_asked_at=entry.at, removal_asked_by=asked_by)
        case ErasureAsked(member=member, asked_by=asked_by):
            known[member] = known[member]._replace(erasure_asked_at=entry.at, erasure_asked_by=asked_by)
        case ErasureWithdrawn(member=member):
            known[member] = known[member]._replace(erasure_asked_at="", erasure_asked_by="")
        case PersonalDataErased(member=member):
            known[member] = known[member]._replace(
                name="", email="", phone="", erasure_asked_at="", erasure_asked_by="", erased_at=entry.at
            )
        case _:
            raise AssertionError(f"{entry.type} concerns no member")
