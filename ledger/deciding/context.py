"""What a decision reads: the state behind each tag, folded from its entries and cached with the position it holds for."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Protocol, Self, cast

import msgspec

from ledger import tags
from ledger.agreements.rules import Agreements
from ledger.catalogue import Fact
from ledger.deciding.requests import Caller
from ledger.exchanges.accounts import Account
from ledger.exchanges.rules import Exchange
from ledger.gifts.rules import Gift
from ledger.groups.rules import Group, GroupMembership
from ledger.identifiers import HOST, AccountId, CommandId, ExchangeId, GiftId, GroupId, MemberId
from ledger.log.entry import Entry, decode, instant
from ledger.log.store import Conflict, Log
from ledger.members.rules import Coordinators, Member
from ledger.personal_data.store import PersonalData
from ledger.refusals import PartyCannotDecide

_MOST_STATES = 20_000
_ENTRIES_BEFORE_SNAPSHOT = 100
_LONGEST_TAG = 200
_SNAPSHOT_VERSION = b"1"


class Accounts(Mapping[AccountId, Account]):
    """Accounts by identifier, read on first use: a decision depends only on those that it looks up."""

    def __init__(self, context: "DecisionContext") -> None:
        self._context = context

    def __getitem__(self, account: AccountId) -> Account:
        return self._context.account(account)

    def __iter__(self) -> Iterator[AccountId]:
        raise TypeError("accounts can only be looked up, not listed")

    def __len__(self) -> int:
        raise TypeError("accounts can only be looked up, not counted")


class DecisionContext:
    """What one decision can read, all at one position in the log. None of it may have changed when its facts are appended.

    A tag that was not read in advance is read on first use. Raises `Conflict` if what was used before has changed by then.
    """

    def __init__(
        self, cache: "StateCache", tags: Sequence[str], *, log: Log, people: PersonalData, now: Callable[[], datetime]
    ) -> None:
        self._cache = cache
        self.log = log
        self.people = people
        self._now = now
        self._read, self.position, self.era = cache.read(list(dict.fromkeys(tags)))
        self._states = dict(self._read)
        self._decided: list[tuple[Sequence[str], Entry]] = []
        self.depends_on: dict[str, None] = {}

    def _of(self, tag: str) -> "State":
        if tag not in self._states:
            self._read_later(tag)
        self.depends_on[tag] = None
        return self._states[tag]

    def _read_later(self, tag: str) -> None:
        states, position, era = self._cache.read([tag])
        if era != self.era:
            raise Conflict
        if position != self.position:
            # A refusal must not mix two points in time: the reason given has to be true now.
            states, self.position, era = self._cache.read([*self._read, tag])
            if era != self.era or any(states[before] != self._read[before] for before in self.depends_on):
                raise Conflict
        for name, state in states.items():
            if state != self._read.get(name):
                self._read[name] = self._states[name] = state
                for tags, entry in self._decided:
                    if name in tags:
                        self._states[name] = state_after(self._states[name], entry)

    def apply(self, tags: Sequence[str], entry: Entry) -> None:
        """Apply an entry that is about to be appended, so that the next decision of the same batch sees it."""
        self._decided.append((tags, entry))
        for tag in tags:
            if tag in self._states:
                self._states[tag] = state_after(self._states[tag], entry)

    def remember(self, position: int) -> None:
        """Cache what the decision depended on, once its facts are appended at this position with nothing in between."""
        self._cache.remember({tag: self._states[tag] for tag in self.depends_on}, position, self.era)

    @property
    def now(self) -> datetime:
        """The current time."""
        return self._now()

    @property
    def today(self) -> date:
        """Today's date in the community's time zone."""
        return self.agreements.local(self.now).date()

    @property
    def agreements(self) -> Agreements:
        """The agreements in force."""
        return cast("Agreements", self._of(tags.AGREEMENTS))

    @property
    def coordinators(self) -> Coordinators:
        """Everyone who coordinates."""
        return cast("Coordinators", self._of(tags.COORDINATORS))

    @property
    def accounts(self) -> Accounts:
        """Every account, read on first use."""
        return Accounts(self)

    def speaker(self, caller: Caller, parties: frozenset[str] = frozenset()) -> Member:
        """The member whose decision this is. A coordinator can answer for a member, unless they are a party themselves."""
        if caller.on_behalf is not None and caller.by in parties:
            raise PartyCannotDecide
        return self.member(caller.speaker)

    def member(self, identifier: MemberId) -> Member:
        """A member. The host has no member record."""
        if identifier == HOST:
            return Member(id=HOST)
        return cast("Member", self._of(tags.member(identifier)))

    def group(self, identifier: GroupId) -> Group:
        """A group."""
        return cast("Group", self._of(tags.group(identifier)))

    def membership(self, group: GroupId, member: MemberId) -> GroupMembership:
        """Whether a member is in a group."""
        return cast("GroupMembership", self._of(tags.membership(group, member)))

    def account(self, identifier: AccountId) -> Account:
        """An account's minutes."""
        return cast("Account", self._of(tags.account(identifier)))

    def exchange(self, identifier: ExchangeId) -> Exchange:
        """An exchange in its current state."""
        return cast("Exchange", self._of(tags.exchange(identifier)))

    def gift(self, identifier: GiftId) -> Gift:
        """A gift in its current state."""
        return cast("Gift", self._of(tags.gift(identifier)))

    def past_command(self, command: CommandId) -> "PastCommand":
        """What a command recorded earlier, if anything."""
        return cast("PastCommand", self._of(tags.command(command)))


class _Folded(Protocol):
    def after(self, fact: Fact) -> Self: ...


class PastCommand(msgspec.Struct, frozen=True, kw_only=True):
    """What a command recorded when it was carried out, so that a repeat can be recognised."""

    fingerprint: str = ""
    facts: tuple[Fact, ...] = ()
    sealed: dict[str, str] = msgspec.field(default_factory=dict[str, str])


State = _Folded | PastCommand


_INITIAL_STATES: Mapping[str, Callable[[str], State]] = {
    "agreements": lambda _: Agreements(),
    "coordinators": lambda _: Coordinators(),
    "member": lambda identifier: Member(id=MemberId(identifier)),
    "group": lambda identifier: Group(id=GroupId(identifier)),
    "belonging": lambda both: GroupMembership(
        group=GroupId(both.split(":")[0]), member=MemberId(both.partition(":")[2])
    ),
    "account": lambda identifier: Account(id=AccountId(identifier)),
    "exchange": lambda identifier: Exchange(id=ExchangeId(identifier)),
    "gift": lambda identifier: Gift(id=GiftId(identifier)),
    "command": lambda _: PastCommand(),
}


def initial_state(tag: str) -> State:
    """The state behind a tag before its first entry."""
    kind, _, identifier = tag.partition(":")
    return _INITIAL_STATES[kind](identifier)


def state_after(state: State, entry: Entry) -> State:
    """The state once this entry has been recorded."""
    if isinstance(state, PastCommand):
        return PastCommand(fingerprint=entry.wish, facts=(*state.facts, entry.data), sealed=state.sealed | entry.sealed)
    if isinstance(state, Member | Coordinators):
        return state.after(entry.data, instant(entry.at))
    return state.after(entry.data)


class StateCache:
    """States read recently, by tag, each with the log position it holds for. A cache: clearing it changes nothing."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._states: OrderedDict[str, tuple[State, int]] = OrderedDict()
        self._era = log.era

    def read(self, tags: Sequence[str]) -> tuple[dict[str, State], int, int]:
        """Return the state behind each tag, the position for which all of them hold, and the era of the log that it is in."""
        while True:
            era = self._log.era
            states, head = self._read(tags, era)
            if era == self._log.era:
                return states, head, era
            # Reading led to a database with another history, so what was cached may never have happened.

    def _read(self, tags: Sequence[str], era: int) -> tuple[dict[str, State], int]:
        states = {tag: initial_state(tag) for tag in tags if not _can_exist(tag)}
        cached = self._cached([tag for tag in tags if tag not in states], era)
        states |= {tag: state for tag, (state, _) in cached.items()}
        since = {tag: position for tag, (_, position) in cached.items()}
        entries, head = self._log.read(since)
        read: dict[str, int] = {}
        for stored in entries:
            entry = decode(stored.data)
            for tag in stored.tags:
                if stored.position > since.get(tag, head):
                    states[tag] = state_after(states[tag], entry)
                    read[tag] = read.get(tag, 0) + 1
        if era == self._log.era:
            self.remember(states, head, era)
            self._save_snapshots(states, read, head)
        return states, head

    def remember(self, states: Mapping[str, State], position: int, era: int) -> None:
        """Cache states as of this position, unless a later one is cached, or the log has begun another era."""
        with self._lock:
            if era != self._era:
                return
            for tag, state in states.items():
                cached = self._states.get(tag)
                if cached is None or cached[1] <= position:
                    self._states[tag] = (state, position)
                    self._states.move_to_end(tag)
            while len(self._states) > _MOST_STATES:
                self._states.popitem(last=False)

    def _cached(self, tags: Sequence[str], era: int) -> dict[str, tuple[State, int]]:
        with self._lock:
            if era != self._era:
                self._states.clear()
                self._era = era
            found = {tag: self._states[tag] for tag in tags if tag in self._states}
        missing = [tag for tag in tags if tag not in found]
        accounts = [tag for tag in missing if tag.startswith("account:")]
        snapshots = self._log.load_snapshots(accounts) if accounts else {}
        for tag in missing:
            position, snapshot = snapshots.get(tag, (0, b""))
            account = account_in(snapshot)  # an unreadable snapshot is ignored, and the entries are read instead
            found[tag] = (initial_state(tag), 0) if account is None else (account, position)
        return found

    def _save_snapshots(self, states: Mapping[str, State], read: Mapping[str, int], head: int) -> None:
        rows = [
            (tag, head, _SNAPSHOT_VERSION + msgspec.json.encode(states[tag]))
            for tag, count in read.items()
            if count >= _ENTRIES_BEFORE_SNAPSHOT and tag.startswith("account:")
        ]
        if rows:
            self._log.save_snapshots(rows)


def account_in(snapshot: bytes) -> Account | None:
    """Return the account in a snapshot; None if it is damaged or of another version."""
    with suppress(msgspec.DecodeError):
        if snapshot.startswith(_SNAPSHOT_VERSION):
            return msgspec.json.decode(snapshot.removeprefix(_SNAPSHOT_VERSION), type=Account)
    return None


def _can_exist(tag: str) -> bool:
    """Whether an entry could carry this tag: identifiers are ASCII words. Other tags need no query."""
    return tag.isascii() and tag.isprintable() and len(tag) <= _LONGEST_TAG
