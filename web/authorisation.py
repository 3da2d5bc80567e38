"""Who may do what: one line for every page and every button. The app does not start while one of them is missing."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from ledger.application.time_bank import TimeBank
from ledger.identifiers import COMMUNITY, ExchangeId, GiftId, GroupId, is_group, is_identifier
from ledger.refusals import UnknownExchange, UnknownGift
from web.visitors import Visitor, ask


class Asking(msgspec.Struct, frozen=True):
    """Who wants to go where: the visitor, what stands in the path, and the ledger to look it up in."""

    visitor: Visitor
    path: Mapping[str, str]
    bank: TimeBank


class Rule(msgspec.Struct, frozen=True):
    """Who may, in words for the reference, and as questions: about the visitor alone, then, if need be, to the ledger."""

    who: str
    allows: Callable[[Visitor], bool]
    asks: Callable[[Asking], bool] | None = None


def _identifier(asking: Asking, part: str) -> str:
    """What stands in the path; what can be nobody's identifier is not looked up anywhere."""
    if not is_identifier(asking.path[part]):
        raise NotFoundException
    return asking.path[part]


def _is_party(asking: Asking) -> bool:
    return asking.visitor.member in asking.bank.exchanges.state(ExchangeId(_identifier(asking, "exchange_id"))).parties


def _is_part_of_gift(asking: Asking) -> bool:
    gift = asking.bank.gifts.state(GiftId(_identifier(asking, "gift_id")))
    return asking.visitor.member in (gift.giver, gift.receiver, gift.recorded_by)


def _is_for(asking: Asking) -> bool:
    """Whether the gift went to everybody, or to a group of theirs."""
    receiver = asking.bank.gifts.state(GiftId(_identifier(asking, "gift_id"))).receiver
    if is_group(receiver):
        return asking.bank.groups.belonging(GroupId(receiver), asking.visitor.member).belongs
    return receiver == COMMUNITY


def _owns_account(asking: Asking) -> bool:
    account = _identifier(asking, "account")
    if account == asking.visitor.member:
        return True
    return asking.bank.groups.belonging(GroupId(account), asking.visitor.member).belongs


def _or_hidden(allowed: Callable[[Asking], bool]) -> Callable[[Asking], bool]:
    """To everybody else it is as if there were no such page, so that nothing is learnt from an address."""

    def asks(asking: Asking) -> bool:
        try:
            if allowed(asking):
                return True
        except (UnknownExchange, UnknownGift):
            pass
        raise NotFoundException

    return asks


def _keeps_the_book(visitor: Visitor) -> bool:
    return visitor.coordinates or visitor.audits


def _is_member(visitor: Visitor) -> bool:
    return visitor.is_member


ANYBODY = Rule("anybody", lambda visitor: True)
MEMBERS = Rule("members", _is_member)
COORDINATORS = Rule("coordinators", lambda visitor: visitor.coordinates)
AUDITORS = Rule("auditors", lambda visitor: visitor.audits)
COORDINATORS_AND_AUDITORS = Rule("coordinators and auditors", _keeps_the_book)
PARTIES = Rule("members who are a party to the exchange", _is_member, asks=_or_hidden(_is_party))
PARTIES_AND_COORDINATORS = Rule(
    "members who are a party to the exchange, and coordinators",
    _is_member,
    asks=_or_hidden(lambda asking: _is_party(asking) or asking.visitor.coordinates),
)
PARTIES_COORDINATORS_AND_AUDITORS = Rule(
    "members who are a party to the exchange, coordinators, and auditors",
    _is_member,
    asks=_or_hidden(lambda asking: _is_party(asking) or _keeps_the_book(asking.visitor)),
)
PEOPLE_OF_THE_GIFT_AND_COORDINATORS = Rule(
    "giver, receiver and recorder of the gift, and coordinators",
    _is_member,
    asks=_or_hidden(lambda asking: _is_part_of_gift(asking) or asking.visitor.coordinates),
)
READERS_OF_THE_GIFT = Rule(
    "giver, receiver and recorder of the gift, everybody it was for, coordinators, and auditors",
    _is_member,
    asks=_or_hidden(
        lambda asking: _is_part_of_gift(asking) or _is_for(asking) or _keeps_the_book(asking.visitor),
    ),
)
OWNERS_COORDINATORS_AND_AUDITORS = Rule(
    "the member whose account it is, members of the group whose account it is, coordinators, and auditors",
    _is_member,
    asks=_or_hidden(lambda asking: _owns_account(asking) or _keeps_the_book(asking.visitor)),
)
THE_MEMBER_AND_COORDINATORS = Rule(
    "the member themselves, and coordinators",
    _is_member,
    asks=lambda asking: asking.visitor.coordinates or asking.path["member_id"] == asking.visitor.member,
)

THE_MEMBER = Rule(
    "the member themselves", _is_member, asks=lambda asking: asking.path["member_id"] == asking.visitor.member
)

WHO_MAY: Mapping[str, Rule] = {
    # web/pages/health.py, web/static_files.py
    "show_health": ANYBODY,
    "static_file": ANYBODY,
    # web/pages/sign_in.py
    "show_sign_in": ANYBODY,
    "ask_for_code": ANYBODY,
    "show_code": ANYBODY,
    "enter_code": ANYBODY,
    "show_link": ANYBODY,
    "use_link": ANYBODY,
    "sign_out": ANYBODY,
    "show_devices": MEMBERS,
    "sign_out_everywhere": MEMBERS,
    # web/pages/home.py, web/pages/history.py (somebody else's: coordinators and auditors), web/pages/statements.py
    "show_home": MEMBERS,
    "show_history": MEMBERS,
    "show_statement": OWNERS_COORDINATORS_AND_AUDITORS,
    # web/pages/story.py, web/pages/story_files.py: always one's own, there is no address for anybody else's
    "show_story": MEMBERS,
    "story_as_csv": MEMBERS,
    "story_as_json": MEMBERS,
    # web/pages/reports.py, web/pages/exchanges.py, web/pages/answers.py, web/pages/reversals.py
    "show_log": MEMBERS,
    "check_log": MEMBERS,
    "log_exchange": MEMBERS,
    "show_exchange": PARTIES_COORDINATORS_AND_AUDITORS,
    "confirm_exchange": PARTIES_AND_COORDINATORS,
    "decline_exchange": PARTIES_AND_COORDINATORS,
    "call_off_exchange": PARTIES_AND_COORDINATORS,
    "ask_reversal": PARTIES_AND_COORDINATORS,
    "approve_reversal": PARTIES_AND_COORDINATORS,
    "decline_reversal": PARTIES_AND_COORDINATORS,
    # web/pages/gift_records.py, web/pages/gifts.py
    "show_gift_form": MEMBERS,
    "check_gift": MEMBERS,
    "record_gift": MEMBERS,
    "show_gift": READERS_OF_THE_GIFT,
    "withdraw_gift": PEOPLE_OF_THE_GIFT_AND_COORDINATORS,
    # web/pages/members.py, web/pages/invitations.py, web/pages/roles.py
    "show_members": MEMBERS,
    "show_member": MEMBERS,
    "show_invitation": COORDINATORS,
    "invite": COORDINATORS,
    "welcome": COORDINATORS,
    "give_role": COORDINATORS,
    "withdraw_role": COORDINATORS,
    # web/pages/visibility.py: nobody can choose it for somebody else
    "choose_visibility": THE_MEMBER,
    "show_departure": THE_MEMBER_AND_COORDINATORS,
    "leave": THE_MEMBER_AND_COORDINATORS,
    # web/pages/erasures.py (nobody confirms their own), web/pages/own_data.py
    "show_erasure": THE_MEMBER_AND_COORDINATORS,
    "ask_erasure": THE_MEMBER_AND_COORDINATORS,
    "withdraw_erasure": THE_MEMBER_AND_COORDINATORS,
    "erase": COORDINATORS,
    "show_data": THE_MEMBER,
    "data_as_html": THE_MEMBER,
    "data_as_json": THE_MEMBER,
    # web/pages/groups.py, web/pages/belonging.py (somebody else joins or leaves: coordinators)
    "show_groups": MEMBERS,
    "show_group": MEMBERS,
    "show_group_form": COORDINATORS,
    "form_group": COORDINATORS,
    "join_group": MEMBERS,
    "leave_group": MEMBERS,
    # web/pages/community.py, web/pages/figure_reports.py, web/pages/everything.py, web/pages/agreements.py
    "show_community": MEMBERS,
    "list_reports": COORDINATORS_AND_AUDITORS,
    "show_report": COORDINATORS_AND_AUDITORS,
    "show_everything": AUDITORS,
    "everything_csv": AUDITORS,
    "everything_json": AUDITORS,
    "ask_everything": AUDITORS,
    "show_agreements": MEMBERS,
    "agree_limits": COORDINATORS,
    "agree_confirmation": COORDINATORS,
    "agree_categories": COORDINATORS,
    "agree_exceptions": COORDINATORS,
    # web/pages/coordinator.py, web/pages/balances.py, web/pages/journal.py
    "show_desk": COORDINATORS,
    "show_balances": COORDINATORS_AND_AUDITORS,
    "show_journal": COORDINATORS_AND_AUDITORS,
    "show_entry": COORDINATORS_AND_AUDITORS,
    # web/pages/audit.py, web/pages/exceptions.py, web/pages/samples.py
    "show_audit": COORDINATORS_AND_AUDITORS,
    "show_exceptions": COORDINATORS_AND_AUDITORS,
    "show_sample": COORDINATORS_AND_AUDITORS,
    "sample_receipts": COORDINATORS_AND_AUDITORS,
    # web/pages/seal.py, web/pages/receipts.py
    "show_seal": MEMBERS,
    "show_sheet": MEMBERS,
    "show_earlier_sheet": MEMBERS,
    "show_receipt_check": COORDINATORS_AND_AUDITORS,
    "check_receipt": COORDINATORS_AND_AUDITORS,
    # web/pages/slips.py: whoever reads the page may prove what it says
    "exchange_receipt": PARTIES_COORDINATORS_AND_AUDITORS,
    "show_exchange_slip": PARTIES_COORDINATORS_AND_AUDITORS,
    "gift_receipt": READERS_OF_THE_GIFT,
    "show_gift_slip": READERS_OF_THE_GIFT,
    "entry_receipt": COORDINATORS_AND_AUDITORS,
    # web/pages/proofs.py, web/pages/tiles.py: hashes are anybody's, entries are not
    "show_checkpoint": ANYBODY,
    "show_earlier_checkpoint": ANYBODY,
    "prove_inclusion": ANYBODY,
    "prove_consistency": ANYBODY,
    "show_tile": ANYBODY,
    "show_entry_tile": AUDITORS,
    # web/pages/replay.py
    "show_replay": MEMBERS,
    "ask_replay": COORDINATORS_AND_AUDITORS,
}


class RouteWithoutRule(Exception):
    """A page was added, or removed, without its line in WHO_MAY."""


def must_name_every_route(app: Litestar, rules: Mapping[str, Rule] = WHO_MAY) -> None:
    """Refuses to start an app with a route that nobody was thought of for, or a line whose route is gone."""
    routes = {handler_name(handler) for handler in handlers_of(app)}
    if missing := sorted(routes - rules.keys()):
        raise RouteWithoutRule(f"Say in web/authorisation.py who may call: {', '.join(missing)}")
    if gone := sorted(rules.keys() - routes):
        raise RouteWithoutRule(f"No route is called: {', '.join(gone)}. Take the line out of web/authorisation.py")


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
    rules: Mapping[str, Rule] = connection.app.state.who_may
    rule = rules[handler_name(handler)]
    visitor: Visitor = connection.user
    allowed = rule.allows(visitor)
    if allowed and rule.asks:
        asking = Asking(visitor, connection.path_params, connection.app.state.bank)
        allowed = await ask(asking.bank, rule.asks, asking)
    if not allowed:
        raise PermissionDeniedException if visitor.is_member else NotAuthorizedException
