"""Who is signed in on which device: a random token in a cookie, and its hash here.

A framework's server-side session would keep an id that a stranger invented; here every sign-in makes a new token.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import sqlalchemy as sa

from ledger.identifiers import MemberId
from ledger.log.places import PreparedQuery
from ledger.personal_data.store import PERSONAL_TEXTS
from web.sign_in.tables import SESSION, hash_of, new_token, seconds, writing

SIGNED_IN_FOR = timedelta(days=90)
"""Counted from the last visit."""

RENEWED_EVERY = timedelta(days=1)
"""A visit is written down once a day, so that reading a page writes nothing."""


class FoundSession(msgspec.Struct, frozen=True):
    """A session that still holds; `is_due` says that it is time to `renew` it, and its cookie.

    `name` is what the member is called; empty when their words were forgotten.
    """

    member: MemberId
    name: str
    is_due: bool


class Device(msgspec.Struct, frozen=True):
    """One place where a member is signed in. Nothing is kept about the device itself."""

    since: datetime
    last_seen: datetime
    is_this: bool


def start(engine: sa.Engine, member: MemberId, now: datetime, *, instead_of: str = "") -> str:
    """Signs a member in on this device and returns the token; a session this browser had before is gone."""
    token = new_token()
    with writing(engine) as connection:
        connection.execute(sa.delete(SESSION).where(SESSION.c.token_hash == hash_of(instead_of)))
        connection.execute(sa.delete(SESSION).where(SESSION.c.seen_at <= seconds(now - SIGNED_IN_FOR)))
        values = {"member": member, "made_at": seconds(now), "seen_at": seconds(now)}
        connection.execute(sa.insert(SESSION).values(token_hash=hash_of(token), **values))
    return token


def find(engine: sa.Engine, token: str, now: datetime) -> FoundSession | None:
    """Whose session this is, if it is one and was used in the last 90 days."""
    found = _OF_TOKEN.ask(engine, token_hash=hash_of(token))
    if not found:
        return None
    member, seen_at, name = found[0]
    if seen_at <= seconds(now - SIGNED_IN_FOR):
        return None
    return FoundSession(MemberId(member), name or "", is_due=seen_at <= seconds(now - RENEWED_EVERY))


def renew(engine: sa.Engine, token: str, now: datetime) -> None:
    """Writes the visit down: the 90 days begin anew."""
    with writing(engine) as connection:
        seen = sa.update(SESSION).where(SESSION.c.token_hash == hash_of(token)).values(seen_at=seconds(now))
        connection.execute(seen)


def end(engine: sa.Engine, token: str) -> None:
    """Signs this device out."""
    with writing(engine) as connection:
        connection.execute(sa.delete(SESSION).where(SESSION.c.token_hash == hash_of(token)))


def end_everywhere(engine: sa.Engine, member: MemberId) -> None:
    """Signs a member out on all devices."""
    with writing(engine) as connection:
        connection.execute(sa.delete(SESSION).where(SESSION.c.member == member))


def devices(engine: sa.Engine, member: MemberId, token: str, now: datetime) -> Sequence[Device]:
    """Where a member is signed in, latest visit first."""
    query = (
        sa.select(SESSION)
        .where(SESSION.c.member == member, SESSION.c.seen_at > seconds(now - SIGNED_IN_FOR))
        .order_by(SESSION.c.seen_at.desc(), SESSION.c.token_hash)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return [Device(_instant(row.made_at), _instant(row.seen_at), row.token_hash == hash_of(token)) for row in rows]


# Asked for every page, so it is put into words for the database only once.
_OF_TOKEN = PreparedQuery(
    sa.select(SESSION.c.member, SESSION.c.seen_at, PERSONAL_TEXTS.c.value)
    .outerjoin_from(
        SESSION, PERSONAL_TEXTS, sa.and_(PERSONAL_TEXTS.c.subject == SESSION.c.member, PERSONAL_TEXTS.c.field == "name")
    )
    .where(SESSION.c.token_hash == sa.bindparam("token_hash"))
)


def _instant(stored: int) -> datetime:
    return datetime.fromtimestamp(stored, UTC)
