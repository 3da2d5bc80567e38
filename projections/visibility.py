"""Who may see whom somebody helps: what each member chose, and who may be seen in which group."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa

from ledger.events.groups import GroupJoined, GroupLeft
from ledger.events.members import Circle, MemberLeft, VisibilityChosen
from ledger.identifiers import GroupId, MemberId
from ledger.log.questions import Question, among, listed
from projections.columns import table, word
from projections.read_model import ReadModel, Recorded
from projections.rows import Rows

CHOICES = table("visibility_choices", word("member", key=True), word("sees"), word("groups"))
SEEN = table("visibility_in_groups", word("group_id", key=True), word("member", key=True), word("sees"), clustered=True)

_OPEN_TO: Mapping[Circle, tuple[Circle, ...]] = {
    "nobody": ("nobody", "coordinators", "groups"),
    "coordinators": ("coordinators", "groups"),
    "groups": ("groups",),
}


class Visibility(ReadModel):
    """What members chose. Whoever never chose is seen by nobody; so is whoever has left the community."""

    name = "visibility"
    tables = (CHOICES, SEEN)
    concerns = frozenset({VisibilityChosen, GroupJoined, GroupLeft, MemberLeft})

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
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

    def of(self, member: MemberId) -> Circle:
        """What somebody chose."""
        found = _OF.ask(self._engine, member=member)
        return found[0][0] if found else "nobody"

    def among(self, groups: Collection[GroupId], circle: Circle) -> dict[GroupId, frozenset[MemberId]]:
        """Those who belong to each of these groups now and may be seen by this circle; empty groups are left out."""
        if not groups:
            return {}
        found = _AMONG.ask(self._engine, groups=listed(list(groups)), circles=listed(list(_OPEN_TO[circle])))
        return _by_group(found)

    def everywhere(self, circle: Circle) -> dict[GroupId, frozenset[MemberId]]:
        """The same for every group there is."""
        return _by_group(_EVERYWHERE.ask(self._engine, circles=listed(list(_OPEN_TO[circle]))))


_OF = Question(sa.select(CHOICES.c.sees).where(CHOICES.c.member == sa.bindparam("member")))
_SEEN = sa.select(SEEN.c.group_id, SEEN.c.member).where(among(SEEN.c.sees, "circles"))
_EVERYWHERE = Question(_SEEN)
_AMONG = Question(_SEEN.where(among(SEEN.c.group_id, "groups")))


def _by_group(found: Sequence[Any]) -> dict[GroupId, frozenset[MemberId]]:
    groups: dict[GroupId, set[MemberId]] = {}
    for group, member in found:
        groups.setdefault(GroupId(group), set()).add(MemberId(member))
    return {group: frozenset(members) for group, members in groups.items()}
