"""Gifts: recorded, and taken back when they were logged by mistake."""

from collections.abc import Sequence
from datetime import date

from ledger import subjects
from ledger.application.commands import Answer, Command, Order, Worded, reason_of, words_of
from ledger.application.desk import Desk
from ledger.application.known import Known
from ledger.catalogue import Fact
from ledger.domain import gifts as rules
from ledger.domain.gifts import Gift
from ledger.domain.groups import Group
from ledger.domain.members import Member
from ledger.events.gifts import GiftRecorded
from ledger.identifiers import COMMUNITY, HOST, AccountId, CategoryKey, GiftId, GroupId, MemberId, is_group
from ledger.refusals import UnknownGift


class Gifts:
    """What anybody may ask of the ledger about gifts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def record(
        self,
        giver: MemberId,
        receiver: AccountId,
        category: CategoryKey,
        given_on: date,
        *,
        command: Command,
        note: str = "",
    ) -> tuple[GiftId, Answer]:
        """A gift to a member, a group or the whole community; counted, no balance moved. Answers the gift's id."""
        order = self.to_record(giver, receiver, category, given_on, command=command, note=note)
        answer = self._desk.carry_out(order)
        (recorded,) = (fact for fact in answer.facts if isinstance(fact, GiftRecorded))
        return recorded.gift, answer

    def would_record(
        self,
        giver: MemberId,
        receiver: AccountId,
        category: CategoryKey,
        given_on: date,
        *,
        command: Command,
        note: str = "",
    ) -> tuple[Fact, ...]:
        """What recording would record, without doing it."""
        return self._desk.consider(self.to_record(giver, receiver, category, given_on, command=command, note=note))

    def to_record(
        self,
        giver: MemberId,
        receiver: AccountId,
        category: CategoryKey,
        given_on: date,
        *,
        command: Command,
        note: str = "",
    ) -> Order:
        """The order to record a gift, for batches."""
        gift = GiftId(f"f-{self._desk.ids()}")

        def rule(known: Known) -> Sequence[Fact | Worded]:
            (fact,) = rules.record(
                gift,
                giver=known.member(giver),
                receiver=_receiver(known, receiver),
                category=category,
                given_on=given_on,
                by=self._desk.speaker(known, command, frozenset((giver, receiver))),
                agreements=known.agreements,
                today=self._desk.today(known),
                typed_by=known.member(command.by),
            )
            known.gift(gift)  # an identifier drawn twice is a conflict, not a second gift
            return [Worded(fact, words_of(command.speaker, "note", note))]

        people = {subjects.member(person) for person in (giver, command.by, command.speaker) if person != HOST}
        if receiver != COMMUNITY:
            people.add(subjects.group(receiver) if is_group(receiver) else subjects.member(receiver))
        return Order(
            command=command,
            wish="record-gift",
            asked={"giver": giver, "receiver": receiver, "category": category, "given_on": given_on},
            rule=rule,
            reads=(subjects.AGREEMENTS, subjects.gift(gift), *people),
            words={"note": note},
        )

    def withdraw(self, gift: GiftId, *, reason: str, command: Command) -> Answer:
        """A gift was logged by mistake and no longer counts; once, with a word of why."""

        def rule(known: Known) -> Sequence[Fact | Worded]:
            found = known.gift(gift)
            parties = frozenset[str]((found.giver, found.receiver))
            (fact,) = rules.withdraw(found, by=self._desk.speaker(known, command, parties))
            return [Worded(fact, words_of(command.speaker, "reason", reason_of(reason)))]

        return self._desk.carry_out(
            Order(
                command=command,
                wish="withdraw-gift",
                asked={"gift": gift},
                rule=rule,
                reads=(subjects.gift(gift),),
                words={"reason": reason},
            )
        )

    def state(self, gift: GiftId) -> Gift:
        """The gift as the log knows it this instant. Refuses unknown ones."""
        found = self._desk.know([subjects.gift(gift)]).gift(gift)
        if found.state == "unknown":
            raise UnknownGift
        return found


def _receiver(known: Known, receiver: AccountId) -> Member | Group | None:
    if receiver == COMMUNITY:
        return None
    if is_group(receiver):
        return known.group(GroupId(receiver))
    return known.member(MemberId(receiver))
