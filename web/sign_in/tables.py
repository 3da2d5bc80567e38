"""The tables of sign-in. Instants are whole seconds since 1970, so that both databases compare them alike."""

import hashlib
import secrets
from contextlib import AbstractContextManager
from datetime import datetime

import sqlalchemy as sa

from ledger.log.people import make_personal_tables

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
