"""What a decision knows: the state of each subject it asked about, and so the boundary on which it rests."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Protocol, Self, cast

import msgspec

from ledger import tags as subjects
from ledger.agreements.rules import Agreements
from ledger.catalogue import Fact
from ledger.deciding.requests import Caller
from ledger.exchanges.accounts import Account
from ledger.exchanges.rules import Exchange
from ledger.gifts.rules import Gift
from ledger.groups.rules import Belonging, Group
from ledger.identifiers import HOST, AccountId, CommandId, ExchangeId, GiftId, GroupId, MemberId
from ledger.log.entry import Entry, decode
from ledger.log.store import Conflict, Log
from ledger.members.rules import Coordinators, Member
from ledger.personal_data.store import People
from ledger.refusals import NotTheirsToSay

_REMEMBERED = 20_000
_WORTH_A_SNAPSHOT = 100
_LONGEST_TAG = 200
_SNAPSHOT_VERSION = b"1"
_AT_ONCE = 2_000


class _Subject(Protocol):
    def after(self, fact: Fact) -> Self: ...


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a command led to, when it was carried out before."""

    wish: str = ""
    facts: tuple[Fact, ...] = ()
    sealed: dict[str, str] = msgspec.field(default_factory=dict[str, str])

    @property
    def happened(self) -> bool:
        """Whether the command was carried out."""
        return bool(self.facts)


_State = _Subject | Done


def _blank(tag: str) -> _State:
    kind, _, identifier = tag.partition(":")
    match kind:
        case "agreements":
            return Agreements()
        case "coordinators":
            return Coordinators()
        case "member":
            return Member(id=MemberId(identifier))
        case "group":
            return Group(id=GroupId(identifier))
        case "belonging":
            group, _, member = identifier.partition(":")
            return Belonging(group=GroupId(group), member=MemberId(member))
        case "account":
            return Account(id=AccountId(identifier))
        case "exchange":
            return Exchange(id=ExchangeId(identifier))
        case "gift":
            return Gift(id=GiftId(identifier))
        case "command":
            return Done()
        case _:
            raise AssertionError(f"nothing is known by the tag {tag}")


def _may_be_kept(tag: str) -> bool:
    """No database need be asked for a tag that no entry can carry: identifiers are ASCII words."""
    return tag.isascii() and tag.isprintable() and len(tag) <= _LONGEST_TAG


def _after(state: _State, entry: Entry) -> _State:
    if isinstance(state, Done):
        return Done(wish=entry.wish, facts=(*state.facts, entry.data), sealed=state.sealed | entry.sealed)
    return state.after(entry.data)


def _snapshot_of(state: _State) -> bytes:
    return _SNAPSHOT_VERSION + msgspec.json.encode(state)


def _account_in(snapshot: bytes) -> Account | None:
    with suppress(msgspec.DecodeError):
        if snapshot.startswith(_SNAPSHOT_VERSION):
            return msgspec.json.decode(snapshot.removeprefix(_SNAPSHOT_VERSION), type=Account)
    return None


class Memory:
    """What was known lately, per tag, with the position it was known at. A cache: forgetting it changes nothing."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._states: OrderedDict[str, tuple[_State, int]] = OrderedDict()

    def know(self, tags: Sequence[str]) -> tuple[dict[str, _State], int]:
        """The state of each tag, and the position at which all of them are known."""
        states: dict[str, _State] = {tag: _blank(tag) for tag in tags if not _may_be_kept(tag)}
        remembered = self._recall([tag for tag in tags if tag not in states])
        states |= {tag: state for tag, (state, _) in remembered.items()}
        since = {tag: position for tag, (_, position) in remembered.items()}
        entries, head = self._log.read(since)
        read: dict[str, int] = {}
        for stored in entries:
            entry = decode(stored.data)
            for tag in stored.tags:
                if stored.position > since.get(tag, head):
                    states[tag] = _after(states[tag], entry)
                    read[tag] = read.get(tag, 0) + 1
        self.learn(states, head)
        self._keep_snapshots(states, read, head)
        return states, head

    def learn(self, states: Mapping[str, _State], position: int) -> None:
        """Remembers states as known at this position, unless something later is remembered."""
        with self._lock:
            for tag, state in states.items():
                kept = self._states.get(tag)
                if kept is None or kept[1] <= position:
                    self._states[tag] = (state, position)
                    self._states.move_to_end(tag)
            while len(self._states) > _REMEMBERED:
                self._states.popitem(last=False)

    def _recall(self, tags: Sequence[str]) -> dict[str, tuple[_State, int]]:
        with self._lock:
            found = {tag: self._states[tag] for tag in tags if tag in self._states}
        cold = [tag for tag in tags if tag not in found]
        accounts = [tag for tag in cold if tag.startswith("account:")]
        snapshots = self._log.load_snapshots(accounts) if accounts else {}
        for tag in cold:
            found[tag] = (_blank(tag), 0)
            if tag in snapshots:
                position, kept = snapshots[tag]
                # One that cannot be read is as none: the entries themselves tell.
                account = _account_in(kept)
                if account is not None:
                    found[tag] = (account, position)
        return found

    def _keep_snapshots(self, states: Mapping[str, _State], read: Mapping[str, int], head: int) -> None:
        rows = [
            (tag, head, _snapshot_of(states[tag]))
            for tag, count in read.items()
            if count >= _WORTH_A_SNAPSHOT and tag.startswith("account:")
        ]
        if rows:
            self._log.save_snapshots(rows)


def false_snapshots(log: Log) -> list[str]:
    """The accounts of which a snapshot says something else than the entries do. Reads the log from its beginning.

    A snapshot that no decision would take, because it is damaged or of another shape, says nothing.
    """
    kept = {
        tag: (position, account)
        for tag, (position, state) in log.snapshots().items()
        if tag.startswith("account:") and (account := _account_in(state)) is not None
    }
    told = {tag: _blank(tag) for tag in kept}
    position = 0
    while kept and (some := log.from_position(position, limit=_AT_ONCE)):
        position = some[-1].position
        for stored in some:
            for tag in stored.tags:
                if tag in kept and stored.position <= kept[tag][0]:
                    told[tag] = _after(told[tag], decode(stored.data))
    head = log.head()
    return sorted(
        tag.removeprefix("account:") for tag, (until, account) in kept.items() if until > head or account != told[tag]
    )


class Accounts(Mapping[AccountId, Account]):
    """Accounts by identifier, each read when it is asked for: only those asked for bound the decision."""

    def __init__(self, known: "Known") -> None:
        self._known = known

    def __getitem__(self, account: AccountId) -> Account:
        return self._known.account(account)

    def __iter__(self) -> Iterator[AccountId]:
        raise TypeError("accounts are asked for one by one")

    def __len__(self) -> int:
        raise TypeError("accounts are asked for one by one")


class Known:
    """What one decision may look at, all as of one moment. None of it may have changed when its facts are appended.

    What is asked for later than the rest is read later; `Conflict` when what was looked at before has changed since.
    """

    def __init__(
        self, memory: Memory, tags: Sequence[str], *, log: Log, people: People, now: Callable[[], datetime]
    ) -> None:
        self._memory = memory
        self.log = log
        self.people = people
        self._now = now
        self._read, self.position = memory.know(list(dict.fromkeys(tags)))
        self._states = dict(self._read)
        self._happened: list[tuple[Sequence[str], Entry]] = []
        self.rests_on: dict[str, None] = {}

    def _of(self, tag: str) -> _State:
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
                        self._states[name] = _after(self._states[name], entry)

    def happened(self, tags: Sequence[str], entry: Entry) -> None:
        """Carries a fact that is about to be appended forward, for the next decision of the same batch."""
        self._happened.append((tags, entry))
        for tag in tags:
            if tag in self._states:
                self._states[tag] = _after(self._states[tag], entry)

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
        return cast("Agreements", self._of(subjects.AGREEMENTS))

    @property
    def coordinators(self) -> Coordinators:
        """Everybody who coordinates."""
        return cast("Coordinators", self._of(subjects.COORDINATORS))

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
        return cast("Member", self._of(subjects.member(identifier)))

    def group(self, identifier: GroupId) -> Group:
        """A group itself."""
        return cast("Group", self._of(subjects.group(identifier)))

    def belonging(self, group: GroupId, member: MemberId) -> Belonging:
        """Whether somebody belongs to a group."""
        return cast("Belonging", self._of(subjects.belonging(group, member)))

    def account(self, identifier: AccountId) -> Account:
        """An account's minutes."""
        return cast("Account", self._of(subjects.account(identifier)))

    def exchange(self, identifier: ExchangeId) -> Exchange:
        """An exchange as far as its facts tell."""
        return cast("Exchange", self._of(subjects.exchange(identifier)))

    def gift(self, identifier: GiftId) -> Gift:
        """A gift as far as its facts tell."""
        return cast("Gift", self._of(subjects.gift(identifier)))

    def done(self, command: CommandId) -> Done:
        """What a command led to before, if it did."""
        return cast("Done", self._of(subjects.command(command)))
