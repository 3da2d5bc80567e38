"""Statements: every change with the totals after it, for the member, coordinators and auditors."""

from ledger.exchanges.commands import ReverseExchange
from tests.web.pages.conftest import Street
from tests.web.pages.exchanges.test_history import _link
from tests.web.pages.reader import words_on
from tests.web.routes import KEEPERS, THE_MEMBER, Found

FOUND: Found = {"show_statement": THE_MEMBER | KEEPERS}


def test_each_line_shows_the_totals_after_it(street: Street) -> None:
    street.helped(by=street.bo_id)
    exchange = street.helped(by=street.bo_id, minutes=60)
    street.bank.do(ReverseExchange(exchange=exchange, asked_by=street.bo_id, reason="Hm"), by=street.chidi_id)

    words = words_on(street.ana.get(f"/statements/{street.ana_id}"))

    assert "Taken back, with Bo Lindqvist: Garden on 21 November 2026 · entry" in words
    assert "1 h in return2 h 30 min0 h" in words
    assert "1 h3 h 30 min0 h" in words
    assert f"up to entry {street.views.as_of().number}" in words


def test_no_minus_is_ever_shown(street: Street) -> None:
    exchange = street.helped(by=street.bo_id)
    street.bank.do(ReverseExchange(exchange=exchange, asked_by=street.bo_id, reason="Hm"), by=street.chidi_id)

    assert "\N{MINUS SIGN}" not in street.bo.get(f"/statements/{street.bo_id}").text


def test_longer_statements_continue_with_totals_brought_forward(street: Street) -> None:
    for minutes in range(10, 40):
        street.helped(by=street.bo_id, minutes=minutes)

    first = street.ana.get(f"/statements/{street.ana_id}")
    second = street.ana.get(_link(first.text, "next"))

    before = 10 + 11 + 12 + 13 + 14
    assert f"Brought forward{before // 60} h" in words_on(first)
    assert "Brought forward" not in words_on(second) and "14 min" in words_on(second)
    assert words_on(street.ana.get(_link(second.text, "prev"))) == words_on(first)


def test_an_empty_statement_says_why(street: Street) -> None:
    assert "No hours yet." in words_on(street.eve.get(f"/statements/{street.eve_id}"))


def test_only_the_member_coordinators_and_auditors_read_a_statement(street: Street) -> None:
    address = f"/statements/{street.ana_id}"

    assert "Statement for Ana Sousa" in words_on(street.chidi.get(address))
    assert street.ruth.get(address).status_code == 200
    assert street.eve.get(address).status_code == 404
    assert street.chidi.get("/statements/m-nobody").status_code == 404
    assert street.ana.get(f"{address}?cursor=xyz").status_code == 400
