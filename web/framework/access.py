"""Who may call a page or a button: the rules that handlers name, and the guard that goes by them.

The app does not start while a handler names none.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from ledger.identifiers import COMMUNITY, ExchangeId, GiftId, GroupId, is_group, is_identifier
from ledger.refusals import UnknownExchange, UnknownGift
from ledger.time_bank import TimeBank
from web.framework.visitors import Visitor, ask


class AccessRequest(msgspec.Struct, frozen=True):
    """Who wants to go where: the visitor, what stands in the path, and the ledger to look it up in."""

    visitor: Visitor
    path: Mapping[str, str]
    bank: TimeBank


class Rule(msgspec.Struct, frozen=True):
    """Who may, in words for the reference, and as questions: about the visitor alone, then, if need be, to the ledger."""

    who: str
    allows: Callable[[Visitor], bool]
    asks: Callable[[AccessRequest], bool] | None = None


def _identifier(asking: AccessRequest, part: str) -> str:
    """What stands in the path; what can be nobody's identifier is not looked up anywhere."""
    if not is_identifier(asking.path[part]):
        raise NotFoundException
    return asking.path[part]


def _is_party(asking: AccessRequest) -> bool:
    return asking.visitor.member in asking.bank.exchange(ExchangeId(_identifier(asking, "exchange_id"))).parties


def _is_part_of_gift(asking: AccessRequest) -> bool:
    gift = asking.bank.gift(GiftId(_identifier(asking, "gift_id")))
    return asking.visitor.member in (gift.giver, gift.receiver, gift.recorded_by)


def _is_for(asking: AccessRequest) -> bool:
    """Whether the gift went to everybody, or to a group of theirs."""
    receiver = asking.bank.gift(GiftId(_identifier(asking, "gift_id"))).receiver
    if is_group(receiver):
        return asking.bank.membership(GroupId(receiver), asking.visitor.member).is_member
    return receiver == COMMUNITY


def _owns_account(asking: AccessRequest) -> bool:
    account = _identifier(asking, "account")
    if account == asking.visitor.member:
        return True
    return asking.bank.membership(GroupId(account), asking.visitor.member).is_member


def _or_hidden(allowed: Callable[[AccessRequest], bool]) -> Callable[[AccessRequest], bool]:
    """To everybody else it is as if there were no such page, so that nothing is learnt from an address."""

    def asks(asking: AccessRequest) -> bool:
        try:
            if allowed(asking):
                return True
        except (UnknownExchange, UnknownGift):
            pass
        raise NotFoundException

    return asks


def _is_member(visitor: Visitor) -> bool:
    return visitor.is_member


ANYBODY = Rule("anyone", lambda visitor: True)
MEMBERS = Rule("members", _is_member)
COORDINATORS = Rule("coordinators", lambda visitor: visitor.coordinates)
AUDITORS = Rule("auditors", lambda visitor: visitor.audits)
COORDINATORS_AND_AUDITORS = Rule("coordinators and auditors", lambda visitor: visitor.keeps_the_book)
PARTIES = Rule("members who are a party to the exchange", _is_member, asks=_or_hidden(_is_party))
PARTIES_AND_COORDINATORS = Rule(
    "members who are a party to the exchange, and coordinators",
    _is_member,
    asks=_or_hidden(lambda asking: _is_party(asking) or asking.visitor.coordinates),
)
PARTIES_COORDINATORS_AND_AUDITORS = Rule(
    "members who are a party to the exchange, coordinators, and auditors",
    _is_member,
    asks=_or_hidden(lambda asking: _is_party(asking) or asking.visitor.keeps_the_book),
)
PEOPLE_OF_THE_GIFT_AND_COORDINATORS = Rule(
    "giver, receiver and recorder of the gift, and coordinators",
    _is_member,
    asks=_or_hidden(lambda asking: _is_part_of_gift(asking) or asking.visitor.coordinates),
)
READERS_OF_THE_GIFT = Rule(
    "giver, receiver and recorder of the gift, everyone it was for, coordinators, and auditors",
    _is_member,
    asks=_or_hidden(
        lambda asking: _is_part_of_gift(asking) or _is_for(asking) or asking.visitor.keeps_the_book,
    ),
)
OWNERS_COORDINATORS_AND_AUDITORS = Rule(
    "the member whose account it is, members of the group whose account it is, coordinators, and auditors",
    _is_member,
    asks=_or_hidden(lambda asking: _owns_account(asking) or asking.visitor.keeps_the_book),
)
THE_MEMBER_AND_COORDINATORS = Rule(
    "the member themselves, and coordinators",
    _is_member,
    asks=lambda asking: asking.visitor.coordinates or asking.path["member_id"] == asking.visitor.member,
)

THE_MEMBER = Rule(
    "the member themselves", _is_member, asks=lambda asking: asking.path["member_id"] == asking.visitor.member
)


class RouteWithoutRule(Exception):
    """A handler does not say who may call it."""


def must_say_who_may(handlers: Mapping[str, HTTPRouteHandler]) -> None:
    """Refuses to start an app with a route that nobody was thought of for."""
    if missing := sorted(name for name, handler in handlers.items() if "may" not in handler.opt):
        raise RouteWithoutRule(f"Say at the handler who may call it (may=...): {', '.join(missing)}")


def rule_of(handler: BaseRouteHandler) -> Rule:
    """Who may call this handler, as it says itself."""
    rule: Rule = handler.opt["may"]
    return rule


def handlers_of(app: Litestar) -> list[HTTPRouteHandler]:
    """Every handler of the app, without those that only say which methods a path knows."""
    return [
        handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if isinstance(handler, HTTPRouteHandler) and not _only_tells_methods(handler)
    ]


def _only_tells_methods(handler: BaseRouteHandler) -> bool:
    """Whether the framework made this one, to answer OPTIONS."""
    return isinstance(handler, HTTPRouteHandler) and handler.http_methods == {"OPTIONS"}


def handler_name(handler: BaseRouteHandler) -> str:
    """The name of the function behind a route; the framework wraps those that run in a thread."""
    function: Any = handler.fn
    while hasattr(function, "func"):
        function = function.func
    return function.__name__


async def may_enter(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every route: strangers are shown the way in, others are told that this is not theirs."""
    if _only_tells_methods(handler):
        return
    rule = rule_of(handler)
    visitor: Visitor = connection.user
    allowed = rule.allows(visitor)
    if allowed and rule.asks:
        asking = AccessRequest(visitor, connection.path_params, connection.app.state.bank)
        allowed = await ask(asking.bank, rule.asks, asking)
    if not allowed:
        raise PermissionDeniedException if visitor.is_member else NotAuthorizedException
