"""Taking a settled exchange back: a party asks, somebody else decides; nothing is rubbed out."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.application.time_bank import TimeBank
from ledger.identifiers import ExchangeId, MemberId
from projections.views import Views
from web.forms import Fields
from web.pages.answers import answered
from web.pages.typed import LONGEST_BODY_BYTES
from web.visitors import Asked, Visitor


@post(
    "/exchanges/{exchange_id:str}/reversal",
    status_code=303,
    sync_to_thread=True,
    request_max_body_size=LONGEST_BODY_BYTES,
)
def ask_reversal(
    request: Asked,
    exchange_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    fields: NamedDependency[Fields],
) -> Response[str] | Redirect:
    """A party asks; a coordinator who is no party takes it back at once, and says which party asked for it."""
    exchange = ExchangeId(exchange_id)
    where = (request, exchange, visitor, bank, views, fields)
    if visitor.member in bank.exchanges.state(exchange).parties:
        return answered(
            where,
            lambda command, wish: bank.exchanges.ask_reversal(exchange, reason=wish.reason, command=command),
            "asked-back",
        )
    return answered(
        where,
        lambda command, wish: bank.exchanges.reverse(
            exchange, asked_by=MemberId(wish.asked_by), reason=wish.reason, command=command
        ),
        "taken-back",
        needs="asked_by",
    )


@post("/exchanges/{exchange_id:str}/reversal/approval", status_code=303, sync_to_thread=True)
def approve_reversal(
    request: Asked,
    exchange_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    fields: NamedDependency[Fields],
) -> Response[str] | Redirect:
    """The other party, or a coordinator who is no party, agrees that the hours move back."""
    exchange = ExchangeId(exchange_id)
    return answered(
        (request, exchange, visitor, bank, views, fields),
        lambda command, _: bank.exchanges.approve_reversal(exchange, command=command),
        "taken-back",
    )


@post(
    "/exchanges/{exchange_id:str}/reversal/refusal",
    status_code=303,
    sync_to_thread=True,
    request_max_body_size=LONGEST_BODY_BYTES,
)
def decline_reversal(
    request: Asked,
    exchange_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    fields: NamedDependency[Fields],
) -> Response[str] | Redirect:
    """The exchange stands: so says the other party, a coordinator, or whoever asked."""
    exchange = ExchangeId(exchange_id)
    return answered(
        (request, exchange, visitor, bank, views, fields),
        lambda command, wish: bank.exchanges.decline_reversal(exchange, reason=wish.reason, command=command),
        "kept",
    )


PAGES = (ask_reversal, approve_reversal, decline_reversal)
