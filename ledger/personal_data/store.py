"""The people store: names, contacts and free words, outside the log so that they can be forgotten.

Per value the log holds a commitment only: SHA-256 over a domain tag, the field's name, a fresh 32-byte salt, and
the value. Here lie the salt and the value. Deleting a row forgets the words and changes no entry; a value that
does not match the commitment in its entry is never shown.
"""

import hashlib
import secrets
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from ledger.identifiers import MemberId
from ledger.log.places import BUSY_SECONDS, make_tables, making
from ledger.log.prepared_queries import PreparedQuery, among, listed
from ledger.refusals import AddressTaken

_TAG = b"common-hours/sealed/v1"
ON_THE_WAY_SECONDS = BUSY_SECONDS
"""For so long words may lie here before their entry is in the log: a command waits for a busy database, not longer."""

RANDOM = "random"
"""The field of random words that turn what people wrote into identifiers which nobody else can guess back."""

METADATA = sa.MetaData()

# Sorted by the signs' numbers on both databases: pages of names are told apart by them.
_SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

PERSONAL_TEXTS = sa.Table(
    "words",
    METADATA,
    sa.Column("commitment", sa.String(64), primary_key=True),
    sa.Column("subject", _SORTED, nullable=False),
    sa.Column("field", sa.String(40), nullable=False),
    sa.Column("salt", sa.LargeBinary(32), nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("folded", _SORTED, nullable=False),
    sa.Column("kept_at", sa.BigInteger, nullable=False),  # seconds since 1970
    sa.Index("words_by_subject", "subject", "field"),
    sa.Index("words_by_field", "field", "folded", "subject"),
)

# In words that both databases understand; said as an index, it would load the toolkit of PostgreSQL into every server.
event.listen(
    PERSONAL_TEXTS,
    "after_create",
    sa.DDL("CREATE UNIQUE INDEX words_one_member_an_address ON words (folded) WHERE field = 'email'"),
)

FORGOTTEN = sa.Table(
    "forgotten",
    METADATA,
    sa.Column("scope", sa.String(9), primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("entry", sa.String(64), nullable=False),
    sa.Column("is_clean", sa.Integer, nullable=False),
)
"""Up to which entry of the log everybody erased there has been forgotten here; one row, see `ledger.personal_data.erasing`."""

# A column's type, set again as it was, is how its owner has PostgreSQL delete the samples it holds of it.
_STOP_SAMPLING = sa.text("""
    SELECT format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 0, ALTER COLUMN %I TYPE %s %s', attrelid::regclass, attname,
        attname, format_type(atttypid, atttypmod), 'COLLATE ' || nullif(attcollation, 0)::regcollation)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
        AND attlen = -1 AND attstattarget IS DISTINCT FROM 0
""")

# Asked on every page, so they are put into words for the database only once.
_SEALED = PreparedQuery(
    sa.select(PERSONAL_TEXTS.c.commitment, PERSONAL_TEXTS.c.field, PERSONAL_TEXTS.c.salt, PERSONAL_TEXTS.c.value).where(
        among(PERSONAL_TEXTS.c.commitment, "commitments")
    )
)
_OF_SUBJECT = PreparedQuery(
    sa.select(PERSONAL_TEXTS.c.value).where(
        PERSONAL_TEXTS.c.subject == sa.bindparam("subject"), PERSONAL_TEXTS.c.field == sa.bindparam("field")
    )
)


def make_personal_tables(engine: sa.Engine, metadata: sa.MetaData) -> None:
    """Makes the tables that are missing, and keeps every text and salt of the people store out of PostgreSQL's statistics.

    Statistics of a column hold samples of it, in a table of the server's own. Where an older version let them be gathered they are
    deleted, and it is noted that the files are to be cleaned of them. What is to be done is read off the columns themselves.
    """
    make_tables(engine, metadata)
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        if connection.execute(_STOP_SAMPLING).first() is None:
            return
    with making(engine) as connection:
        for (order,) in connection.execute(_STOP_SAMPLING).all():
            connection.exec_driver_sql(order)
        connection.execute(sa.update(FORGOTTEN).values(is_clean=0))


class PersonalText(NamedTuple):
    """Something to be sealed: whose words they are (for erasure), which field of the entry, and the text."""

    subject: str
    field: str
    text: str


class WordsDoNotMatch(Exception):
    """The people store was changed behind the log's back: these words are not the ones that were sealed."""


class NamedSubject(NamedTuple):
    """A name found in the people store, with the commitment that must stand in its entry."""

    subject: str
    name: str
    folded: str
    commitment: str


def commitment_of(field: str, salt: bytes, text: str) -> str:
    """What an entry says of words that lie elsewhere: hex SHA-256 over tag, field, salt and text."""
    content = b"\x00".join((_TAG, field.encode(), salt)) + b"\x00" + text.encode()
    return hashlib.sha256(content).hexdigest()


def folded(text: str) -> str:
    """The text as it is searched: no marks, no capitals, single spaces."""
    apart = unicodedata.normalize("NFKD", text)
    return " ".join("".join(sign for sign in apart if not unicodedata.combining(sign)).casefold().split())


def as_address(text: str) -> str:
    """An address as it is looked up: without capitals. Never without marks: josé@ and jose@ are two people's."""
    return unicodedata.normalize("NFC", text).strip().lower()


def sought(field: str, text: str) -> str:
    """What words of this field are found by: addresses, names and phone numbers; nothing for all others."""
    match field:
        case "email":
            return as_address(text)
        case "name" | "phone":
            return folded(text)
        case _:
            return ""


class PersonalData:
    """Names, contacts and words of one community. Opened beside its log; the log never needs it to add up."""

    def __init__(self, engine: sa.Engine, *, now: Callable[[], float] = time.time) -> None:
        self.engine = engine
        self._now = now
        make_personal_tables(engine, METADATA)

    def seal(self, words: Sequence[PersonalText]) -> list[str]:
        """Keeps words, all or none, and returns their commitments, in order. Refuses an e-mail address that is in use."""
        if not words:
            return []
        rows = [self._row(word) for word in words]
        try:
            with self.engine.begin() as connection:
                connection.execute(sa.insert(PERSONAL_TEXTS), rows)
        except IntegrityError as error:
            raise AddressTaken from error
        return [str(row["commitment"]) for row in rows]

    def _row(self, word: PersonalText) -> dict[str, object]:
        salt = secrets.token_bytes(32)
        return {
            "commitment": commitment_of(word.field, salt, word.text),
            "subject": word.subject,
            "field": word.field,
            "salt": salt,
            "value": word.text,
            "folded": sought(word.field, word.text),
            "kept_at": int(self._now()),
        }

    def drop(self, commitments: Sequence[str]) -> None:
        """Takes back words whose entry was refused after all, or never came."""
        with self.engine.execution_options(writes=True).begin() as connection:
            connection.execute(
                sa.delete(PERSONAL_TEXTS).where(among(PERSONAL_TEXTS.c.commitment, "commitments")),
                {"commitments": listed(commitments)},
            )

    def long_kept(self, *, after: str = "", limit: int) -> list[str]:
        """Commitments in their order, those alone that must have their entry by now: newer words may wait for it yet."""
        query = sa.select(PERSONAL_TEXTS.c.commitment).where(
            PERSONAL_TEXTS.c.commitment > after,
            PERSONAL_TEXTS.c.kept_at < self._now() - ON_THE_WAY_SECONDS,
            PERSONAL_TEXTS.c.field != RANDOM,
        )
        with self.engine.connect() as connection:
            return list(connection.execute(query.order_by(PERSONAL_TEXTS.c.commitment).limit(limit)).scalars())

    def words(self, commitments: Iterable[str]) -> dict[str, str]:
        """Commitment -> words, proven against it. Forgotten words are missing; changed ones raise WordsDoNotMatch."""
        wanted = sorted({commitment for commitment in commitments if commitment})
        found: dict[str, str] = {}
        for commitment, field, salt, value in _SEALED.ask(self.engine, commitments=listed(wanted)) if wanted else ():
            if commitment_of(field, salt, value) != commitment:
                raise WordsDoNotMatch(f"the text under commitment {commitment} was changed")
            found[commitment] = value
        return found

    def says_the_same(self, commitment: str, text: str) -> bool:
        """Whether the sealed words are this text, spaces and line ends aside. Forgotten words contradict nobody."""
        kept = self.words([commitment])
        return commitment not in kept or kept[commitment].split() == text.split()

    def member_with_address(self, address: str) -> MemberId | None:
        """Who signs in with this e-mail address; capitals do not matter."""
        query = sa.select(PERSONAL_TEXTS.c.subject).where(
            PERSONAL_TEXTS.c.field == "email", PERSONAL_TEXTS.c.folded == as_address(address)
        )
        with self.engine.connect() as connection:
            subject = connection.execute(query).scalar_one_or_none()
        return MemberId(subject) if subject else None

    def forget_orphan_address(self, address: str) -> bool:
        """Drops an address whose invitation never reached the log (a crash between the two), or was never there.

        False, and nothing is dropped, while the invitation may still be on its way: words are kept before their entry.
        """
        held = sa.and_(PERSONAL_TEXTS.c.field == "email", PERSONAL_TEXTS.c.folded == as_address(address))
        with self.engine.begin() as connection:
            connection.execute(
                sa.delete(PERSONAL_TEXTS).where(held, PERSONAL_TEXTS.c.kept_at < self._now() - ON_THE_WAY_SECONDS)
            )
            return connection.execute(sa.select(PERSONAL_TEXTS.c.subject).where(held)).first() is None

    def secret(self, name: str) -> str:
        """A secret of this community by its name: 256 random bits, made when it is first asked for.

        It lies among the words, sealed by no entry, so that it goes into every backup and comes back with it.
        """
        if kept := self.of(name, RANDOM):
            return min(kept)
        with making(self.engine) as connection:
            query = sa.select(PERSONAL_TEXTS.c.value).where(
                PERSONAL_TEXTS.c.subject == name, PERSONAL_TEXTS.c.field == RANDOM
            )
            made = connection.execute(query).scalars().first() or secrets.token_hex(32)
            if not connection.execute(query).first():
                connection.execute(sa.insert(PERSONAL_TEXTS), [self._row(PersonalText(name, RANDOM, made))])
        return made

    def of(self, subject: str, field: str) -> list[str]:
        """The values of one field of somebody, e.g. the e-mail address that a sign-in code goes to."""
        return [value for (value,) in _OF_SUBJECT.ask(self.engine, subject=subject, field=field)]

    def fields_of(self, subject: str) -> dict[str, int]:
        """How many values of each field are somebody's."""
        query = sa.select(PERSONAL_TEXTS.c.field, sa.func.count().label("number")).where(
            PERSONAL_TEXTS.c.subject == subject
        )
        with self.engine.connect() as connection:
            return {row.field: row.number for row in connection.execute(query.group_by(PERSONAL_TEXTS.c.field))}

    def count_of_others(self, subject: str, commitments: Iterable[str]) -> int:
        """How many of these words are kept and somebody else's."""
        wanted = listed(sorted(set(commitments)))
        query = sa.select(sa.func.count()).where(
            PERSONAL_TEXTS.c.subject != subject, among(PERSONAL_TEXTS.c.commitment, "commitments")
        )
        with self.engine.connect() as connection:
            return connection.execute(query, {"commitments": wanted}).scalar_one()

    def named(self, part: str = "", *, after: tuple[str, str] = ("", ""), limit: int = 50) -> list[NamedSubject]:
        """Members whose name holds this part, by name; the next ones come after (folded name, subject).

        Callers compare each commitment with the one in the member's entry before they show the name.
        """
        query = (
            sa.select(
                PERSONAL_TEXTS.c.subject, PERSONAL_TEXTS.c.value, PERSONAL_TEXTS.c.folded, PERSONAL_TEXTS.c.commitment
            )
            .where(PERSONAL_TEXTS.c.field == "name", PERSONAL_TEXTS.c.subject.startswith("m-", autoescape=True))
            .where(
                sa.tuple_(PERSONAL_TEXTS.c.folded, PERSONAL_TEXTS.c.subject)
                > sa.tuple_(sa.literal(after[0]), sa.literal(after[1]))
            )
            .order_by(PERSONAL_TEXTS.c.folded, PERSONAL_TEXTS.c.subject)
            .limit(limit)
        )
        if part:
            query = query.where(PERSONAL_TEXTS.c.folded.contains(folded(part), autoescape=True))
        with self.engine.connect() as connection:
            return [NamedSubject(*row) for row in connection.execute(query)]
