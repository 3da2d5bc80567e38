"""Commands, who gives them, and what was recorded because of them."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, ClassVar, NamedTuple, TypeVar, dataclass_transform

import msgspec
from msgspec import Meta

from ledger import tags
from ledger.catalogue import Fact
from ledger.identifiers import HOST, CommandId, Ids, MemberId
from ledger.log.entry import Via
from ledger.personal_data.store import PersonalText
from ledger.refusals import ReasonNeeded

if TYPE_CHECKING:
    from ledger.deciding.context import DecisionContext
    from ledger.deciding.handler import CommandHandler

LONGEST_TEXT = 2_000
"""The most characters that a note or a reason may have."""

Sealed = Annotated[str, Meta(description="stored outside the log, which holds only a commitment")]
"""A field of a command that never becomes part of a fact: a name, contact, note or reason."""

Clock = Callable[[], datetime]
F = TypeVar("F", bound=Fact)


class Caller(NamedTuple):
    """Who gives a command, under which command id, through which channel. The id is made before the first try and reused.

    `on_behalf` is the member for whom a coordinator types it.
    """

    id: CommandId
    by: MemberId
    via: Via = "web"
    on_behalf: MemberId | None = None

    @property
    def speaker(self) -> MemberId:
        """The member whose decision this is."""
        return self.on_behalf or self.by


class SealedFact(NamedTuple):
    """A fact with the personal texts that belong to it. They are sealed, never part of the fact."""

    fact: Fact
    texts: tuple[PersonalText, ...] = ()


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Command(msgspec.Struct, frozen=True):
    """What someone wants to do, as a value: the same from a page, the command line, an import or an API.

    A subclass defines its fields, its `stored_name` (part of every fingerprint, so it never changes), the tags to read, and
    its decision. When a command is repeated, fields typed `Sealed` are compared with the stored personal data; the others
    are part of the fingerprint, under their encoded names.
    """

    stored_name: ClassVar[str]
    creates: ClassVar[str] = ""
    """How the tag of what it creates begins, such as `exchange:x-`: that the random identifier is free is read with the rest."""

    def tags(self) -> Sequence[str]:
        """The tags the decision will probably read, so that one query fetches them. It can read more while deciding."""
        return ()

    def decide(self, request: "Request", context: "DecisionContext") -> Sequence[Fact | SealedFact]:
        """Return the facts to record, or raise a refusal. Called again on every retry."""
        raise NotImplementedError

    def afterwards(self, handler: "CommandHandler") -> None:
        """Do what follows once the facts are in the log. Must be safe to repeat."""

    def fingerprinted(self) -> Mapping[str, object]:
        """The fields, by encoded name, that a repeat of the command must have in common with it."""
        return {encoded: getattr(self, name) for name, encoded, is_sealed in fields_of(type(self)) if not is_sealed}

    def sealed(self) -> Mapping[str, str]:
        """The fields typed `Sealed`, by encoded name."""
        return {encoded: getattr(self, name) for name, encoded, is_sealed in fields_of(type(self)) if is_sealed}


@cache
def fields_of(kind: type[Command]) -> tuple[tuple[str, str, bool], ...]:
    """The name and encoded name of each field of a command, and whether it is sealed."""
    return tuple((field.name, field.encode_name, field.type == Sealed) for field in msgspec.structs.fields(kind))


class Request:
    """One command by one caller, ready to be decided."""

    def __init__(self, command: Command, caller: Caller, ids: Ids) -> None:
        self.command = command
        self.caller = caller
        self._ids = ids

    @cached_property
    def new_id(self) -> str:
        """The random part of the identifier of what this request creates; the same on every try."""
        return self._ids()

    @cached_property
    def fingerprint(self) -> str:
        """128 bits of a hash over the command and its caller, without sealed fields, which are compared separately."""
        caller = self.caller
        content = (self.command.stored_name, caller.by, caller.on_behalf, self.command.fingerprinted())
        return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:32]

    @property
    def tags(self) -> Sequence[str]:
        """The tags to read before deciding."""
        people = {tags.member(person) for person in (self.caller.by, self.caller.speaker) if person != HOST}
        created = (self.command.creates + self.new_id,) if self.command.creates else ()
        return (tags.AGREEMENTS, tags.command(self.caller.id), *people, *created, *self.command.tags())

    def sealing(self, field: str, text: str) -> tuple[PersonalText, ...]:
        """A text by the caller to seal with a fact; empty if nothing was written."""
        return personal_texts(self.caller.speaker, field, text)


class Recorded(NamedTuple):
    """The facts that a command recorded, and a position that the log has reached with them. A repeat gets the same facts."""

    facts: tuple[Fact, ...]
    position: int

    def fact(self, kind: type[F]) -> F:
        """Return the one fact of this kind."""
        (found,) = (fact for fact in self.facts if isinstance(fact, kind))
        return found


def personal_texts(subject: str, field: str, text: str) -> tuple[PersonalText, ...]:
    """A text about someone to seal with a fact; empty if nothing was written."""
    return (PersonalText(subject, field, text.strip()),) if text.strip() else ()


def must_give_a_reason(text: str) -> None:
    """Raise if the reason is empty."""
    if not text.strip():
        raise ReasonNeeded


def wall_clock() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)
