"""What must be true of a log and its words, whoever wrote them and however they were stopped."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

from ledger.exchanges.facts import ExchangeReported, ExchangeReversed, ExchangeSettled
from ledger.identifiers import AccountId
from ledger.log.entry import Entry, decode
from ledger.members.facts import MemberInvited
from ledger.replay import replay
from ledger.time_bank import TimeBank

ROOT = Path(__file__).parents[2]


def reporting(url: str, who: str, seed: int, count: int = 1_000_000) -> "subprocess.Popen[str]":
    """Starts `tests.faults.reporting` in a process of its own."""
    order = [sys.executable, "-m", "tests.faults.reporting", url, who, str(seed), str(count)]
    return subprocess.Popen(order, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def acknowledged(output: str) -> list[str]:
    """Return the commands whose names were printed completely."""
    return [line.strip() for line in output.splitlines(keepends=True) if line.endswith("\n") and line != "open\n"]


def check(bank: TimeBank, promised: list[str]) -> None:
    """Every promised command is there once and whole, every account adds up, and every entry has its words."""
    entries = [decode(data) for _, data in bank.log.scan()]
    _check_commands(entries, promised)
    _check_balances(bank, entries)
    _check_words(bank, entries)


def _check_commands(entries: list[Entry], promised: list[str]) -> None:
    wishes: dict[str, set[str]] = {}
    for entry in entries:
        wishes.setdefault(entry.cmd, set()).add(entry.wish)
    assert set(promised) <= set(wishes), "an acknowledged command is lost"
    assert all(len(of_one) == 1 for of_one in wishes.values()), "two wishes share a command"
    kinds: dict[str, list[str]] = {}
    for entry in entries:
        kinds.setdefault(entry.cmd, []).append(entry.type)
    for command, facts in kinds.items():
        if command.startswith("round"):
            assert facts in (
                ["member-invited", "member-welcomed"],
                ["exchange-reported"],
                ["exchange-reported", "exchange-settled"],
                ["exchange-confirmed", "exchange-settled"],
            ), f"{command} is half done or done twice"


def _check_balances(bank: TimeBank, entries: list[Entry]) -> None:
    sums: Counter[AccountId] = Counter()
    settled: Counter[str] = Counter()
    for entry in entries:
        for posting in entry.data.postings:
            sums[posting.account] += posting.minutes
        assert sum(sums.values()) == 0
        assert min(sums.values(), default=0) >= -1200, "a limit was passed"
        match entry.data:
            case ExchangeReported(exchange=exchange):
                settled[exchange] += 0
            case ExchangeSettled(exchange=exchange):
                settled[exchange] += 1
                assert settled[exchange] == 1
            case ExchangeReversed():
                raise AssertionError("nobody reversed anything")
            case _:
                pass
    for account, balance in sums.items():
        assert bank.handler.context([f"account:{account}"]).account(account).balance == balance
    assert {account: tally.balance for account, tally in replay(bank.log).accounts.items()} == dict(sums)


def _check_words(bank: TimeBank, entries: list[Entry]) -> None:
    sealed = [commitment for entry in entries for commitment in entry.sealed.values()]
    words = bank.people.words(sealed)
    assert set(words) == set(sealed), "an entry has lost its words"
    for entry in entries:
        if isinstance(entry.data, MemberInvited) and entry.cmd.startswith("round"):
            assert words[entry.sealed["name"]] == entry.cmd
            assert bank.people.member_with_address(f"{entry.cmd}@elm.example") == entry.data.member
