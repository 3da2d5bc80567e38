"""What is wished, by whom, through which door, with which words; and what it came to."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from ledger.application.known import Known
from ledger.catalogue import Fact
from ledger.identifiers import CommandId, MemberId
from ledger.log.entry import Via
from ledger.log.people import Words
from ledger.refusals import NoWord

LONGEST_WORDS = 2_000

Clock = Callable[[], datetime]


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Who wishes something, through which door. The id is made before the first try and kept for every retry.

    `on_behalf` is set when a coordinator passes on the word of a member who cannot type it themselves.
    """

    id: CommandId
    by: MemberId
    via: Via = "web"
    on_behalf: MemberId | None = None

    @property
    def speaker(self) -> MemberId:
        """Whose word it is."""
        return self.on_behalf or self.by


class Worded(NamedTuple):
    """A fact with the free words that belong to it; the words are sealed, never in the fact."""

    fact: Fact
    words: tuple[Words, ...] = ()


Rule = Callable[[Known], Sequence[Fact | Worded]]


class Order(NamedTuple):
    """One wish, ready to be carried out. `asked` is what a repeat must equal; `words` are compared in the store."""

    command: Command
    wish: str
    asked: Mapping[str, object]
    rule: Rule
    reads: Sequence[str] = ()
    words: Mapping[str, str] = {}

    @property
    def fingerprint(self) -> str:
        """128 bits over what was asked for, without free words: those are compared in the people store."""
        wish = (self.wish, self.command.by, self.command.on_behalf, self.asked)
        return hashlib.sha256(msgspec.json.encode(wish, order="sorted")).hexdigest()[:32]


class Answer(NamedTuple):
    """What was recorded: the facts of the command, at the latest by this position. A repeat gets the same facts."""

    facts: tuple[Fact, ...]
    position: int


def words_of(subject: str, field: str, text: str) -> tuple[Words, ...]:
    """Free words to seal, or none when nothing was written."""
    return (Words(subject, field, text.strip()),) if text.strip() else ()


def reason_of(text: str) -> str:
    """A word of why, which must be given."""
    if not text.strip():
        raise NoWord
    return text


def wall_clock() -> datetime:
    """The server's clock, in UTC."""
    return datetime.now(UTC)
