"""What somebody wants, who asks for it, and what was recorded because of it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, ClassVar, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from ledger import tags
from ledger.catalogue import Fact
from ledger.identifiers import HOST, CommandId, Ids, MemberId
from ledger.log.entry import Via
from ledger.personal_data.store import PersonalText
from ledger.refusals import NoWord

if TYPE_CHECKING:
    from ledger.deciding.context import DecisionContext
    from ledger.deciding.handler import CommandHandler

LONGEST_TEXT = 2_000
"""The most characters that a note or a reason may have."""

Sealed = Annotated[str, Meta(description="kept in the people store; the log holds a commitment")]
"""A field of a command that is never part of a fact: names, contacts, notes and reasons."""

Clock = Callable[[], datetime]
F = TypeVar("F", bound=Fact)


class Caller(NamedTuple):
    """Who asks, under which command id, through which channel. The id is made before the first try and kept for retries.

    `on_behalf` is set when a coordinator passes on what a member said who can't type it themselves.
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
    """A fact with the personal words that belong to it. They are sealed, never part of the fact."""

    fact: Fact
    words: tuple[PersonalText, ...] = ()


class Command(msgspec.Struct):
    """Something that somebody wants, as a value: the same from a page, the command line, an import or an API.

    A subclass names its fields, its `stored_name` (part of every fingerprint, so it never changes), the tags it will
    look at, and what it decides. Fields typed `Sealed` are compared in the people store when a command is repeated; the
    others go into the fingerprint under their encoded names.
    """

    stored_name: ClassVar[str]

    def tags(self) -> Sequence[str]:
        """What the decision will probably read, so that one query fetches it. More may be read while deciding."""
        return ()

    def decide(self, request: "Request", context: "DecisionContext") -> Sequence[Fact | SealedFact]:
        """The facts to record, or a refusal. Called again when the decision has to be made again."""
        raise NotImplementedError

    def afterwards(self, handler: "CommandHandler") -> None:
        """What follows once the facts are in the log. Must be safe to repeat."""

    def fingerprinted(self) -> Mapping[str, object]:
        """What a repeat of the same command id must equal."""
        return {encoded: getattr(self, name) for name, encoded, is_sealed in fields_of(type(self)) if not is_sealed}

    def words(self) -> Mapping[str, str]:
        """The sealed fields by name."""
        return {encoded: getattr(self, name) for name, encoded, is_sealed in fields_of(type(self)) if is_sealed}


@cache
def fields_of(kind: type[Command]) -> tuple[tuple[str, str, bool], ...]:
    """Name, encoded name, and whether it is sealed, for each field of a command."""
    return tuple((field.name, field.encode_name, field.type == Sealed) for field in msgspec.structs.fields(kind))


class Request:
    """One command by one caller, ready to be decided."""

    def __init__(self, command: Command, caller: Caller, ids: Ids) -> None:
        self.command = command
        self.caller = caller
        self._ids = ids

    @cached_property
    def new_id(self) -> str:
        """The random part of the identifier of whatever this request creates; the same for every try."""
        return self._ids()

    @cached_property
    def words(self) -> Mapping[str, str]:
        """The sealed fields of the command by name."""
        return self.command.words()

    @cached_property
    def fingerprint(self) -> str:
        """128 bits over what was asked for, without sealed words: those are compared in the people store."""
        caller = self.caller
        asked = (self.command.stored_name, caller.by, caller.on_behalf, self.command.fingerprinted())
        return hashlib.sha256(msgspec.json.encode(asked, order="sorted")).hexdigest()[:32]

    @property
    def tags(self) -> Sequence[str]:
        """The tags to read before deciding."""
        people = {tags.member(person) for person in (self.caller.by, self.caller.speaker) if person != HOST}
        return (tags.AGREEMENTS, tags.command(self.caller.id), *people, *self.command.tags())

    def sealing(self, field: str, text: str) -> tuple[PersonalText, ...]:
        """Words to seal in the caller's name."""
        return personal_texts(self.caller.speaker, field, text)


class Recorded(NamedTuple):
    """What was recorded: the facts of the command, at the latest by this position. A repeat gets the same facts."""

    facts: tuple[Fact, ...]
    position: int

    def fact(self, kind: type[F]) -> F:
        """The one fact of this kind."""
        (found,) = (fact for fact in self.facts if isinstance(fact, kind))
        return found


def personal_texts(subject: str, field: str, text: str) -> tuple[PersonalText, ...]:
    """Words to seal, or none when nothing was written."""
    return (PersonalText(subject, field, text.strip()),) if text.strip() else ()


def must_give_a_reason(text: str) -> None:
    """Refuse an empty reason."""
    if not text.strip():
        raise NoWord


def wall_clock() -> datetime:
    """The server's clock, in UTC."""
    return datetime.now(UTC)
