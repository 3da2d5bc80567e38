"""Logs made for measurements: decided by the rules of the ledger, in order of time, and of the wanted size."""

from collections import Counter
from pathlib import Path

from ledger.exchanges.commands import ReportExchange, help_given
from ledger.identifiers import AccountId
from ledger.log.entry import decode
from ledger.replay import replay
from tests.bench import community, logs
from tests.web.sample.second_opinion import is_in_order


def test_a_made_log_has_about_the_wanted_number_of_entries() -> None:
    for wanted in (1_000, 6_000):
        made = sum(1 for _ in logs.rows(wanted))

        assert 0.9 * wanted < made < 1.1 * wanted


def test_a_made_log_is_in_order_and_has_every_kind_of_step() -> None:
    entries = [decode(data) for _, data, _ in logs.rows(6_000)]
    kinds = Counter(entry.type for entry in entries)

    assert is_in_order([entry.at for entry in entries])
    assert kinds.keys() >= {"gift-recorded", "exchange-confirmed", "exchange-reversed", "member-welcomed"}
    assert kinds["exchange-settled"] > 0.8 * kinds["exchange-reported"]


def test_members_with_low_numbers_are_active_and_can_receive_another_hour(tmp_path: Path) -> None:
    url = community.url_of(tmp_path / "book")
    chidi = community.found(url, 2_000)
    with community.opened(url) as bank:
        replayed = replay(bank.log)
        accounts = replayed.accounts
        for number in (3, 8, 9):
            receiver, giver = logs.member(number), logs.member(number + 1)
            bank.do(ReportExchange(legs=(help_given(giver, receiver, 60, "garden"),), given_on=logs.LAST_DAY), by=chidi)

    assert replayed.given == replayed.received
    assert min(tally.balance for tally in accounts.values()) >= -19 * 60
    assert accounts[AccountId(logs.member(3))].given > 20 * 60


def test_a_community_of_a_given_size_is_made_once(tmp_path: Path) -> None:
    assert community.peopled(tmp_path, 100) == community.peopled(tmp_path, 100)

    with community.opened(community.peopled(tmp_path, 100)) as bank:
        kinds = Counter(decode(data).type for _, data in bank.log.scan())
    assert kinds["member-welcomed"] == 101 and kinds["exchange-settled"] > 50
