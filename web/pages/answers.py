"""Answering what somebody logged: agreeing, declining, and calling off what still waits."""

from collections.abc import Callable

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.application.commands import Answer, Command
from ledger.application.time_bank import TimeBank
from ledger.identifiers import ExchangeId
from projections.views import Views
from web.forms import Fields
from web.frame import see_other
from web.pages.answer_forms import AnswerForm, answer
from web.pages.exchanges import exchange_page
from web.pages.typed import LONGEST_BODY_BYTES
from web.visitors import Asked, Visitor


@post("/exchanges/{exchange_id:str}/confirmation", status_code=303, sync_to_thread=True)
def confirm_exchange(
    request: Asked,
    exchange_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    fields: NamedDependency[Fields],
) -> Response[str] | Redirect:
    """Agrees, or passes on that somebody agrees."""
    exchange = ExchangeId(exchange_id)
    return answered(
        (request, exchange, visitor, bank, views, fields),
        lambda command, _: bank.exchanges.confirm(exchange, command=command),
        "agreed",
    )


@post(
    "/exchanges/{exchange_id:str}/declination",
    status_code=303,
    sync_to_thread=True,
    request_max_body_size=LONGEST_BODY_BYTES,
)
def decline_exchange(
    request: Asked,
    exchange_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    fields: NamedDependency[Fields],
) -> Response[str] | Redirect:
    """Says no, with a word of why, or passes it on."""
    exchange = ExchangeId(exchange_id)
    return answered(
        (request, exchange, visitor, bank, views, fields),
        lambda command, wish: bank.exchanges.decline(exchange, reason=wish.reason, command=command),
        "declined",
    )


@post("/exchanges/{exchange_id:str}/cancellation", status_code=303, sync_to_thread=True)
def call_off_exchange(
    request: Asked,
    exchange_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    fields: NamedDependency[Fields],
) -> Response[str] | Redirect:
    """The reporter, or a coordinator, calls off what still waits."""
    exchange = ExchangeId(exchange_id)
    return answered(
        (request, exchange, visitor, bank, views, fields),
        lambda command, _: bank.exchanges.call_off(exchange, command=command),
        "called-off",
    )


PAGES = (confirm_exchange, decline_exchange, call_off_exchange)

Where = tuple[Asked, ExchangeId, Visitor, TimeBank, Views, Fields]


def answered(
    where: Where, do: Callable[[Command, AnswerForm], Answer], done: str, *, needs: str = ""
) -> Response[str] | Redirect:
    """Back to the exchange's page: with what was done, or with the sentence that says why it was not."""
    request, exchange, visitor, bank, views, fields = where
    form = answer(fields, visitor, views, do, needs=needs)
    if form.problems:
        return exchange_page(request, exchange, form, visitor, bank, views)
    return see_other(request.app.state.frame.url("show_exchange", exchange_id=exchange), done=done)
