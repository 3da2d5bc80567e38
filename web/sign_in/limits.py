"""Limits on requests for codes, on tries with them, and on wrong codes; and how many wrong codes there were."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from ledger.personal_data.store import folded
from web.sign_in.sessions import SIGN_IN_ATTEMPT, seconds, writing

ATTEMPTS_STORED_FOR = timedelta(days=1)


class Limit(msgspec.Struct, frozen=True):
    """The most attempts within a time."""

    most: int
    within: timedelta


REQUESTS_FOR_AN_ADDRESS = Limit(5, timedelta(hours=1))
REQUESTS_FROM_A_DEVICE = Limit(5, timedelta(hours=1))
REQUESTS_FROM_A_NETWORK = Limit(40, timedelta(hours=1))
TRIES_FROM_A_NETWORK = Limit(60, timedelta(hours=1))
WRONG_FOR_A_MEMBER = Limit(20, timedelta(days=1))
WRONG_FOR_EVERYONE = Limit(200, timedelta(days=1))
"""One code has 10^8 values. With these two limits, guessing every day for a year succeeds for one of 1,400 communities."""

_WRONG_FOR_EVERYONE = "wrong-everyone"


def may_request(engine: sa.Engine, address: str, client: str, now: datetime, *, known_device: str = "") -> bool:
    """Count a request for a code. False when this address or this network has made too many.

    A device that the member signed in on before has a limit of its own, so that nobody can lock them out by using up the
    requests for their address.
    """
    return _count(
        engine,
        [
            (_bucket("ask-device", known_device), REQUESTS_FROM_A_DEVICE)
            if known_device
            else (_bucket("ask-address", folded(address)), REQUESTS_FOR_AN_ADDRESS),
            (_bucket("ask-network", network_of(client)), REQUESTS_FROM_A_NETWORK),
        ],
        now,
    )


def may_try(engine: sa.Engine, client: str, now: datetime) -> bool:
    """Count a try with a code or link. False when this network has made too many."""
    return _count(engine, [(_bucket("try-network", network_of(client)), TRIES_FROM_A_NETWORK)], now)


def may_type_code(connection: sa.Connection, member: str | None, now: datetime) -> bool:
    """Whether codes can be typed for a member. After too many wrong ones in a day, only links work."""
    buckets = _wrong_buckets(member)
    _lock(connection, [bucket for bucket, _ in buckets])
    return not any(_is_full(connection, bucket, limit, now) for bucket, limit in buckets)


def count_wrong_code(connection: sa.Connection, member: str | None, now: datetime) -> None:
    """Count a wrong code, for the member it was meant for and for everyone."""
    _insert(connection, [bucket for bucket, _ in _wrong_buckets(member)], now)


class WrongCodes(NamedTuple):
    """Wrong codes in the last day, and how many there can be before codes stop working for everyone."""

    number: int
    most: int


def wrong_codes(engine: sa.Engine, now: datetime) -> WrongCodes:
    """Return how many wrong codes were typed in the last day."""
    with engine.connect() as connection:
        found = _number(connection, _bucket(_WRONG_FOR_EVERYONE, ""), WRONG_FOR_EVERYONE, now)
    return WrongCodes(found, WRONG_FOR_EVERYONE.most)


def _wrong_buckets(member: str | None) -> list[tuple[str, Limit]]:
    everyone = (_bucket(_WRONG_FOR_EVERYONE, ""), WRONG_FOR_EVERYONE)
    return [everyone, (_bucket("wrong-member", member), WRONG_FOR_A_MEMBER)] if member else [everyone]


_WITH_PORT = re.compile(r"^(?:\[(.*)\](?::\d+)?|([\d.]+):\d+)$")
"""How proxies write an address with its port: `1.2.3.4:5000`, or `[2001:db8::1]:5000`."""


def network_of(client: str) -> str:
    """Return the /24 or /64 of an address. Anything else, such as a local socket, is a network of its own."""
    name = _WITH_PORT.sub(r"\1\2", client)
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return name
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ip_network((address, 24 if address.version == 4 else 64), strict=False))


def _count(engine: sa.Engine, buckets: Sequence[tuple[str, Limit]], now: datetime) -> bool:
    """Count once in every bucket, unless one of them is full. A full bucket empties as its oldest attempts pass."""
    with writing(engine) as connection:
        _lock(connection, [bucket for bucket, _ in buckets])
        connection.execute(sa.delete(SIGN_IN_ATTEMPT).where(SIGN_IN_ATTEMPT.c.at <= seconds(now - ATTEMPTS_STORED_FOR)))
        if any(_is_full(connection, bucket, limit, now) for bucket, limit in buckets):
            return False
        _insert(connection, [bucket for bucket, _ in buckets], now)
    return True


def _lock(connection: sa.Connection, buckets: Sequence[str]) -> None:
    """Let only one at a time count in a bucket. On SQLite, there is only one that writes anyway."""
    if connection.dialect.name == "postgresql":
        for bucket in sorted(buckets):
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(int(bucket[:15], 16))))


def _is_full(connection: sa.Connection, bucket: str, limit: Limit, now: datetime) -> bool:
    return _number(connection, bucket, limit, now) >= limit.most


def _number(connection: sa.Connection, bucket: str, limit: Limit, now: datetime) -> int:
    recent = (SIGN_IN_ATTEMPT.c.bucket == bucket, SIGN_IN_ATTEMPT.c.at > seconds(now - limit.within))
    return connection.execute(sa.select(sa.func.count()).where(*recent)).scalar_one()


def _insert(connection: sa.Connection, buckets: Sequence[str], now: datetime) -> None:
    connection.execute(sa.insert(SIGN_IN_ATTEMPT), [{"bucket": bucket, "at": seconds(now)} for bucket in buckets])


def _bucket(kind: str, name: str) -> str:
    return hashlib.sha256(f"{kind}\0{name}".encode("utf-8", errors="replace")).hexdigest()
