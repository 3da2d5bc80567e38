"""The tables of sign-in. Instants are whole seconds since 1970, so that both databases compare them alike."""

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

import msgspec
import sqlalchemy as sa

from ledger.personal_data.store import folded, make_personal_tables

METADATA = sa.MetaData()

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
    # Nobody, when the address is unknown: such a row only makes both answers alike.
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
    """Makes the tables that are missing, beside those of the people store; several processes may start at once."""
    make_personal_tables(engine, METADATA)


def writing(engine: sa.Engine) -> AbstractContextManager[sa.Connection]:
    """A transaction that writes; on SQLite it takes its place in the queue at once, so that it cannot fail half-way."""
    return engine.execution_options(writes=True).begin()


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is stored of a token. Tokens are random, so a plain hash cannot be reversed by guessing."""
    return hashlib.sha256(token.encode("utf-8", errors="replace")).hexdigest()


def seconds(at: datetime) -> int:
    """An instant as it is stored."""
    return int(at.timestamp())


KEPT_FOR = timedelta(days=1)


class Limit(msgspec.Struct, frozen=True):
    """At most so many within a time."""

    most: int
    within: timedelta


ASKS_FOR_AN_ADDRESS = Limit(5, timedelta(hours=1))
ASKS_FROM_A_NETWORK = Limit(40, timedelta(hours=1))
TRIES_FROM_A_NETWORK = Limit(60, timedelta(hours=1))


def may_ask(engine: sa.Engine, address: str, client: str, now: datetime) -> bool:
    """Counts an asking for a code; false when this address or this network asked too often."""
    return _count(
        engine,
        [
            (_bucket("ask-address", folded(address)), ASKS_FOR_AN_ADDRESS),
            (_bucket("ask-network", network_of(client)), ASKS_FROM_A_NETWORK),
        ],
        now,
    )


def may_try(engine: sa.Engine, client: str, now: datetime) -> bool:
    """Counts a try with a code or link; false when this network tried too often."""
    return _count(engine, [(_bucket("try-network", network_of(client)), TRIES_FROM_A_NETWORK)], now)


def network_of(client: str) -> str:
    """The /24 or /64 that an address lies in; what is no address (a local socket) is a network of its own."""
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return client
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ip_network((address, 24 if address.version == 4 else 64), strict=False))


def _count(engine: sa.Engine, buckets: Sequence[tuple[str, Limit]], now: datetime) -> bool:
    """Counts once in every bucket, unless one of them is full: who waits is let in again when the oldest have passed."""
    with writing(engine) as connection:
        connection.execute(sa.delete(SIGN_IN_ATTEMPT).where(SIGN_IN_ATTEMPT.c.at <= seconds(now - KEPT_FOR)))
        for bucket, limit in buckets:
            recent = (SIGN_IN_ATTEMPT.c.bucket == bucket, SIGN_IN_ATTEMPT.c.at > seconds(now - limit.within))
            if connection.execute(sa.select(sa.func.count()).where(*recent)).scalar_one() >= limit.most:
                return False
        connection.execute(
            sa.insert(SIGN_IN_ATTEMPT), [{"bucket": bucket, "at": seconds(now)} for bucket, _limit in buckets]
        )
    return True


def _bucket(kind: str, whom: str) -> str:
    return hashlib.sha256(f"{kind}\0{whom}".encode("utf-8", errors="replace")).hexdigest()
