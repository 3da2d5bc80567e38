"""How often somebody may ask for a code or try one: counted per address and per network, in a table.

A network is a /24 or a /64, since one guesser has many addresses in it. Addresses are stored as hashes, for a day.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

import msgspec
import sqlalchemy as sa

from ledger.log.people import folded
from web.sign_in.tables import SIGN_IN_ATTEMPT, seconds, writing

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
