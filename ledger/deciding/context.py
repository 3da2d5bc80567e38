"""What a decision knows: the state of each subject it asked about, and so the boundary on which it rests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import cast

from ledger import tags
from ledger.agreements.rules import Agreements
from ledger.deciding.requests import Caller
from ledger.deciding.states import PastCommand, State, StateCache, state_after
from ledger.exchanges.accounts import Account
from ledger.exchanges.rules import Exchange
from ledger.gifts.rules import Gift
from ledger.groups.rules import Belonging, Group
from ledger.identifiers import HOST, AccountId, CommandId, ExchangeId, GiftId, GroupId, MemberId
from ledger.log.entry import Entry
from ledger.log.store import Conflict, Log
from ledger.members.rules import Coordinators, Member
from ledger.personal_data.store import PersonalData
from ledger.refusals import NotTheirsToSay


class Accounts(Mapping[AccountId, Account]):
    """Accounts by identifier, each read when it is asked for: only those asked for bound the decision."""

    def __init__(self, known: "DecisionContext") -> None:
        self._known = known

    def __getitem__(self, account: AccountId) -> Account:
        return self._known.account(account)

    def __iter__(self) -> Iterator[AccountId]:
        raise TypeError("accounts are asked for one by one")

    def __len__(self) -> int:
        raise TypeError("accounts are asked for one by one")


class DecisionContext:
    """What one decision may look at, all as of one moment. None of it may have changed when its facts are appended.

    What is asked for later than the rest is read later; `Conflict` when what was looked at before has changed since.
    """

    def __init__(
        self, memory: StateCache, tags: Sequence[str], *, log: Log, people: PersonalData, now: Callable[[], datetime]
    ) -> None:
        self._memory = memory
        self.log = log
        self.people = people
        self._now = now
        self._read, self.position = memory.know(list(dict.fromkeys(tags)))
        self._states = dict(self._read)
        self._happened: list[tuple[Sequence[str], Entry]] = []
        self.rests_on: dict[str, None] = {}

    def _of(self, tag: str) -> State:
        if tag not in self._states:
            self._read_later(tag)
        self.rests_on[tag] = None
        return self._states[tag]

    def _read_later(self, tag: str) -> None:
        states, position = self._memory.know([tag])
        if position != self.position:
            # A refusal may not rest on two moments: who is told no should be told why as things stand.
            states, self.position = self._memory.know([*self._read, tag])
            if any(states[before] != self._read[before] for before in self.rests_on):
                raise Conflict
        for name, state in states.items():
            if state != self._read.get(name):
                self._read[name] = self._states[name] = state
                for tags, entry in self._happened:
                    if name in tags:
                        self._states[name] = state_after(self._states[name], entry)

    def happened(self, tags: Sequence[str], entry: Entry) -> None:
        """Carries a fact that is about to be appended forward, for the next decision of the same batch."""
        self._happened.append((tags, entry))
        for tag in tags:
            if tag in self._states:
                self._states[tag] = state_after(self._states[tag], entry)

    def settle(self, position: int) -> None:
        """The facts were appended and nothing came between: all that the decision rests on is known until there."""
        self._memory.learn({tag: self._states[tag] for tag in self.rests_on}, position)

    @property
    def today(self) -> date:
        """The day in the community's time zone."""
        return self.agreements.local(self._now()).date()

    @property
    def agreements(self) -> Agreements:
        """The agreements in force."""
        return cast("Agreements", self._of(tags.AGREEMENTS))

    @property
    def coordinators(self) -> Coordinators:
        """Everybody who coordinates."""
        return cast("Coordinators", self._of(tags.COORDINATORS))

    @property
    def accounts(self) -> Accounts:
        """Every account, read when asked for."""
        return Accounts(self)

    def speaker(self, caller: Caller, parties: frozenset[str] = frozenset()) -> Member:
        """The member whose decision this is. A coordinator may pass on what somebody said, unless they are a party."""
        if caller.on_behalf is not None and caller.by in parties:
            raise NotTheirsToSay
        return self.member(caller.speaker)

    def member(self, identifier: MemberId) -> Member:
        """A member; the host has no member record."""
        if identifier == HOST:
            return Member(id=HOST)
        return cast("Member", self._of(tags.member(identifier)))

    def group(self, identifier: GroupId) -> Group:
        """A group itself."""
        return cast("Group", self._of(tags.group(identifier)))

    def belonging(self, group: GroupId, member: MemberId) -> Belonging:
        """Whether somebody belongs to a group."""
        return cast("Belonging", self._of(tags.belonging(group, member)))

    def account(self, identifier: AccountId) -> Account:
        """An account's minutes."""
        return cast("Account", self._of(tags.account(identifier)))

    def exchange(self, identifier: ExchangeId) -> Exchange:
        """An exchange as far as its facts tell."""
        return cast("Exchange", self._of(tags.exchange(identifier)))

    def gift(self, identifier: GiftId) -> Gift:
        """A gift as far as its facts tell."""
        return cast("Gift", self._of(tags.gift(identifier)))

    def done(self, command: CommandId) -> PastCommand:
        """What a command led to before, if it did."""
        return cast("PastCommand", self._of(tags.command(command)))
