"""Sign-in sessions and the tables of sign-in: a random token in a cookie, and its hash here.

A framework's server-side session would accept an id that a stranger invented; here every sign-in makes a new token.
Times are whole seconds since 1970, so that both databases compare them alike.
"""

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import msgspec
import sqlalchemy as sa

from ledger.identifiers import MemberId
from ledger.log.places import PreparedQuery
from ledger.log.upgrades import VersionedTables
from ledger.personal_data.store import PERSONAL_TEXTS, make_personal_tables

SIGNED_IN_FOR = timedelta(days=90)
"""Since the last visit."""

RENEWED_EVERY = timedelta(days=1)
"""A visit is recorded once a day, so that most pages only read."""

METADATA = VersionedTables("sign-in")

SESSION = sa.Table(
    "session",
    METADATA,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("member", sa.String(80), nullable=False, index=True),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False, index=True),
)

SIGN_IN_CODE = sa.Table(
    "sign_in_code",
    METADATA,
    sa.Column("link_hash", sa.String(64), primary_key=True),
    sa.Column("browser_hash", sa.String(64), nullable=True, unique=True),
    sa.Column("code_mac", sa.String(64), nullable=True),
    # Null when the address is unknown: such a row only makes both responses alike.
    sa.Column("member", sa.String(80), nullable=True, index=True),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
    sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
)

SIGN_IN_ATTEMPT = sa.Table(
    "sign_in_attempt",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("bucket", sa.String(64), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Index("sign_in_attempt_by_bucket", "bucket", "at"),
)


def prepare(engine: sa.Engine) -> None:
    """Create or upgrade the tables of sign-in, in the personal data store. Several processes may start at once."""
    make_personal_tables(engine, METADATA)


def writing(engine: sa.Engine) -> AbstractContextManager[sa.Connection]:
    """Begin a transaction that writes. On SQLite it takes the write lock straight away, so that it cannot fail half-way."""
    return engine.execution_options(writes=True).begin()


def new_token() -> str:
    """Return 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Return what is stored of a token. Tokens are random, so a plain hash cannot be reversed by guessing."""
    return hashlib.sha256(token.encode("utf-8", errors="replace")).hexdigest()


def seconds(at: datetime) -> int:
    """Return a time as it is stored."""
    return int(at.timestamp())


class FoundSession(msgspec.Struct, frozen=True):
    """A valid session and its member's name, which is empty once erased; `is_due` when it and its cookie need renewing."""

    member: MemberId
    name: str
    is_due: bool


class Device(msgspec.Struct, frozen=True):
    """One place where a member is signed in. Nothing is stored about the device itself."""

    since: datetime
    last_seen: datetime
    is_this: bool


def start(engine: sa.Engine, member: MemberId, now: datetime, *, instead_of: str = "") -> str:
    """Sign a member in on this device and return the token. A session this browser had before is deleted."""
    token = new_token()
    with writing(engine) as connection:
        connection.execute(sa.delete(SESSION).where(SESSION.c.token_hash == hash_of(instead_of)))
        connection.execute(sa.delete(SESSION).where(SESSION.c.seen_at <= seconds(now - SIGNED_IN_FOR)))
        values = {"member": member, "made_at": seconds(now), "seen_at": seconds(now)}
        connection.execute(sa.insert(SESSION).values(token_hash=hash_of(token), **values))
    return token


def find(engine: sa.Engine, token: str, now: datetime) -> FoundSession | None:
    """Return the session of a token, if it exists and was used in the last 90 days."""
    found = _OF_TOKEN.ask(engine, token_hash=hash_of(token))
    if not found:
        return None
    member, seen_at, name = found[0]
    if seen_at <= seconds(now - SIGNED_IN_FOR):
        return None
    return FoundSession(MemberId(member), name or "", is_due=seen_at <= seconds(now - RENEWED_EVERY))


def renew(engine: sa.Engine, token: str, now: datetime) -> None:
    """Record the visit, which starts the 90 days again."""
    with writing(engine) as connection:
        connection.execute(
            sa.update(SESSION).where(SESSION.c.token_hash == hash_of(token)).values(seen_at=seconds(now))
        )


def end(engine: sa.Engine, token: str) -> None:
    """Sign this device out."""
    with writing(engine) as connection:
        connection.execute(sa.delete(SESSION).where(SESSION.c.token_hash == hash_of(token)))


def end_everywhere(engine: sa.Engine, member: MemberId) -> None:
    """Sign a member out on all devices."""
    with writing(engine) as connection:
        connection.execute(sa.delete(SESSION).where(SESSION.c.member == member))


def devices(engine: sa.Engine, member: MemberId, token: str, now: datetime) -> Sequence[Device]:
    """Return where a member is signed in, latest visit first."""
    query = (
        sa.select(SESSION)
        .where(SESSION.c.member == member, SESSION.c.seen_at > seconds(now - SIGNED_IN_FOR))
        .order_by(SESSION.c.seen_at.desc(), SESSION.c.token_hash)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return [Device(_instant(row.made_at), _instant(row.seen_at), row.token_hash == hash_of(token)) for row in rows]


# Runs for every page, so it is compiled only once.
_OF_TOKEN = PreparedQuery(
    sa.select(SESSION.c.member, SESSION.c.seen_at, PERSONAL_TEXTS.c.value)
    .outerjoin_from(
        SESSION, PERSONAL_TEXTS, sa.and_(PERSONAL_TEXTS.c.subject == SESSION.c.member, PERSONAL_TEXTS.c.field == "name")
    )
    .where(SESSION.c.token_hash == sa.bindparam("token_hash"))
)


def _instant(stored: int) -> datetime:
    return datetime.fromtimestamp(stored, UTC)
