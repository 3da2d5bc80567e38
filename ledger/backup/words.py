"""The words of the people store as lines of text, each proven against its commitment before anybody believes it."""

from collections.abc import Iterator, Sequence

import msgspec
import sqlalchemy as sa

from ledger.backup.refused import BackupRefused
from ledger.log.people import WORDS, commitment_of, sought

BATCH = 2_000
LONGEST_LINE = 64 * 1024
"""The longest words have some 2,000 signs, each written in at most twelve bytes."""


class SealedWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the people store. What it is searched by is worked out anew; `kept_at` is in seconds since 1970."""

    commitment: str
    subject: str
    field: str
    salt: str
    value: str
    kept_at: int


_DECODER = msgspec.json.Decoder(SealedWords)
_ENCODER = msgspec.json.Encoder(order="sorted")


def lines_of(engine: sa.Engine) -> Iterator[bytes]:
    """Every row as it stands at one moment, by commitment; streams in flat memory."""
    query = sa.select(
        WORDS.c.commitment, WORDS.c.subject, WORDS.c.field, WORDS.c.salt, WORDS.c.value, WORDS.c.kept_at
    ).order_by(WORDS.c.commitment)
    with engine.connect() as connection:
        for row in connection.execution_options(yield_per=BATCH).execute(query):
            words = SealedWords(
                commitment=row.commitment,
                subject=row.subject,
                field=row.field,
                salt=row.salt.hex(),
                value=row.value,
                kept_at=row.kept_at,
            )
            yield _ENCODER.encode(words) + b"\n"


def read_words(line: bytes, number: int) -> SealedWords:
    """The row in this line. Refuses one that is not whole, and words that are not the ones that were sealed."""
    try:
        words = _DECODER.decode(line)
        is_sealed = commitment_of(words.field, bytes.fromhex(words.salt), words.value) == words.commitment
    except (msgspec.DecodeError, ValueError) as error:
        raise _damaged(number, "are not whole") from error
    if not is_sealed or not line.endswith(b"\n"):
        raise _damaged(number, "are not the ones that were sealed")
    return words


def keep(engine: sa.Engine, words: Sequence[SealedWords]) -> None:
    """Puts rows into an empty people store."""
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(sa.insert(WORDS), [_row(each) for each in words])


def _row(words: SealedWords) -> dict[str, object]:
    worked_out = {"salt": bytes.fromhex(words.salt), "folded": sought(words.field, words.value)}
    return {**msgspec.structs.asdict(words), **worked_out}


def _damaged(number: int, what: str) -> BackupRefused:
    return BackupRefused(f"The words in line {number:,} {what}: the file is damaged.", "Take another backup.")
