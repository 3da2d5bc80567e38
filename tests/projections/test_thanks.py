"""Thanks as people read them: for whom, by whom, and shown to others only while both agree."""

from ledger.exchanges.commands import ReportExchange, ReverseExchange
from ledger.exchanges.facts import ExchangeReported
from ledger.gifts.commands import ChooseThanksSharing, GiveThanks
from ledger.identifiers import ExchangeId
from tests.cast import ANA, BO, CHIDI, TODAY, help_of
from tests.projections.elm_street import ElmStreet


def thanked(street: ElmStreet, *, shown: bool) -> ExchangeId:
    """Ana helped Bo, who thanked her."""
    exchange = street.bank.do(ReportExchange((help_of(),), TODAY), by=BO).fact(ExchangeReported).exchange
    street.bank.do(GiveThanks(exchange, may_be_shown=shown, thanks="You saved my roses"), by=BO)
    street.views.catch_up()
    return exchange


def choose(street: ElmStreet, exchange: ExchangeId, *, shown: bool) -> None:
    street.bank.do(ChooseThanksSharing(exchange, may_be_shown=shown), by=ANA)
    street.views.catch_up()


def test_thanks_are_shared_only_while_both_agree(street: ElmStreet) -> None:
    exchange = thanked(street, shown=True)
    assert [(line.given_by, line.to, line.is_shared) for line in street.views.thanks.of(exchange)] == [(BO, ANA, 0)]
    assert street.views.thanks.shared_with(ANA) == []

    choose(street, exchange, shown=True)
    assert [line.item for line in street.views.thanks.shared_with(ANA)] == [exchange]
    assert street.views.thanks.lets_others_read(exchange, ANA)

    choose(street, exchange, shown=False)
    assert street.views.thanks.shared_with(ANA) == []
    assert not street.views.thanks.lets_others_read(exchange, ANA)
    assert street.views.check() == [], "taken in one by one or all at once, it is the same"


def test_thanks_that_only_the_receiver_of_thanks_would_show_stay_private(small_street: ElmStreet) -> None:
    exchange = thanked(small_street, shown=False)

    choose(small_street, exchange, shown=True)

    assert small_street.views.thanks.shared_with(ANA) == []


def test_thanks_said_again_replace_those_before(small_street: ElmStreet) -> None:
    exchange = thanked(small_street, shown=False)
    small_street.bank.do(GiveThanks(exchange, thanks="And the hedge"), by=BO)
    small_street.views.catch_up()

    (line,) = small_street.views.thanks.of(exchange)

    assert small_street.bank.people.words([line.text]) == {line.text: "And the hedge"}


def test_thanks_for_what_was_taken_back_are_no_longer_shown_to_others(small_street: ElmStreet) -> None:
    exchange = thanked(small_street, shown=True)
    choose(small_street, exchange, shown=True)

    small_street.bank.do(ReverseExchange(exchange, BO, "A mistake"), by=CHIDI)
    small_street.views.catch_up()

    assert small_street.views.thanks.shared_with(ANA) == []
    assert len(small_street.views.thanks.of(exchange)) == 1
