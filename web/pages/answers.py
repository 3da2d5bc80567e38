"""Answering what somebody logged, and taking back what counts: a party asks, somebody else decides; nothing is rubbed out."""

from collections.abc import Callable

from litestar import Response
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.application.commands import Command
from ledger.application.exchanges import (
    ApproveReversal,
    AskForReversal,
    CallOffExchange,
    ConfirmExchange,
    DeclineExchange,
    DeclineReversal,
    ReverseExchange,
)
from ledger.identifiers import ExchangeId, MemberId
from web.authorisation import PARTIES_AND_COORDINATORS
from web.call import Call, post
from web.pages.exchanges import AnswerForm, answer, exchange_page
from web.pages.typed import LONGEST_BODY_BYTES


@post("/exchanges/{exchange_id:str}/confirmation", may=PARTIES_AND_COORDINATORS)
def confirm_exchange(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """Agrees, or passes on that somebody agrees."""
    return _answered(call, exchange_id, lambda _: ConfirmExchange(exchange_id), "agreed")


@post(
    "/exchanges/{exchange_id:str}/declination", may=PARTIES_AND_COORDINATORS, request_max_body_size=LONGEST_BODY_BYTES
)
def decline_exchange(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """Says no, with a word of why, or passes it on."""
    return _answered(call, exchange_id, lambda wish: DeclineExchange(exchange_id, wish.reason), "declined")


@post("/exchanges/{exchange_id:str}/cancellation", may=PARTIES_AND_COORDINATORS)
def call_off_exchange(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """The reporter, or a coordinator, calls off what still waits."""
    return _answered(call, exchange_id, lambda _: CallOffExchange(exchange_id), "called-off")


@post("/exchanges/{exchange_id:str}/reversal", may=PARTIES_AND_COORDINATORS, request_max_body_size=LONGEST_BODY_BYTES)
def ask_reversal(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """A party asks; a coordinator who is no party takes it back at once, and says which party asked for it."""
    if call.visitor.member in call.bank.exchange(exchange_id).parties:
        return _answered(call, exchange_id, lambda wish: AskForReversal(exchange_id, wish.reason), "asked-back")
    return _answered(
        call,
        exchange_id,
        lambda wish: ReverseExchange(exchange_id, MemberId(wish.asked_by), wish.reason),
        "taken-back",
        needs="asked_by",
    )


@post("/exchanges/{exchange_id:str}/reversal/approval", may=PARTIES_AND_COORDINATORS)
def approve_reversal(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """The other party, or a coordinator who is no party, agrees that the hours move back."""
    return _answered(call, exchange_id, lambda _: ApproveReversal(exchange_id), "taken-back")


@post(
    "/exchanges/{exchange_id:str}/reversal/refusal",
    may=PARTIES_AND_COORDINATORS,
    request_max_body_size=LONGEST_BODY_BYTES,
)
def decline_reversal(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """The exchange stands: so says the other party, a coordinator, or whoever asked."""
    return _answered(call, exchange_id, lambda wish: DeclineReversal(exchange_id, wish.reason), "kept")


def _answered(
    call: Call, exchange: ExchangeId, command: Callable[[AnswerForm], Command], done: str, *, needs: str = ""
) -> Response[str] | Redirect:
    """Back to the exchange's page: with what was done, or with the sentence that says why it was not."""
    form = answer(call, command, needs=needs)
    if form.problems:
        return exchange_page(call, exchange, form)
    return call.see_other("show_exchange", exchange_id=exchange, done=done)
