"""The catalogue: every kind of fact, by the name it is stored under.

A fact's class says everything about it: stored name and version, tags, postings, wording, and whom it
concerns. `facts()` returns
them all, from the modules in `MODULES`. Stored names and versions are written by hand and never change, because they are
in every log that exists.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from importlib import import_module
from itertools import chain
from operator import attrgetter
from types import UnionType
from typing import (
    Any,
    ClassVar,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

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
"""Where facts are defined, in the order in which people see them listed."""

Tags = tuple[str, ...]
View = Literal["corrections", "roles", "agreements", "visibility", "erasures"]
"""A view of the journal that lists every fact of some kinds."""

Upcaster = Callable[[dict[str, object]], dict[str, object]]
"""Converts the data of one version to the next, on reading only. Pure and total: no clock, no look-up, no I/O."""


def unchanged(data: dict[str, object]) -> dict[str, object]:
    """The step to a version with the same fields: only the rule that its facts follow became stricter."""
    return data


class StoredAs(NamedTuple):
    """The name and version that a kind of fact is stored under."""

    name: str
    version: int


class SentenceFor(NamedTuple):
    """One sentence for each value of a field."""

    field: str
    sentences: Mapping[Any, str]


class Posting(NamedTuple):
    """One movement on one account. `given` and `received` are minutes, negative when a reversal takes them back."""

    account: AccountId
    given: int
    received: int

    @property
    def minutes(self) -> int:
        """The change to the balance: given less received."""
        return self.given - self.received


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class _FactMeta(msgspec.StructMeta):
    """Makes every subclass frozen and its fields keyword-only, without each having to repeat it."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        return super().__new__(cls, name, bases, namespace, frozen=True, kw_only=True, **options)


class Part(msgspec.Struct, metaclass=_FactMeta, omit_defaults=True, forbid_unknown_fields=True):
    """A part of a fact, such as one leg of an exchange."""


class Fact(Part):
    """Something that happened, named in the past tense. Frozen, complete in itself, and read back exactly as written.

    Facts hold identifiers, whole minutes, days and coarse categories, never a name, contact, address or free text. Those are
    stored outside the log, and the entry holds only a commitment to them.
    """

    stored: ClassVar[StoredAs]
    found_by: ClassVar[tuple[str, ...]]
    view: ClassVar[View | None]
    label: ClassVar[str]
    """Its name in lists and filters."""
    sentence: ClassVar[str | SentenceFor] = ""
    """What happened, in plain words. Each gap has the name of the field that fills it: "%(member)s left."

    Left out where the wording depends on more than one value: `web/wording/sentences.py` has a function then.
    """
    upcasters: ClassVar[Mapping[int, Upcaster]]
    """By version: the step from it to the next."""

    @property
    def tags(self) -> Tags:
        """The tags it is found by, on which decisions depend. Only facts that move minutes carry account tags."""
        named = {name: getattr(self, name, "") for name in self.found_by}
        accounts = {f"account:{posting.account}" for posting in self.postings}
        found_by = [name if value == "" else f"{name}:{value}" for name, value in named.items() if value is not None]
        return (*found_by, *sorted(accounts))

    @property
    def postings(self) -> tuple[Posting, ...]:
        """The minutes it moves, summing to zero over all accounts; none if it moves no hours."""
        return ()

    @property
    def people(self) -> set[str]:
        """Every member and group that it names. Personal texts sealed in its entry are about all of them."""
        return {who for who in _finder(type(self), _ACCOUNTS, True)(self) if is_member(who) or is_group(who)}

    @property
    def about(self) -> tuple[AccountId, ...]:
        """The accounts that it is about: all that it names, except who did something (fields that end in `_by`)."""
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
    name: str,
    *,
    version: int,
    found_by: tuple[str, ...] = (),
    view: View | None = None,
    upcasters: Mapping[int, Upcaster] | None = None,
) -> Callable[[type[Kind]], type[Kind]]:
    """Register a kind of fact under the name and version that its entries are stored with.

    `found_by` gives its tags: the name of a field that holds an identifier, or a word of its own such as "agreements".
    """

    def register(kind: type[Kind]) -> type[Kind]:
        assert name not in _recorded, f"two facts are stored as “{name}”"
        kind.stored, kind.found_by = StoredAs(name, version), found_by
        kind.view, kind.upcasters = view, upcasters or {}
        _recorded[name] = kind
        return kind

    return register


@cache
def facts() -> Mapping[str, type[Fact]]:
    """Every kind of fact by its stored name, in the order of `MODULES`; the same mapping every time."""
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
def _finder(kind: type[Part], wanted: frozenset[Any], include_actors: bool) -> Find:
    """Return a function that finds the identifiers of these types in a fact, by the declared types of its fields."""
    hints = get_type_hints(kind)
    fields = [
        (name, find)
        for name in kind.__struct_fields__
        if (include_actors or not name.endswith("_by")) and (find := _finder_in(hints[name], wanted, include_actors))
    ]
    if len(fields) > 1 and all(find is _single for _, find in fields):
        return attrgetter(*(name for name, _ in fields))
    if len(fields) == 1:  # the usual case; every entry of a log passes through here
        ((only, find_in),) = fields
        return lambda part: find_in(getattr(part, only))
    return lambda part: chain.from_iterable([find(getattr(part, name)) for name, find in fields])


def _finder_in(hint: Any, wanted: frozenset[Any], include_actors: bool) -> Find | None:
    if hint in wanted:
        return _single
    if isinstance(hint, type) and issubclass(hint, Part):
        return _finder(hint, wanted, include_actors)
    inner = {find for part in get_args(hint) if (find := _finder_in(part, wanted, include_actors))}
    if not inner:
        return None
    (find_in,) = inner
    if get_origin(hint) is tuple:
        return _unchanged if find_in is _single else partial(_in_each, find_in)
    assert get_origin(hint) in (Union, UnionType), f"identifiers cannot be found in a {hint}"
    return lambda value: () if value is None else find_in(value)


def _single(value: str) -> Sequence[str]:
    return (value,)


def _in_each(find: Find, values: Sequence[Part]) -> Iterable[str]:
    return find(values[0]) if len(values) == 1 else chain.from_iterable(map(find, values))


def _unchanged(values: Sequence[str]) -> Sequence[str]:
    return values
