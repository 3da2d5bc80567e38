"""The page of one exchange, with everything its reader can do there: agree, say no, cancel, take back."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ledger.deciding.requests import LONGEST_TEXT, Command
from ledger.exchanges.accounts import Account
from ledger.exchanges.commands import (
    ApproveReversal,
    AskForReversal,
    CallOffExchange,
    ConfirmExchange,
    DeclineExchange,
    DeclineReversal,
    ReverseExchange,
)
from ledger.exchanges.facts import ExchangeSettled, Leg
from ledger.identifiers import AccountId, ExchangeId, MemberId, is_member, new_command_id
from ledger.log.entry import instant
from projections.exchanges import ExchangeView
from projections.stories import Moment
from web.framework.access import PARTIES, PARTIES_AND_COORDINATORS, PARTIES_COORDINATORS_AND_AUDITORS, Visitor
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.pages.exchanges.fields import LONGEST_BODY_BYTES, labels_of
from web.pages.gifts.thanks import ThanksForm, choose_sharing, thank, thanks_on
from web.wording.names import names_of

NEAR_THE_LIMIT_MINUTES = 5 * 60
"""Below this many minutes left to receive, the page mentions the limit."""


class AnswerForm(msgspec.Struct, kw_only=True):
    """An answer: the reason, if one is asked for, and who gave it, if a coordinator types it for someone."""

    reason: Annotated[str, Meta(max_length=LONGEST_TEXT)] = ""
    speaker: Annotated[str, Meta(max_length=30)] = ""
    asked_by: Annotated[str, Meta(max_length=30)] = ""


@get("/exchanges/{exchange_id:str}", may=PARTIES_COORDINATORS_AND_AUDITORS)
def show_exchange(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str]:
    """Show what happened, who agreed to it, and the timeline of its entries."""
    return _exchange_page(call, exchange_id, Form[AnswerForm]())


@post("/exchanges/{exchange_id:str}/confirmation", may=PARTIES_AND_COORDINATORS)
def confirm_exchange(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """Agree, or record that someone agrees."""
    return _answered(call, exchange_id, lambda _: ConfirmExchange(exchange_id), "agreed")


@post(
    "/exchanges/{exchange_id:str}/declination", may=PARTIES_AND_COORDINATORS, request_max_body_size=LONGEST_BODY_BYTES
)
def decline_exchange(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """Say no and give a reason, or record that someone says no."""
    return _answered(call, exchange_id, lambda typed: DeclineExchange(exchange_id, typed.reason), "declined")


@post("/exchanges/{exchange_id:str}/cancellation", may=PARTIES_AND_COORDINATORS)
def call_off_exchange(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """Cancel a report that nobody has answered yet."""
    return _answered(call, exchange_id, lambda _: CallOffExchange(exchange_id), "called-off")


@post("/exchanges/{exchange_id:str}/reversal", may=PARTIES_AND_COORDINATORS, request_max_body_size=LONGEST_BODY_BYTES)
def ask_reversal(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """Ask to take it back. A coordinator outside it takes it back at once, naming the party who asked."""
    if call.visitor.member in call.bank.exchange(exchange_id).parties:
        return _answered(call, exchange_id, lambda typed: AskForReversal(exchange_id, typed.reason), "asked-back")
    return _answered(
        call,
        exchange_id,
        lambda typed: ReverseExchange(exchange_id, MemberId(typed.asked_by), typed.reason),
        "taken-back",
        needs="asked_by",
    )


@post("/exchanges/{exchange_id:str}/reversal/approval", may=PARTIES_AND_COORDINATORS)
def approve_reversal(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """Agree to take the exchange back."""
    return _answered(call, exchange_id, lambda _: ApproveReversal(exchange_id), "taken-back")


@post(
    "/exchanges/{exchange_id:str}/reversal/refusal",
    may=PARTIES_AND_COORDINATORS,
    request_max_body_size=LONGEST_BODY_BYTES,
)
def decline_reversal(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """Leave the exchange as it is, at the request of the other party, a coordinator or the person who asked."""
    return _answered(call, exchange_id, lambda typed: DeclineReversal(exchange_id, typed.reason), "kept")


@post("/exchanges/{exchange_id:str}/thanks", may=PARTIES, request_max_body_size=LONGEST_BODY_BYTES)
def thank_for_exchange(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """Say thank you for help."""
    return _thanked(call, exchange_id, thank(call, exchange=exchange_id), "thanked")


@post("/exchanges/{exchange_id:str}/thanks/sharing", may=PARTIES)
def share_thanks_for_exchange(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str] | Redirect:
    """Let others read the thanks for an exchange, or keep them private."""
    return _thanked(call, exchange_id, choose_sharing(call, exchange=exchange_id), "chosen")


class TimedMoment(NamedTuple):
    """A step of the timeline, and when it was recorded."""

    moment: Moment
    at: datetime

    @property
    def speaker(self) -> str:
        """The person who acted, even if a coordinator typed it for them."""
        return self.moment.on_behalf or self.moment.actor


class Party(NamedTuple):
    """One of the people in an exchange, and when they logged it or agreed, if they did."""

    member: MemberId
    gave: bool
    received: bool
    answer: TimedMoment | None
    has_to_answer: bool


class Actions(msgspec.Struct, frozen=True):
    """What the reader can do here, so that no button is shown that the ledger would refuse."""

    answer: bool
    answer_for: tuple[MemberId, ...]
    cancel: bool
    ask_reversal: bool
    decide_reversal: bool
    cancel_reversal: bool
    reverse: bool
    correct: bool


def _exchange_page(call: Call, exchange_id: ExchangeId, form: Form[Any]) -> Response[str]:
    """Render the current state of the exchange. The form holds an answer that was refused, if any."""
    as_of = call.views.catch_up()
    view = call.views.exchanges.of(exchange_id)
    if view is None:
        raise NotFoundException
    parties = parties_of(view.legs)
    actors = [who for moment in view.timeline for who in (moment.actor, moment.on_behalf)]
    receivers = [leg.receiver for leg in view.legs]
    thanks = thanks_on(call, exchange_id, receivers=receivers, counts=view.state == "settled")
    names = names_of(call, [call.visitor.member, *parties, view.reported_by, *actors, *thanks.people])
    reads_notes = call.visitor.member in parties or call.visitor.is_coordinator
    actions = _actions(view, parties, call.visitor)
    return call.page(
        "exchange.html",
        form=form,
        view=view,
        thanks=thanks,
        timeline=timed(view.timeline),
        parties=parties,
        others=[party for party in parties if party != call.visitor.member],
        names=names,
        labels=labels_of(call.bank),
        words=call.bank.people.words([view.note, *(moment.words for moment in view.timeline)]) if reads_notes else {},
        sides=_sides(view, parties),
        asked_by_options=[(party, names[party]) for party in parties],
        actions=actions,
        totals=totals_after(call, view.legs, view.given_on, (call.visitor.member,)) if actions.answer else [],
        sees_entries=call.visitor.reads_the_log,
        has_receipt=view.state in ("settled", "reversed") and call.seals.are_begun,
        done=call.query.one("done"),
        as_of=as_of.number,
    )


def answer(call: Call, command: Callable[[AnswerForm], Command], *, needs: str = "") -> Form[AnswerForm]:
    """Carry out an answer to what others logged. A refusal is in the form that is returned.

    `needs` names a field that has to be chosen first.
    """
    form = call.form(AnswerForm)
    if needs and not form.value(needs):
        form.refuse(needs, "unknown_choice")
    form.command = form.command or new_command_id()
    speaker = form.value("speaker").strip()
    on_behalf = MemberId(speaker) if is_member(speaker) and speaker != call.visitor.member else None
    call.do(form, lambda: command(form.data), beside="answer", on_behalf=on_behalf)
    return form


def parties_of(legs: Sequence[Leg]) -> tuple[MemberId, ...]:
    """Return the people in an exchange, the giver of the first leg first."""
    return tuple(dict.fromkeys(MemberId(side) for leg in legs for side in (leg.giver, leg.receiver)))


def timed(timeline: Sequence[Moment]) -> list[TimedMoment]:
    """Return the timeline with the time of each step."""
    return [TimedMoment(moment, instant(moment.at)) for moment in timeline]


def _sides(view: ExchangeView, parties: Sequence[MemberId]) -> list[Party]:
    answers: dict[str, TimedMoment] = {}
    for moment in timed(view.timeline):
        if moment.moment.type in ("exchange-reported", "exchange-confirmed"):
            answers.setdefault(moment.speaker, moment)
    givers, receivers = {leg.giver for leg in view.legs}, {leg.receiver for leg in view.legs}
    return [
        Party(party, party in givers, party in receivers, answers.get(party), party in view.awaiting)
        for party in parties
    ]


def _actions(view: ExchangeView, parties: Sequence[MemberId], visitor: Visitor) -> Actions:
    me = visitor.member
    is_party = me in parties
    is_coordinator_outside = visitor.is_coordinator and not is_party
    waits, counts, asked_by = view.state == "waiting", view.state == "settled", view.reversal_asked_by
    return Actions(
        answer=waits and me in view.awaiting,
        answer_for=tuple(view.awaiting) if waits and is_coordinator_outside else (),
        cancel=waits and (view.reported_by == me or is_coordinator_outside),
        ask_reversal=counts and is_party and not asked_by,
        decide_reversal=counts and bool(asked_by) and asked_by != me and (is_party or is_coordinator_outside),
        cancel_reversal=counts and asked_by == me,
        reverse=counts and is_coordinator_outside and not asked_by,
        correct=view.state == "reversed" and (is_party or is_coordinator_outside) and not view.corrected_by,
    )


def _thanked(call: Call, exchange: ExchangeId, form: Form[ThanksForm], done: str) -> Response[str] | Redirect:
    if form.problems:
        return _exchange_page(call, exchange, form)
    return call.see_other("show_exchange", exchange_id=exchange, done=done)


def _answered(
    call: Call, exchange: ExchangeId, command: Callable[[AnswerForm], Command], done: str, *, needs: str = ""
) -> Response[str] | Redirect:
    """Carry out an answer, then show the exchange again: with what was done, or with why it was refused."""
    form = answer(call, command, needs=needs)
    if form.problems:
        return _exchange_page(call, exchange, form)
    return call.see_other("show_exchange", exchange_id=exchange, done=done)


class TotalsAfter(NamedTuple):
    """A member's totals before and after an exchange, and the minutes they can still receive then."""

    member: MemberId
    before: Account
    after: Account
    still_open: int

    @property
    def is_tight(self) -> bool:
        """Whether the exchange takes them close to the limit."""
        return self.after.balance < self.before.balance and self.still_open < NEAR_THE_LIMIT_MINUTES


def totals_after(call: Call, legs: Sequence[Leg], given_on: date, members: Sequence[MemberId]) -> list[TotalsAfter]:
    """Return what the members' totals will be once these legs count, by the ledger's own postings."""
    settled = ExchangeSettled(exchange=ExchangeId(""), legs=tuple(legs), given_on=given_on)
    totals: list[TotalsAfter] = []
    for member in members:
        known = call.views.balances.of(AccountId(member))
        before = Account(id=AccountId(member), given=known.given, received=known.received)
        after = before.after(settled)
        totals.append(TotalsAfter(member, before, after, after.open_to_receive(call.bank.agreements)))
    return totals
