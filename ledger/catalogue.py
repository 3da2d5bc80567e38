"""The catalogue: everything that can happen, by the name it is stored under.

A fact says everything about itself in one place, its class: stored name and version, tags, what it moves, whom it
concerns. The modules in `MODULES` hold the facts, and `facts()` is the one way to all of them. Stored names and versions
are written by hand and never change: they are in every log ever kept.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from importlib import import_module
from itertools import chain
from operator import attrgetter
from types import UnionType
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from ledger.identifiers import AccountId, ExchangeId, GiftId, GroupId, MemberId, is_group, is_member

MODULES = (
    "ledger.agreements.facts",
    "ledger.members.facts",
    "ledger.groups.facts",
    "ledger.exchanges.facts",
    "ledger.gifts.facts",
    "ledger.erasure.facts",
)
"""Where facts are defined, in the order in which they are listed to people."""

Tags = tuple[str, ...]
View = Literal["corrections", "roles", "agreements", "visibility", "erasures"]
"""A view of the journal that holds every fact of some kinds, whoever recorded them and whenever."""

Upcaster = Callable[[dict[str, object]], dict[str, object]]
"""Raises the data of one version to the shape of the next, on reading only. Pure and total: no clock, no look-up, no I/O."""


class StoredAs(NamedTuple):
    """The name and version that a kind of fact is stored under."""

    name: str
    version: int


class Posting(NamedTuple):
    """One movement on one account. `given` and `received` are minutes, negative when a reversal takes them back."""

    account: AccountId
    given: int
    received: int

    @property
    def minutes(self) -> int:
        """What the balance moves by: given less received."""
        return self.given - self.received


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What facts are made of, such as one direction of help."""


class Fact(Part, frozen=True, kw_only=True):
    """Something that happened, in the past tense: frozen, whole in itself, and read back exactly as written.

    Facts hold identifiers, whole minutes, days and coarse categories; never a name, contact, address or free
    text: those lie outside the log, and the entry seals only a commitment to them.
    """

    stored: ClassVar[StoredAs]
    view: ClassVar[View | None]
    upcasters: ClassVar[Mapping[int, Upcaster]]
    """Version -> the step from it to the next."""

    @property
    def tags(self) -> Tags:
        """The tags under which it is found again, and on which decisions rest. Only facts that move minutes carry account tags."""
        raise NotImplementedError

    @property
    def postings(self) -> tuple[Posting, ...]:
        """The fact as movements whose balances sum to zero; facts that move no hours give none."""
        return ()

    @property
    def people(self) -> set[str]:
        """Every member and group that it names. Words sealed in its entry are about all of them."""
        return {who for who in _finder(type(self), _ACCOUNTS, True)(self) if is_member(who) or is_group(who)}

    @property
    def about(self) -> tuple[AccountId, ...]:
        """The accounts that it is about: all that it names, but for those who did something, in a field that ends in `_by`."""
        return tuple(dict.fromkeys(_finder(type(self), _ACCOUNTS, False)(self)))

    @property
    def exchanges(self) -> tuple[ExchangeId, ...]:
        """The exchange that it belongs to, and any other that it names."""
        return tuple(_finder(type(self), _EXCHANGES, True)(self))

    @property
    def gifts(self) -> tuple[GiftId, ...]:
        """The gift that it belongs to, and any other that it names."""
        return tuple(_finder(type(self), _GIFTS, True)(self))


Kind = TypeVar("Kind", bound=Fact)

_recorded: dict[str, type[Fact]] = {}


def recorded(
    name: str, *, version: int, view: View | None = None, upcasters: Mapping[int, Upcaster] | None = None
) -> Callable[[type[Kind]], type[Kind]]:
    """Puts a fact into the catalogue under the name and version that entries of its kind are stored with."""

    def register(kind: type[Kind]) -> type[Kind]:
        assert name not in _recorded, f"two facts are stored as “{name}”"
        kind.stored, kind.view, kind.upcasters = StoredAs(name, version), view, upcasters or {}
        _recorded[name] = kind
        return kind

    return register


@cache
def facts() -> Mapping[str, type[Fact]]:
    """Every fact by its stored name, in the order of `MODULES`; the same mapping every time."""
    for module in MODULES:
        import_module(module)
    in_order = sorted(_recorded.items(), key=lambda item: MODULES.index(item[1].__module__))
    _recorded.clear()
    _recorded.update(in_order)
    return _recorded


_ACCOUNTS = frozenset({MemberId, GroupId, AccountId})
_EXCHANGES = frozenset({ExchangeId})
_GIFTS = frozenset({GiftId})

Find = Callable[[Any], Iterable[Any]]


@cache
def _finder(kind: type[Part], wanted: frozenset[Any], with_actors: bool) -> Find:
    """Finds the identifiers of these types in a fact, field by field, by the types that its fields declare."""
    hints = get_type_hints(kind)
    fields = [
        (name, find)
        for name in kind.__struct_fields__
        if (with_actors or not name.endswith("_by")) and (find := _finder_in(hints[name], wanted, with_actors))
    ]
    if len(fields) > 1 and all(find is _itself for _, find in fields):
        return attrgetter(*(name for name, _ in fields))
    if len(fields) == 1:  # nearly always, and a whole log is read through here
        ((only, find_in),) = fields
        return lambda part: find_in(getattr(part, only))
    return lambda part: chain.from_iterable([find(getattr(part, name)) for name, find in fields])


def _finder_in(hint: Any, wanted: frozenset[Any], with_actors: bool) -> Find | None:
    if hint in wanted:
        return _itself
    if isinstance(hint, type) and issubclass(hint, Part):
        return _finder(hint, wanted, with_actors)
    inner = {find for part in get_args(hint) if (find := _finder_in(part, wanted, with_actors))}
    if not inner:
        return None
    (find_in,) = inner
    if get_origin(hint) is tuple:
        return _as_they_are if find_in is _itself else partial(_in_each, find_in)
    assert get_origin(hint) in (Union, UnionType), f"nobody looks for identifiers in a {hint}"
    return lambda value: () if value is None else find_in(value)


def _itself(value: str) -> Sequence[str]:
    return (value,)


def _in_each(find: Find, values: Sequence[Part]) -> Iterable[str]:
    return find(values[0]) if len(values) == 1 else chain.from_iterable(map(find, values))


def _as_they_are(values: Sequence[str]) -> Sequence[str]:
    return values
