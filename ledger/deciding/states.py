"""The state behind each tag, folded from its entries and cached with the position it is known at."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol, Self

import msgspec

from ledger.agreements.rules import Agreements
from ledger.catalogue import Fact
from ledger.exchanges.accounts import Account
from ledger.exchanges.rules import Exchange
from ledger.gifts.rules import Gift
from ledger.groups.rules import Belonging, Group
from ledger.identifiers import AccountId, ExchangeId, GiftId, GroupId, MemberId
from ledger.log.entry import Entry, decode
from ledger.log.store import Log
from ledger.members.rules import Coordinators, Member

_REMEMBERED = 20_000
_WORTH_A_SNAPSHOT = 100
_LONGEST_TAG = 200
_SNAPSHOT_VERSION = b"1"
_AT_ONCE = 2_000


class _Subject(Protocol):
    def after(self, fact: Fact) -> Self: ...


class PastCommand(msgspec.Struct, frozen=True, kw_only=True):
    """What a command led to, when it was carried out before."""

    wish: str = ""
    facts: tuple[Fact, ...] = ()
    sealed: dict[str, str] = msgspec.field(default_factory=dict[str, str])

    @property
    def happened(self) -> bool:
        """Whether the command was carried out."""
        return bool(self.facts)


State = _Subject | PastCommand


def blank(tag: str) -> State:
    """The state behind a tag before its first entry."""
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
            return PastCommand()
        case _:
            raise AssertionError(f"nothing is known by the tag {tag}")


def _may_be_kept(tag: str) -> bool:
    """No database need be asked for a tag that no entry can carry: identifiers are ASCII words."""
    return tag.isascii() and tag.isprintable() and len(tag) <= _LONGEST_TAG


def state_after(state: State, entry: Entry) -> State:
    """The state once this entry has been recorded."""
    if isinstance(state, PastCommand):
        return PastCommand(wish=entry.wish, facts=(*state.facts, entry.data), sealed=state.sealed | entry.sealed)
    return state.after(entry.data)


def _snapshot_of(state: State) -> bytes:
    return _SNAPSHOT_VERSION + msgspec.json.encode(state)


def _account_in(snapshot: bytes) -> Account | None:
    with suppress(msgspec.DecodeError):
        if snapshot.startswith(_SNAPSHOT_VERSION):
            return msgspec.json.decode(snapshot.removeprefix(_SNAPSHOT_VERSION), type=Account)
    return None


class StateCache:
    """What was known lately, per tag, with the position it was known at. A cache: forgetting it changes nothing."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._states: OrderedDict[str, tuple[State, int]] = OrderedDict()

    def know(self, tags: Sequence[str]) -> tuple[dict[str, State], int]:
        """The state of each tag, and the position at which all of them are known."""
        states: dict[str, State] = {tag: blank(tag) for tag in tags if not _may_be_kept(tag)}
        remembered = self._recall([tag for tag in tags if tag not in states])
        states |= {tag: state for tag, (state, _) in remembered.items()}
        since = {tag: position for tag, (_, position) in remembered.items()}
        entries, head = self._log.read(since)
        read: dict[str, int] = {}
        for stored in entries:
            entry = decode(stored.data)
            for tag in stored.tags:
                if stored.position > since.get(tag, head):
                    states[tag] = state_after(states[tag], entry)
                    read[tag] = read.get(tag, 0) + 1
        self.learn(states, head)
        self._keep_snapshots(states, read, head)
        return states, head

    def learn(self, states: Mapping[str, State], position: int) -> None:
        """Remembers states as known at this position, unless something later is remembered."""
        with self._lock:
            for tag, state in states.items():
                kept = self._states.get(tag)
                if kept is None or kept[1] <= position:
                    self._states[tag] = (state, position)
                    self._states.move_to_end(tag)
            while len(self._states) > _REMEMBERED:
                self._states.popitem(last=False)

    def _recall(self, tags: Sequence[str]) -> dict[str, tuple[State, int]]:
        with self._lock:
            found = {tag: self._states[tag] for tag in tags if tag in self._states}
        cold = [tag for tag in tags if tag not in found]
        accounts = [tag for tag in cold if tag.startswith("account:")]
        snapshots = self._log.load_snapshots(accounts) if accounts else {}
        for tag in cold:
            found[tag] = (blank(tag), 0)
            if tag in snapshots:
                position, kept = snapshots[tag]
                # One that cannot be read is as none: the entries themselves tell.
                account = _account_in(kept)
                if account is not None:
                    found[tag] = (account, position)
        return found

    def _keep_snapshots(self, states: Mapping[str, State], read: Mapping[str, int], head: int) -> None:
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
    told = {tag: blank(tag) for tag in kept}
    position = 0
    while kept and (some := log.from_position(position, limit=_AT_ONCE)):
        position = some[-1].position
        for stored in some:
            for tag in stored.tags:
                if tag in kept and stored.position <= kept[tag][0]:
                    told[tag] = state_after(told[tag], decode(stored.data))
    head = log.head()
    return sorted(
        tag.removeprefix("account:") for tag, (until, account) in kept.items() if until > head or account != told[tag]
    )
