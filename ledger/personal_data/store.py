"""Personal data: names, contacts and the texts that people type, outside the log so that they can be erased.

For each value the log only has a commitment: SHA-256 over a domain tag, the field's name, a new 32-byte salt, and the value.
Salt and value are stored here. Deleting a row erases the text and changes no entry. A value that does not match the
commitment in its entry is never shown.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from ledger.identifiers import MemberId
from ledger.log.places import BUSY_SECONDS, PreparedQuery, among, creating, listed
from ledger.log.upgrades import VersionedTables
from ledger.personal_data.spelling import as_address, folded, same_words, searchable
from ledger.refusals import AddressTaken

_TAG = b"common-hours/sealed/v1"
PENDING_SECONDS = BUSY_SECONDS
"""How long a text may be stored here before its entry is in the log: a command waits no longer for a busy database."""

RANDOM = "random"
"""The field of secrets: random values, such as those that command ids of imported entries are derived from."""

IMPORTED = "imported"
"""The field of the keys under which imported files named someone. Like secrets, they belong to no entry."""

METADATA = VersionedTables("personal data")

# Sorted by code points on both databases, because pages of names depend on the order.
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

# As SQL that both databases understand: an `sa.Index` with a condition would load the PostgreSQL dialect into every server.
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
"""Up to which entry of the log erasures have been carried out here; one row, see `ledger.personal_data.erasing`."""


@METADATA.step(2)
def _find_names_without_what_they_hide(connection: sa.Connection) -> None:
    """Names from before may have characters that nobody sees. They are found as if they had none."""
    for row in connection.execute(sa.select(PERSONAL_TEXTS).where(PERSONAL_TEXTS.c.field.in_(("name", "phone")))).all():
        if row.folded != folded(row.value):
            changed = sa.update(PERSONAL_TEXTS).where(PERSONAL_TEXTS.c.commitment == row.commitment)
            connection.execute(changed.values(folded=folded(row.value)))


# Setting a column's type to what it was is how its owner can make PostgreSQL delete the samples of it.
_STOP_SAMPLING = sa.text("""
    SELECT format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 0, ALTER COLUMN %I TYPE %s %s', attrelid::regclass, attname,
        attname, format_type(atttypid, atttypmod), 'COLLATE ' || nullif(attcollation, 0)::regcollation)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
        AND attlen = -1 AND attstattarget IS DISTINCT FROM 0
""")

# Run on every page, so they are compiled only once.
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


def make_personal_tables(engine: sa.Engine, tables: VersionedTables) -> None:
    """Create or upgrade the tables, and keep every text and salt out of PostgreSQL's statistics.

    Statistics of a column contain samples of it, in a table of the server. Where an older version let them be gathered, they are
    deleted, and the files are marked to be cleaned of them. The settings of the columns say what is left to do.
    """
    tables.open(engine)
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        if connection.execute(_STOP_SAMPLING).first() is None:
            return
    with creating(engine) as connection:
        for (statement,) in connection.execute(_STOP_SAMPLING).all():
            connection.exec_driver_sql(statement)
        connection.execute(sa.update(FORGOTTEN).values(is_clean=0))


class PersonalText(NamedTuple):
    """A text to be sealed: whose it is (for erasure), which field of the entry, and the text itself."""

    subject: str
    field: str
    text: str


class WordsDoNotMatch(Exception):
    """Someone changed the personal data by hand: this text is not the one that was sealed."""


class NamedSubject(NamedTuple):
    """A name, with the commitment that must be in its entry."""

    subject: str
    name: str
    folded: str
    commitment: str


def commitment_of(field: str, salt: bytes, text: str) -> str:
    """Return the commitment to a text, as an entry has it: hex SHA-256 over tag, field, salt and text."""
    content = b"\x00".join((_TAG, field.encode(), salt)) + b"\x00" + text.encode()
    return hashlib.sha256(content).hexdigest()


class PersonalData:
    """Names, contacts and texts of one community. The log is complete and consistent without it."""

    def __init__(self, engine: sa.Engine, *, now: Callable[[], float] = time.time) -> None:
        self.engine = engine
        self._now = now
        make_personal_tables(engine, METADATA)

    def seal(self, texts: Sequence[PersonalText]) -> list[str]:
        """Save texts, all or none, and return their commitments in order. Raise AddressTaken for an email address that is in use."""
        if not texts:
            return []
        rows = [self._row(text) for text in texts]
        try:
            with self.engine.begin() as connection:
                connection.execute(sa.insert(PERSONAL_TEXTS), rows)
        except IntegrityError as error:
            raise AddressTaken from error
        return [str(row["commitment"]) for row in rows]

    def _row(self, sealed: PersonalText) -> dict[str, object]:
        subject, field, text = sealed
        salt = secrets.token_bytes(32)
        return {
            "commitment": commitment_of(field, salt, text),
            "subject": subject,
            "field": field,
            "salt": salt,
            "value": text,
            "folded": searchable(field, text),
            "kept_at": int(self._now()),
        }

    def drop(self, commitments: Sequence[str]) -> None:
        """Delete texts whose entry was refused, or never recorded."""
        with self.engine.execution_options(writes=True).begin() as connection:
            connection.execute(
                sa.delete(PERSONAL_TEXTS).where(among(PERSONAL_TEXTS.c.commitment, "commitments")),
                {"commitments": listed(commitments)},
            )

    def settled_commitments(self, *, after: str = "", limit: int) -> list[str]:
        """Return commitments in order, only those that must have an entry by now: a newer text may still be waiting for its entry."""
        query = sa.select(PERSONAL_TEXTS.c.commitment).where(
            PERSONAL_TEXTS.c.commitment > after, self.is_settled, PERSONAL_TEXTS.c.field.not_in((RANDOM, IMPORTED))
        )
        with self.engine.connect() as connection:
            return list(connection.execute(query.order_by(PERSONAL_TEXTS.c.commitment).limit(limit)).scalars())

    def words(self, commitments: Iterable[str]) -> dict[str, str]:
        """Return texts by commitment, verified against it. Erased texts are missing. Raise WordsDoNotMatch if one was changed."""
        wanted = sorted({commitment for commitment in commitments if commitment})
        found: dict[str, str] = {}
        for commitment, field, salt, value in _SEALED.ask(self.engine, commitments=listed(wanted)) if wanted else ():
            if commitment_of(field, salt, value) != commitment:
                raise WordsDoNotMatch(f"the text under commitment {commitment} was changed")
            found[commitment] = value
        return found

    def says_the_same(self, commitment: str, text: str) -> bool:
        """Whether the sealed text is this one, ignoring white space and how characters are encoded. True if it was erased."""
        found = self.words([commitment])
        return commitment not in found or same_words(found[commitment], text)

    def member_with_address(self, address: str) -> MemberId | None:
        """Return the member with this email address, in capitals or not."""
        query = sa.select(PERSONAL_TEXTS.c.subject).where(
            PERSONAL_TEXTS.c.field == "email", PERSONAL_TEXTS.c.folded == as_address(address)
        )
        with self.engine.connect() as connection:
            subject = connection.execute(query).scalar_one_or_none()
        return MemberId(subject) if subject else None

    def forget_orphan_address(self, address: str) -> bool:
        """Delete an address whose invitation never reached the log (a crash between the two). Return whether the address is free.

        Nothing is deleted while the invitation may still be recorded: texts are saved before their entry.
        """
        held = sa.and_(PERSONAL_TEXTS.c.field == "email", PERSONAL_TEXTS.c.folded == as_address(address))
        with self.engine.begin() as connection:
            connection.execute(
                sa.delete(PERSONAL_TEXTS).where(held, PERSONAL_TEXTS.c.kept_at < self._now() - PENDING_SECONDS)
            )
            return connection.execute(sa.select(PERSONAL_TEXTS.c.subject).where(held)).first() is None

    @property
    def is_settled(self) -> sa.ColumnElement[bool]:
        """The condition that whatever a text was stored for must have been recorded by now."""
        return PERSONAL_TEXTS.c.kept_at < self._now() - PENDING_SECONDS

    def insert(self, connection: sa.Connection, texts: Sequence[PersonalText]) -> None:
        """Store texts that belong to no entry, in a transaction of the caller. They are part of every backup."""
        if texts:
            connection.execute(sa.insert(PERSONAL_TEXTS), [self._row(text) for text in texts])

    @staticmethod
    def random_text(subject: str) -> PersonalText:
        """Return a new secret of a subject: 256 random bits, to insert."""
        return PersonalText(subject, RANDOM, secrets.token_hex(32))

    def of(self, subject: str, field: str) -> list[str]:
        """Return the values of one field of a subject, such as the email address that a sign-in code is sent to."""
        return [value for (value,) in _OF_SUBJECT.ask(self.engine, subject=subject, field=field)]

    def fields_of(self, subject: str) -> dict[str, int]:
        """Count the values of each field of a subject, without secrets, which say nothing."""
        query = sa.select(PERSONAL_TEXTS.c.field, sa.func.count().label("number")).where(
            PERSONAL_TEXTS.c.subject == subject, PERSONAL_TEXTS.c.field != RANDOM
        )
        with self.engine.connect() as connection:
            return {row.field: row.number for row in connection.execute(query.group_by(PERSONAL_TEXTS.c.field))}

    def count_of_others(self, subject: str, commitments: Iterable[str]) -> int:
        """Count the texts under these commitments that belong to other subjects."""
        wanted = listed(sorted(set(commitments)))
        query = sa.select(sa.func.count()).where(
            PERSONAL_TEXTS.c.subject != subject, among(PERSONAL_TEXTS.c.commitment, "commitments")
        )
        with self.engine.connect() as connection:
            return connection.execute(query, {"commitments": wanted}).scalar_one()

    def named(self, part: str = "", *, after: tuple[str, str] = ("", ""), limit: int = 50) -> list[NamedSubject]:
        """Return members whose name contains this part, sorted by name, after (folded name, subject).

        Callers compare each commitment with the one in the member's entry before they show the name.
        """
        columns = (PERSONAL_TEXTS.c[name] for name in ("subject", "value", "folded", "commitment"))
        query = (
            sa.select(*columns)
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
