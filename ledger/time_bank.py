"""The time bank: one community's stores, opened by URL, with its commands and its current state."""

from pathlib import Path
from typing import Self

from ledger import tags
from ledger.agreements.rules import Agreements
from ledger.catalogue import Fact
from ledger.deciding.handler import CommandHandler
from ledger.deciding.requests import Caller, Clock, Command, Recorded, wall_clock
from ledger.erasure.commands import erase_again
from ledger.exchanges.rules import Exchange
from ledger.gifts.rules import Gift
from ledger.groups.rules import Group, GroupMembership
from ledger.identifiers import ExchangeId, GiftId, GroupId, Ids, MemberId, new_command_id, random_id
from ledger.log.opening import open_log
from ledger.log.places import Place
from ledger.log.store import Log
from ledger.members.rules import Member
from ledger.personal_data.imported import drop_old_secret
from ledger.personal_data.store import PersonalData
from ledger.refusals import UnknownExchange, UnknownGift


class TimeBank:
    """One community's ledger. Nothing is global: several time banks can be open side by side."""

    def __init__(self, place: Place, log: Log, people: PersonalData, *, clock: Clock, ids: Ids) -> None:
        self.place = place
        self.log = log
        self.people = people
        self.handler = CommandHandler(log, people, clock=clock, ids=ids)

    @classmethod
    def open(cls, url: str | Path | Place, *, clock: Clock = wall_clock, ids: Ids = random_id) -> Self:
        """Open (or create) the stores at `sqlite:///folder`, a folder's path, or `postgresql://...`.

        Personal data of members who were erased is deleted first, in case it was restored from a backup.
        """
        place = url if isinstance(url, Place) else Place.folder(url) if isinstance(url, Path) else Place(url)
        log = open_log(place.log_url, schema=place.schema("log"))
        bank = cls(place, log, PersonalData(place.people_engine()), clock=clock, ids=ids)
        try:
            erase_again(bank.log, bank.people)
            drop_old_secret(bank.log, bank.people)
        except BaseException:
            bank.close()
            raise
        return bank

    def do(self, command: Command, *, by: Caller | MemberId) -> Recorded:
        """Carry out a command, or raise its refusal. A caller with a command id can repeat it safely."""
        return self.handler.do(command, _caller(by))

    def preview(self, command: Command, *, by: Caller | MemberId) -> tuple[Fact, ...]:
        """Return the facts that a command would record, without recording them. Refuses exactly as `do` would."""
        return self.handler.preview(command, _caller(by))

    @property
    def agreements(self) -> Agreements:
        """The agreements in force; the defaults until the community is founded."""
        return self.handler.context([tags.AGREEMENTS]).agreements

    def member(self, member: MemberId) -> Member:
        """A member in their current state, even if unknown."""
        return self.handler.context([tags.member(member)]).member(member)

    def group(self, group: GroupId) -> Group:
        """A group in its current state, even if unknown."""
        return self.handler.context([tags.group(group)]).group(group)

    def membership(self, group: GroupId, member: MemberId) -> GroupMembership:
        """Whether a member is in a group."""
        return self.handler.context([tags.membership(group, member)]).membership(group, member)

    def exchange(self, exchange: ExchangeId) -> Exchange:
        """An exchange in its current state. Raises if it is unknown."""
        found = self.handler.context([tags.exchange(exchange)]).exchange(exchange)
        if found.state == "unknown":
            raise UnknownExchange
        return found

    def gift(self, gift: GiftId) -> Gift:
        """A gift in its current state. Raises if it is unknown."""
        found = self.handler.context([tags.gift(gift)]).gift(gift)
        if found.state == "unknown":
            raise UnknownGift
        return found

    def close(self) -> None:
        """Close all files and connections."""
        self.log.close()
        self.people.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _caller(by: Caller | MemberId) -> Caller:
    return by if isinstance(by, Caller) else Caller(new_command_id(), by)
