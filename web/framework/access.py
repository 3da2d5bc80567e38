"""Who a visitor is, and who may call a page or button: the rules that handlers name, and the guard that applies them.

The app does not start if a handler names no rule.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

import msgspec
from litestar import Litestar, Request
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from ledger.identifiers import COMMUNITY, ExchangeId, GiftId, GroupId, MemberId, is_group, is_identifier
from ledger.members.facts import Role
from ledger.refusals import UnknownExchange, UnknownGift
from ledger.time_bank import TimeBank
from web.sign_in import sessions

P = ParamSpec("P")
Result = TypeVar("Result")


class Visitor(msgspec.Struct, frozen=True):
    """The person behind a request: a stranger, or a member with their roles.

    Known before a route is chosen, so that error pages know it too.
    """

    member_id: MemberId | None = None
    name: str = ""
    roles: frozenset[Role] = frozenset()
    renews_cookie: bool = False
    """Whether the session cookie is due to be sent again."""
    is_fresh: bool = False
    """Whether they signed in a few minutes ago, which some buttons ask for."""

    @property
    def member(self) -> MemberId:
        """The signed-in member. Only for pages closed to strangers."""
        assert self.member_id is not None, "this page is for members, and its handler should say so"
        return self.member_id

    @property
    def is_member(self) -> bool:
        """Whether this is a signed-in member."""
        return self.member_id is not None

    @property
    def is_coordinator(self) -> bool:
        """Whether this is a coordinator."""
        return "coordinator" in self.roles

    @property
    def is_auditor(self) -> bool:
        """Whether this is an auditor."""
        return "auditor" in self.roles

    @property
    def reads_the_log(self) -> bool:
        """Whether this is a coordinator or an auditor."""
        return self.is_coordinator or self.is_auditor


STRANGER = Visitor()

WebRequest = Request[Visitor, Any, Any]
"""A request whose visitor is known: every request of this app."""


def recognise(bank: TimeBank, token: str, now: datetime) -> Visitor:
    """Return the visitor behind a session token. A member who has left is a stranger straight away, on every device.

    Reads only, because it runs on every page.
    """
    session = sessions.find(bank.people.engine, token)
    if session is None:
        return STRANGER
    member = bank.member(session.member)
    has_role = bool(member.roles)
    if not member.is_active or not session.lasts(now, has_role=has_role):
        return STRANGER
    is_due = session.is_due(now, has_role=has_role)
    return Visitor(session.member, session.name, member.roles, is_due, session.is_fresh(now))


async def read_ledger(bank: TimeBank, query: Callable[P, Result], *arguments: P.args, **named: P.kwargs) -> Result:
    """Run a small query on the ledger from the event loop.

    Reading a few rows from SQLite takes less time than switching to a thread and back; a database server may be far away.
    """
    if bank.place.is_sqlite:
        return query(*arguments, **named)
    return await sync_to_thread(query, *arguments, **named)


class AccessRequest(msgspec.Struct, frozen=True):
    """A visitor, the parameters in the path they want, and the ledger to look things up in."""

    visitor: Visitor
    path: Mapping[str, str]
    bank: TimeBank

    def identifier(self, parameter: str) -> str:
        """Return an identifier from the path; anything else is not found."""
        if not is_identifier(self.path[parameter]):
            raise NotFoundException
        return self.path[parameter]


Check = Callable[[AccessRequest], bool]


class Rule(msgspec.Struct, frozen=True):
    """Who may call a handler: a description, a check of the visitor, and for some a check that needs the ledger."""

    who: str
    allows: Callable[[Visitor], bool]
    check: Check | None = None


def _is_party(access: AccessRequest) -> bool:
    return access.visitor.member in access.bank.exchange(ExchangeId(access.identifier("exchange_id"))).parties


def _is_named_in_gift(access: AccessRequest) -> bool:
    gift = access.bank.gift(GiftId(access.identifier("gift_id")))
    return access.visitor.member in (gift.giver, gift.receiver, gift.recorded_by)


def _is_among_receivers(access: AccessRequest) -> bool:
    """Whether the gift went to everyone, or to a group the visitor is in."""
    receiver = access.bank.gift(GiftId(access.identifier("gift_id"))).receiver
    if is_group(receiver):
        return access.bank.membership(GroupId(receiver), access.visitor.member).is_member
    return receiver == COMMUNITY


def _owns_account(access: AccessRequest) -> bool:
    account = access.identifier("account")
    if account == access.visitor.member:
        return True
    return access.bank.membership(GroupId(account), access.visitor.member).is_member


def _is_the_member(access: AccessRequest) -> bool:
    return access.path["member_id"] == access.visitor.member


def _is_member(visitor: Visitor) -> bool:
    return visitor.is_member


class HiddenPage(NotFoundException):
    """A page that this visitor may not open, and that looks to them as if it did not exist."""


def _hidden_unless(who: str, allowed: Check) -> Rule:
    """A rule for members. For everyone else the page does not exist, so that an address reveals nothing."""

    def check(access: AccessRequest) -> bool:
        try:
            if allowed(access):
                return True
        except (UnknownExchange, UnknownGift):
            pass
        raise HiddenPage

    return Rule(who, _is_member, check)


ANYBODY = Rule("anyone", lambda visitor: True)
MEMBERS = Rule("members", _is_member)
COORDINATORS = Rule("coordinators", lambda visitor: visitor.is_coordinator)
AUDITORS = Rule("auditors", lambda visitor: visitor.is_auditor)
COORDINATORS_AND_AUDITORS = Rule("coordinators and auditors", lambda visitor: visitor.reads_the_log)
PARTIES = _hidden_unless("members who are a party to the exchange", _is_party)
PARTIES_AND_COORDINATORS = _hidden_unless(
    "members who are a party to the exchange, and coordinators",
    lambda access: _is_party(access) or access.visitor.is_coordinator,
)
PARTIES_COORDINATORS_AND_AUDITORS = _hidden_unless(
    "members who are a party to the exchange, coordinators, and auditors",
    lambda access: _is_party(access) or access.visitor.reads_the_log,
)
PEOPLE_OF_THE_GIFT_AND_COORDINATORS = _hidden_unless(
    "giver, receiver and recorder of the gift, and coordinators",
    lambda access: _is_named_in_gift(access) or access.visitor.is_coordinator,
)
READERS_OF_THE_GIFT = _hidden_unless(
    "giver, receiver and recorder of the gift, everyone it was for, coordinators, and auditors",
    lambda access: _is_named_in_gift(access) or _is_among_receivers(access) or access.visitor.reads_the_log,
)
OWNERS_COORDINATORS_AND_AUDITORS = _hidden_unless(
    "the member whose account it is, members of the group whose account it is, coordinators, and auditors",
    lambda access: _owns_account(access) or access.visitor.reads_the_log,
)
THE_MEMBER = Rule("the member themselves", _is_member, _is_the_member)
THE_MEMBER_AND_COORDINATORS = Rule(
    "the member themselves, and coordinators",
    _is_member,
    lambda access: access.visitor.is_coordinator or _is_the_member(access),
)


class RouteWithoutRule(Exception):
    """A handler does not say who may call it."""


def require_rules(handlers: Mapping[str, HTTPRouteHandler]) -> None:
    """Refuse to start an app with a route that has no rule."""
    if missing := sorted(name for name, handler in handlers.items() if "may" not in handler.opt):
        raise RouteWithoutRule(f"Say at the handler who may call it (may=...): {', '.join(missing)}")


def rule_of(handler: BaseRouteHandler) -> Rule:
    """Return the rule that a handler names."""
    rule: Rule = handler.opt["may"]
    return rule


def handlers_of(app: Litestar) -> list[HTTPRouteHandler]:
    """Return every handler of the app, without those that the framework adds for OPTIONS."""
    return [
        handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if isinstance(handler, HTTPRouteHandler) and not _only_lists_methods(handler)
    ]


def _only_lists_methods(handler: BaseRouteHandler) -> bool:
    """Whether the framework added this handler to answer OPTIONS."""
    return isinstance(handler, HTTPRouteHandler) and handler.http_methods == {"OPTIONS"}


def handler_name(handler: BaseRouteHandler) -> str:
    """Return the name of the function behind a route; the framework wraps those that run in a thread."""
    function: Any = handler.fn
    while hasattr(function, "func"):
        function = function.func
    return function.__name__


async def check_access(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard every route: ask strangers to sign in, and tell members when a page is not for them."""
    if _only_lists_methods(handler):
        return
    rule = rule_of(handler)
    visitor: Visitor = connection.user
    allowed = rule.allows(visitor)
    if allowed and rule.check:
        access = AccessRequest(visitor, connection.path_params, connection.app.state.bank)
        allowed = await read_ledger(access.bank, rule.check, access)
    if not allowed:
        raise PermissionDeniedException if visitor.is_member else NotAuthorizedException
