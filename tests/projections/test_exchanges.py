"""Exchanges and gifts: their timelines, and what is waiting for whom."""

from ledger.agreements.commands import AgreeOnConfirmation
from ledger.exchanges.commands import ApproveReversal, DeclineReversal, ReportExchange
from ledger.exchanges.facts import ExchangeReported
from ledger.identifiers import ExchangeId, GiftId
from projections.exchanges import ExchangeView
from tests.cast import ANA, BO, CHIDI, RUTH, TODAY, caller
from tests.projections.elm_street import ElmStreet


def shown(street: ElmStreet, exchange: ExchangeId) -> ExchangeView:
    view = street.views.exchanges.of(exchange)
    assert view is not None
    return view


def test_a_timeline_goes_from_report_to_settlement(street: ElmStreet) -> None:
    exchange = street.helped(by=ANA, note="Roses")
    street.agreed(exchange, BO)

    view = shown(street, exchange)

    assert (view.id, view.kind, view.state, view.given_on, view.reported_by) == (
        exchange,
        "help",
        "settled",
        TODAY,
        ANA,
    )
    assert [moment.type for moment in view.timeline] == ["exchange-reported", "exchange-confirmed", "exchange-settled"]
    assert [moment.actor for moment in view.timeline] == [ANA, BO, BO]
    assert view.timeline[0].words == view.note != ""
    assert (view.number, view.reported_at) == (view.timeline[0].number, view.timeline[0].at)
    assert view.awaiting == ()


def test_a_timeline_shows_who_recorded_each_entry_and_for_whom(street: ElmStreet) -> None:
    exchange = (
        street.bank.do(
            ReportExchange(legs=tuple(shown(street, street.helped()).legs), given_on=TODAY),
            by=caller(CHIDI, on_behalf=ANA),
        )
        .fact(ExchangeReported)
        .exchange
    )
    street.views.catch_up()

    view = shown(street, exchange)

    assert (view.reported_by, view.timeline[0].actor, view.timeline[0].on_behalf) == (ANA, CHIDI, ANA)


def test_declined_and_cancelled_exchanges_can_still_be_read_with_their_reasons(street: ElmStreet) -> None:
    declined, called_off = street.helped(by=ANA), street.helped(by=ANA)
    street.declined(declined)
    street.called_off(called_off)

    assert shown(street, declined).state == "declined"
    assert len(shown(street, declined).timeline[-1].words) == 64
    assert shown(street, called_off).state == "called-off"


def test_a_correction_and_the_exchange_it_corrects_refer_to_each_other(street: ElmStreet) -> None:
    wrong = street.helped(minutes=60)
    street.took_back(wrong)
    street.declined(street.helped(minutes=6, by=ANA, corrects=wrong))
    right = street.helped(minutes=16, corrects=wrong)

    assert (shown(street, wrong).state, shown(street, wrong).corrected_by) == ("reversed", right)
    assert (shown(street, right).corrects, shown(street, right).corrected_by) == (wrong, "")


def test_a_waiting_exchange_is_listed_for_those_who_have_to_answer(street: ElmStreet) -> None:
    exchange = street.helped(ANA, BO, by=ANA)

    assert [view.id for view in street.views.exchanges.waiting_for(BO)] == [exchange]
    assert [view.id for view in street.views.exchanges.waiting_on_others(ANA)] == [exchange]
    assert street.views.exchanges.waiting_for(ANA) == street.views.exchanges.waiting_on_others(BO) == []
    assert [view.id for view in street.views.exchanges.waiting_everywhere().rows] == [exchange]


def test_nothing_is_waiting_once_someone_has_answered(street: ElmStreet) -> None:
    agreed, declined, called_off = (street.helped(by=ANA) for _ in range(3))
    street.agreed(agreed)
    street.declined(declined)
    street.called_off(called_off)

    assert street.views.exchanges.waiting_for(BO) == street.views.exchanges.waiting_on_others(ANA) == []
    assert street.views.exchanges.waiting_everywhere().rows == []


def test_someone_who_agreed_is_waiting_for_the_others(street: ElmStreet) -> None:
    street.bank.do(AgreeOnConfirmation(words_needed="both"), by=CHIDI)
    exchange = street.helped(ANA, BO, by=BO)

    waiting = [view.id for view in street.views.exchanges.waiting_for(ANA)]
    street.agreed(exchange, ANA)

    assert waiting == [exchange]
    assert street.views.exchanges.waiting_everywhere().rows == []


def test_a_request_to_take_back_waits_for_the_other_party_and_for_coordinators(street: ElmStreet) -> None:
    refused, granted = street.helped(), street.helped()
    for exchange in (granted, refused):
        street.asked_back(exchange, BO)
    waiting = street.views.exchanges.reversals_waiting_for(ANA)
    everywhere = street.views.exchanges.waiting_everywhere().rows
    street.bank.do(DeclineReversal(exchange=refused), by=ANA)
    street.bank.do(ApproveReversal(exchange=granted), by=ANA)
    street.views.catch_up()

    assert [view.id for view in waiting] == [view.id for view in everywhere] == [granted, refused]
    assert [view.reversal_asked_by for view in waiting] == [BO, BO]
    assert street.views.exchanges.reversals_waiting_for(ANA) == []
    assert street.views.exchanges.reversals_waiting_for(BO) == []
    assert (shown(street, refused).state, shown(street, granted).state) == ("settled", "reversed")


def test_everything_waiting_is_paged_oldest_first(street: ElmStreet) -> None:
    waiting = [street.helped(minutes=minutes, by=ANA) for minutes in (10, 20, 30)]

    first = street.views.exchanges.waiting_everywhere(limit=2)
    second = street.views.exchanges.waiting_everywhere(first.older, limit=2)

    assert [view.id for view in (*first.rows, *second.rows)] == waiting
    assert second.older is None


def test_the_latest_reports_come_first(street: ElmStreet) -> None:
    reported = [street.helped(by=by) for by in (ANA, BO)]

    assert [view.id for view in street.views.exchanges.latest(limit=5)] == reported[::-1]


def test_a_gift_has_a_timeline_too(street: ElmStreet) -> None:
    gift = street.gave(ANA, RUTH, note="Jam")
    street.withdrew(gift)

    view = street.views.exchanges.gift(gift)

    assert view is not None
    assert (view.state, view.giver, view.receiver, view.recorded_by) == ("withdrawn", ANA, RUTH, ANA)
    assert [moment.type for moment in view.timeline] == ["gift-recorded", "gift-withdrawn"]
    assert view.note == view.timeline[0].words != view.timeline[1].words != ""


def test_an_unknown_exchange_is_not_found(street: ElmStreet) -> None:
    assert street.views.exchanges.of(ExchangeId("x-nothing")) is None
    assert street.views.exchanges.gift(GiftId("f-nothing")) is None
