"""The page of one exchange: what was said, by whom, what it counts, and what its reader may do about it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ledger.deciding.requests import LONGEST_TEXT, Command
from ledger.exchanges.commands import (
    ApproveReversal,
    AskForReversal,
    CallOffExchange,
    ConfirmExchange,
    DeclineExchange,
    DeclineReversal,
    ReverseExchange,
)
from ledger.identifiers import ExchangeId, MemberId, is_member, new_command_id
from ledger.log.entry import instant
from projections.exchanges import ExchangeView
from projections.stories import Moment
from web.framework.access import PARTIES_AND_COORDINATORS, PARTIES_COORDINATORS_AND_AUDITORS, Visitor
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.pages.exchanges.choices import labels_of, tallies_after
from web.pages.exchanges.fields import LONGEST_BODY_BYTES
from web.wording.names import names_of


class AnswerForm(msgspec.Struct, kw_only=True):
    """An answer: why, where a reason is asked for, and whose word it is when a coordinator passes it on."""

    reason: Annotated[str, Meta(max_length=LONGEST_TEXT)] = ""
    speaker: Annotated[str, Meta(max_length=30)] = ""
    asked_by: Annotated[str, Meta(max_length=30)] = ""


class TimedMoment(NamedTuple):
    """A moment of the story, and when it was recorded."""

    moment: Moment
    at: datetime

    @property
    def speaker(self) -> str:
        """Whose word it was, whoever typed it."""
        return self.moment.on_behalf or self.moment.actor


class Hand(NamedTuple):
    """One signature line: whose it is, and the moment they spoke, if they did."""

    member: MemberId
    gave: bool
    received: bool
    spoke: TimedMoment | None
    is_missing: bool


class Acts(msgspec.Struct, frozen=True):
    """What the reader may do here, so that no button is shown that the ledger would refuse."""

    answers: bool
    passes_on: tuple[MemberId, ...]
    calls_off: bool
    asks_back: bool
    decides: bool
    takes_question_back: bool
    takes_back: bool
    corrects: bool


@get("/exchanges/{exchange_id:str}", may=PARTIES_COORDINATORS_AND_AUDITORS)
def show_exchange(call: Call, exchange_id: FromPath[ExchangeId]) -> Response[str]:
    """What happened, as a sentence, two signatures and a timeline of facts."""
    return exchange_page(call, exchange_id, Form[AnswerForm]())


def exchange_page(call: Call, exchange_id: ExchangeId, form: Form[AnswerForm]) -> Response[str]:
    """The page as it is now; with an answer that was refused, the same page with the sentence on top."""
    as_of = call.views.catch_up()
    view = call.views.exchanges.of(exchange_id)
    if view is None:
        raise NotFoundException
    parties = parties_of(view)
    said_by = [speaker for moment in view.timeline for speaker in (moment.actor, moment.on_behalf)]
    names = names_of(call, [call.visitor.member, *parties, view.reported_by, *said_by])
    reads_words = call.visitor.member in parties or call.visitor.coordinates
    acts = _acts(view, parties, call.visitor)
    return call.page(
        "exchange.html",
        form=form,
        view=view,
        story=told(view.timeline),
        parties=parties,
        others=[party for party in parties if party != call.visitor.member],
        names=names,
        labels=labels_of(call.bank),
        words=call.bank.people.words([view.note, *(moment.words for moment in view.timeline)]) if reads_words else {},
        hands=_hands(view, parties),
        asked_by_options=[(party, names[party]) for party in parties],
        acts=acts,
        tallies=tallies_after(call, view.legs, view.given_on, (call.visitor.member,)) if acts.answers else [],
        sees_entries=call.visitor.keeps_the_book,
        has_slip=view.state in ("settled", "reversed") and call.seals.are_begun,
        done=call.query.one("done"),
        as_of=as_of.number,
    )


def answer(call: Call, command: Callable[[AnswerForm], Command], *, needs: str = "") -> Form[AnswerForm]:
    """Carry out an answer to what others logged. A refusal is in the form that is returned.

    `needs` names a field that has to be chosen before the ledger is asked.
    """
    form = call.form(AnswerForm)
    if needs and not form.value(needs):
        form.refuse(needs, "unknown_choice")
    form.command = form.command or new_command_id()
    speaker = form.value("speaker").strip()
    passed_on = MemberId(speaker) if is_member(speaker) and speaker != call.visitor.member else None
    call.do(form, lambda: command(form.wish), beside="answer", on_behalf=passed_on)
    return form


def parties_of(view: ExchangeView) -> tuple[MemberId, ...]:
    """Who was part of it, the giver of the first leg first."""
    return tuple(dict.fromkeys(MemberId(side) for leg in view.legs for side in (leg.giver, leg.receiver)))


def told(timeline: Sequence[Moment]) -> list[TimedMoment]:
    """The story with its instants."""
    return [TimedMoment(moment, instant(moment.at)) for moment in timeline]


def _hands(view: ExchangeView, parties: Sequence[MemberId]) -> list[Hand]:
    spoken: dict[str, TimedMoment] = {}
    for moment in told(view.timeline):
        if moment.moment.type in ("exchange-reported", "exchange-confirmed"):
            spoken.setdefault(moment.speaker, moment)
    givers, receivers = {leg.giver for leg in view.legs}, {leg.receiver for leg in view.legs}
    return [
        Hand(party, party in givers, party in receivers, spoken.get(party), party in view.awaiting) for party in parties
    ]


def _acts(view: ExchangeView, parties: Sequence[MemberId], visitor: Visitor) -> Acts:
    me = visitor.member
    is_party = me in parties
    speaks_for_others = visitor.coordinates and not is_party
    waits, counts, asked_by = view.state == "waiting", view.state == "settled", view.reversal_asked_by
    return Acts(
        answers=waits and me in view.awaiting,
        passes_on=tuple(view.awaiting) if waits and speaks_for_others else (),
        calls_off=waits and (view.reported_by == me or speaks_for_others),
        asks_back=counts and is_party and not asked_by,
        decides=counts and bool(asked_by) and asked_by != me and (is_party or speaks_for_others),
        takes_question_back=counts and asked_by == me,
        takes_back=counts and speaks_for_others and not asked_by,
        corrects=view.state == "reversed" and (is_party or speaks_for_others) and not view.corrected_by,
    )


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
