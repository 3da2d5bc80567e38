"""Typed identifiers: short random words that show what kind of thing they identify, and nothing else.

An identifier is a letter for its kind, a dash, and 60 random bits in an alphabet without look-alikes. It is never derived
from a name, so that it can stay in the log when the name is erased.
"""

import re
import secrets
from collections.abc import Callable
from typing import NewType

MemberId = NewType("MemberId", str)
GroupId = NewType("GroupId", str)
ExchangeId = NewType("ExchangeId", str)
GiftId = NewType("GiftId", str)
CommandId = NewType("CommandId", str)
CategoryKey = NewType("CategoryKey", str)
AccountId = NewType("AccountId", str)
"""An account: the identifier of its member or group, or the whole community."""

COMMUNITY = AccountId("community")
"""The receiver of a gift to everyone."""

HOST = MemberId("host")
"""The actor of commands typed on the server. The host is not a member."""

Ids = Callable[[], str]
"""A source of the random part of identifiers; tests use a counter."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SHAPE = re.compile(r"[mgxf]-[0-9a-z]{1,26}")
_COMMAND = re.compile(r"[A-Za-z0-9_.:-]{8,80}")
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def random_id() -> str:
    """Return twelve characters of an alphabet without look-alikes: 60 random bits."""
    number = secrets.randbits(60)
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(0, 60, 5))


def new_command_id() -> CommandId:
    """Make the id that a form carries from the first try on, so that a repeat is recognised."""
    return CommandId(random_id() + random_id())


def is_member(account: str) -> bool:
    """Whether this is a member's account."""
    return account.startswith("m-")


def is_group(account: str) -> bool:
    """Whether this is a group's account."""
    return account.startswith("g-")


def is_identifier(text: str) -> bool:
    """Whether the text has the shape of a member, group, exchange or gift identifier."""
    return _SHAPE.fullmatch(text) is not None


def is_command_id(text: str) -> bool:
    """Whether the text is a valid command id: 8 to 80 letters, digits, dashes, underscores, dots and colons."""
    return _COMMAND.fullmatch(text) is not None


def is_category_key(text: str) -> bool:
    """Whether the text is a valid key of a category: lower-case letters and digits, in words joined by dashes."""
    return len(text) <= 40 and _KEY.fullmatch(text) is not None
