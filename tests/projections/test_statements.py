"""Statements: every posting to an account, with the running totals after it."""

from datetime import date

import pytest

from ledger.identifiers import AccountId
from tests.cast import ANA, BO, CAST, CHIDI, TODAY, replayed
from tests.projections.elm_street import LAST_MONTH, ElmStreet

OF_ANA = AccountId(ANA)


def test_a_line_has_the_hours_the_other_account_and_the_running_totals(street: ElmStreet) -> None:
    street.helped(ANA, BO, 60)
    exchange = street.helped(ANA, CHIDI, 30, category="repairs", on=LAST_MONTH)

    (line, first) = street.views.statements.page(OF_ANA).rows

    assert (line.exchange, line.other, line.category, line.given_on) == (exchange, CHIDI, "repairs", LAST_MONTH)
    assert (line.given, line.received, line.given_so_far, line.received_so_far) == (30, 0, 90, 0)
    assert (line.kind, line.reversal, line.number > first.number, first.given_so_far) == ("help", False, True, 60)


def test_a_skill_exchange_has_a_line_for_each_direction(street: ElmStreet) -> None:
    street.swapped_skills()

    lines = street.views.statements.page(OF_ANA).rows

    assert [(line.leg, line.given, line.received, line.kind) for line in lines] == [
        (1, 0, 120, "skill-exchange"),
        (0, 60, 0, "skill-exchange"),
    ]


def test_a_reversal_is_a_line_of_its_own(street: ElmStreet) -> None:
    street.took_back(street.helped(ANA, BO, 60))

    lines = street.views.statements.page(OF_ANA).rows

    assert [(line.given, line.given_so_far, line.reversal) for line in lines] == [(-60, 0, True), (60, 60, False)]


def test_a_statement_can_be_paged_to_the_first_line_and_back(street: ElmStreet) -> None:
    for minutes in range(1, 8):
        street.helped(ANA, BO, minutes)

    first = street.views.statements.page(OF_ANA, limit=3)
    second = street.views.statements.page(OF_ANA, first.older, limit=3)
    third = street.views.statements.page(OF_ANA, second.older, limit=3)

    assert [[line.given for line in page.rows] for page in (first, second, third)] == [[7, 6, 5], [4, 3, 2], [1]]
    assert (first.newer, third.older) == (None, None)
    assert street.views.statements.page(OF_ANA, third.newer, limit=3) == second
    assert street.views.statements.page(OF_ANA, second.newer, limit=3) == first


@pytest.mark.parametrize("cursor", ["x", "1", "1~2~3", "--1~0", "1~x", "９~0", "1'~0", "9999999999999999999~0", "~"])
def test_an_invalid_cursor_is_refused(small_street: ElmStreet, cursor: str) -> None:
    with pytest.raises(ValueError, match="in this list"):
        small_street.views.statements.page(OF_ANA, cursor)


def test_lines_between_two_days_come_oldest_first(street: ElmStreet) -> None:
    street.helped(ANA, BO, 10, on=LAST_MONTH)
    street.helped(ANA, BO, 20, on=TODAY)
    street.helped(ANA, BO, 30, on=date(2026, 2, 28))

    february = street.views.statements.between(OF_ANA, date(2026, 2, 1), date(2026, 2, 28))

    assert [(line.given, line.given_so_far) for line in february] == [(10, 10), (30, 60)]
    assert [line.given for line in street.views.statements.between(OF_ANA)] == [10, 20, 30]


def test_a_long_statement_streams_every_line_once(small_street: ElmStreet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.statements._LINES_PER_QUERY", 2)
    small_street.swapped_skills()
    small_street.helped(ANA, BO, 5)

    lines = list(small_street.views.statements.between(OF_ANA))

    assert [(line.number, line.leg) for line in lines] == sorted({(line.number, line.leg) for line in lines})
    assert len(lines) == 3


def test_statements_balances_and_the_log_agree(street: ElmStreet) -> None:
    street.lively()

    log = replayed(street.bank.log)

    for account in map(AccountId, CAST):
        (last, *_) = street.views.statements.page(account, limit=1).rows or [None]
        tally = street.views.balances.of(account)
        lines = list(street.views.statements.between(account))
        assert (last.given_so_far, last.received_so_far) == (tally.given, tally.received) if last else not lines
        assert sum(line.given - line.received for line in lines) == tally.balance == log.get(account, 0)
