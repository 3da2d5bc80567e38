"""Who is asking: a stranger, or a member with their roles. Known before a route is chosen, so error pages know it too."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

import msgspec
import sqlalchemy as sa
from litestar import Request
from litestar.concurrency import sync_to_thread

from ledger.identifiers import MemberId
from ledger.members.facts import Role
from ledger.time_bank import TimeBank
from web.sign_in import sessions

P = ParamSpec("P")
Answer = TypeVar("Answer")


class Visitor(msgspec.Struct, frozen=True):
    """Whoever asks, as far as this request is concerned."""

    member_id: MemberId | None = None
    name: str = ""
    roles: frozenset[Role] = frozenset()
    renews_cookie: bool = False
    """Whether this visit gives the session cookie its days again."""

    @property
    def member(self) -> MemberId:
        """The member who asks. Only for pages that strangers do not get."""
        assert self.member_id is not None, "this page is for members, and its handler should say so"
        return self.member_id

    @property
    def is_member(self) -> bool:
        """Whether somebody is signed in."""
        return self.member_id is not None

    @property
    def coordinates(self) -> bool:
        """Whether a coordinator asks."""
        return "coordinator" in self.roles

    @property
    def audits(self) -> bool:
        """Whether an auditor asks."""
        return "auditor" in self.roles

    @property
    def keeps_the_book(self) -> bool:
        """Whether a coordinator or an auditor asks."""
        return self.coordinates or self.audits


STRANGER = Visitor()

WebRequest = Request[Visitor, Any, Any]
"""A request whose visitor is known: every request of this app."""


def recognise(bank: TimeBank, token: str, now: datetime) -> Visitor:
    """The visitor behind a session token. Whoever has left is a stranger again, at once and on every device.

    Reads only: it happens on every page.
    """
    engine: sa.Engine = bank.people.engine
    found = sessions.find(engine, token, now)
    if found is None:
        return STRANGER
    standing = bank.member(found.member)
    if not standing.is_active:
        return STRANGER
    return Visitor(found.member, found.name, standing.roles, found.is_due)


async def ask(bank: TimeBank, question: Callable[P, Answer], *arguments: P.args, **named: P.kwargs) -> Answer:
    """The answer to a small question to the ledger, for whoever stands outside the threads in which pages are made.

    On SQLite the way to a thread and back takes longer than reading a few rows, which waits for nobody; a database server
    may be far away.
    """
    if bank.place.is_sqlite:
        return question(*arguments, **named)
    return await sync_to_thread(question, *arguments, **named)


def name_of(bank: TimeBank, member: MemberId) -> str:
    """What a member is called; empty when their words were forgotten."""
    return next(iter(bank.people.of(member, "name")), "")
