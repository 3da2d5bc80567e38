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
from ledger.log.upgrades import VersionedTables, extend
from ledger.personal_data.store import PERSONAL_TEXTS, make_personal_tables

SIGNED_IN_FOR = timedelta(days=90)
"""Since the last visit."""

RENEWED_EVERY = timedelta(days=1)
"""A visit is recorded once a day, so that most pages only read."""

SHOWN_ELSEWHERE_FOR = timedelta(days=7)
"""How long the home page says that a member signed in on another device."""

DEVICE_KNOWN_FOR = timedelta(days=400)
"""As long as browsers keep a cookie."""

FRESH_FOR = timedelta(minutes=10)
"""How long after signing in someone can do what takes a fresh sign-in."""

WITH_ROLE_IDLE_FOR, WITH_ROLE_AT_MOST = timedelta(hours=12), timedelta(days=14)
"""Coordinators and auditors sign in again after this long without a visit, and after this long in any case."""

WITH_ROLE_RENEWED_EVERY = timedelta(hours=1)

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


KNOWN_DEVICE = sa.Table(
    "known_device",
    METADATA,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("member", sa.String(80), primary_key=True),
    sa.Column("since", sa.BigInteger, nullable=False),
)
"""The devices that each member has signed in on: a hash of a random token in a cookie of its own."""


@METADATA.step(2)
def _known_devices(connection: sa.Connection) -> None:
    extend(connection, KNOWN_DEVICE)


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
    """A valid session and its member's name, which is empty once erased."""

    member: MemberId
    name: str
    made_at: datetime
    seen_at: datetime

    def lasts(self, now: datetime, *, has_role: bool) -> bool:
        """Whether it still signs in: for coordinators and auditors it ends sooner."""
        if not has_role:
            return self.seen_at > now - SIGNED_IN_FOR
        return self.seen_at > now - WITH_ROLE_IDLE_FOR and self.made_at > now - WITH_ROLE_AT_MOST

    def is_due(self, now: datetime, *, has_role: bool) -> bool:
        """Whether the session and its cookie need renewing."""
        return self.seen_at <= now - (WITH_ROLE_RENEWED_EVERY if has_role else RENEWED_EVERY)

    def is_fresh(self, now: datetime) -> bool:
        """Whether they signed in a few minutes ago."""
        return self.made_at > now - FRESH_FOR


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


def find(engine: sa.Engine, token: str) -> FoundSession | None:
    """Return the session of a token, whether it still lasts or not."""
    found = _OF_TOKEN.ask(engine, token_hash=hash_of(token))
    if not found:
        return None
    member, made_at, seen_at, name = found[0]
    return FoundSession(MemberId(member), name or "", _instant(made_at), _instant(seen_at))


def renew(engine: sa.Engine, token: str, now: datetime) -> None:
    """Record the visit, so that the session lasts from now on."""
    with writing(engine) as connection:
        connection.execute(
            sa.update(SESSION).where(SESSION.c.token_hash == hash_of(token)).values(seen_at=seconds(now))
        )


def end(engine: sa.Engine, token: str) -> None:
    """Sign this device out."""
    with writing(engine) as connection:
        connection.execute(sa.delete(SESSION).where(SESSION.c.token_hash == hash_of(token)))


def end_everywhere(engine: sa.Engine, member: MemberId) -> None:
    """Sign a member out on all devices, forget these devices, and end every code and link that could sign in again."""
    with writing(engine) as connection:
        for table in (SESSION, SIGN_IN_CODE, KNOWN_DEVICE):
            connection.execute(sa.delete(table).where(table.c.member == member))


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


def signed_in_elsewhere(engine: sa.Engine, member: MemberId, token: str, now: datetime) -> datetime | None:
    """Return when a member last signed in on another device, after this one and in the last seven days; None if they did not."""
    mine = sa.select(SESSION.c.made_at).where(SESSION.c.token_hash == hash_of(token)).scalar_subquery()
    query = sa.select(sa.func.max(SESSION.c.made_at)).where(
        SESSION.c.member == member,
        SESSION.c.token_hash != hash_of(token),
        SESSION.c.made_at >= mine,
        SESSION.c.made_at > seconds(now - SHOWN_ELSEWHERE_FOR),
    )
    with engine.connect() as connection:
        latest = connection.execute(query).scalar_one()
    return _instant(latest) if latest else None


# Runs for every page, so it is compiled only once.
_OF_TOKEN = PreparedQuery(
    sa.select(SESSION.c.member, SESSION.c.made_at, SESSION.c.seen_at, PERSONAL_TEXTS.c.value)
    .outerjoin_from(
        SESSION, PERSONAL_TEXTS, sa.and_(PERSONAL_TEXTS.c.subject == SESSION.c.member, PERSONAL_TEXTS.c.field == "name")
    )
    .where(SESSION.c.token_hash == sa.bindparam("token_hash"))
)


def is_known(engine: sa.Engine, token: str, member: MemberId) -> bool:
    """Whether a member has signed in on the device with this token before."""
    query = sa.select(KNOWN_DEVICE.c.since).where(
        KNOWN_DEVICE.c.token_hash == hash_of(token), KNOWN_DEVICE.c.member == member
    )
    with engine.connect() as connection:
        return connection.execute(query).first() is not None


def remember_device(engine: sa.Engine, token: str, member: MemberId, now: datetime) -> None:
    """Remember that a member signs in on the device with this token."""
    if not is_known(engine, token, member):
        with writing(engine) as connection:
            values = {"token_hash": hash_of(token), "member": member, "since": seconds(now)}
            connection.execute(sa.insert(KNOWN_DEVICE).values(**values))


def _instant(stored: int) -> datetime:
    return datetime.fromtimestamp(stored, UTC)
