"""Forming groups, joining and leaving them."""

from collections.abc import Sequence

from ledger import subjects
from ledger.application.commands import Answer, Command, Order, Worded, words_of
from ledger.application.desk import Desk
from ledger.application.known import Known
from ledger.application.members import LONGEST_NAME
from ledger.catalogue import Fact
from ledger.domain import groups as rules
from ledger.domain.groups import Belonging, Group
from ledger.domain.words import must_be_text
from ledger.events.groups import GroupFormed
from ledger.identifiers import GroupId, MemberId
from ledger.refusals import NoName


class Groups:
    """What anybody may ask of the ledger about groups."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def form(self, name: str, *, command: Command) -> tuple[GroupId, Answer]:
        """A coordinator forms a group; answers its id. The name is sealed."""
        group = GroupId(f"g-{self._desk.ids()}")

        def rule(known: Known) -> Sequence[Fact | Worded]:
            (fact,) = rules.form(known.group(group), by=known.member(command.by))
            if not name.strip():
                raise NoName
            must_be_text("name", name, limit=LONGEST_NAME)
            return [Worded(fact, words_of(group, "name", " ".join(name.split())))]

        answer = self._desk.carry_out(
            Order(command=command, wish="form-group", asked={}, rule=rule, words={"name": name})
        )
        (formed,) = (fact for fact in answer.facts if isinstance(fact, GroupFormed))
        return formed.group, answer

    def join(self, group: GroupId, member: MemberId, *, command: Command) -> Answer:
        """A member joins, by their own word or a coordinator's."""

        def rule(known: Known) -> Sequence[Fact]:
            return rules.join(
                known.group(group),
                known.belonging(group, member),
                known.member(member),
                by=known.member(command.by),
            )

        return self._desk.carry_out(
            Order(
                command=command,
                wish="join-group",
                asked={"group": group, "member": member},
                rule=rule,
                reads=(subjects.group(group), subjects.belonging(group, member), subjects.member(member)),
            )
        )

    def leave(self, group: GroupId, member: MemberId, *, command: Command) -> Answer:
        """A member leaves the group, by their own word or a coordinator's."""

        def rule(known: Known) -> Sequence[Fact]:
            return rules.leave(
                known.group(group),
                known.belonging(group, member),
                known.member(member),
                by=known.member(command.by),
            )

        return self._desk.carry_out(
            Order(
                command=command,
                wish="leave-group",
                asked={"group": group, "member": member},
                rule=rule,
                reads=(subjects.group(group), subjects.belonging(group, member), subjects.member(member)),
            )
        )

    def standing(self, group: GroupId) -> Group:
        """The group as the log knows it."""
        return self._desk.know([subjects.group(group)]).group(group)

    def belonging(self, group: GroupId, member: MemberId) -> Belonging:
        """Whether somebody belongs to a group at this instant."""
        return self._desk.know([subjects.belonging(group, member)]).belonging(group, member)
