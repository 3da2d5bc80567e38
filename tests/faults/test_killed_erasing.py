"""After `kill -9` during an erasure, the next opening erases everyone whom the log has erased, and no one else."""

import random
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from ledger.erasure.commands import is_clean
from ledger.erasure.facts import PersonalDataErased
from ledger.exchanges.commands import ReportExchange
from ledger.identifiers import MemberId
from ledger.members.commands import InviteMember
from ledger.personal_data.store import PERSONAL_TEXTS
from ledger.time_bank import TimeBank
from tests.cast import BO, TODAY, facts_in, founded, help_of
from tests.faults.books import ROOT, acknowledged
from tests.faults.reporting import said

ROUNDS = [
    ("sqlite", 2),
    ("postgresql", 2),
    pytest.param("sqlite", 10, marks=pytest.mark.long),
    pytest.param("postgresql", 6, marks=pytest.mark.long),
]
A_ROUND = 12


@pytest.mark.parametrize(("database", "rounds"), ROUNDS)
def test_an_interrupted_erasure_is_finished_at_the_next_opening(
    database: str, rounds: int, request: pytest.FixtureRequest
) -> None:
    url: str = request.getfixturevalue(f"{database}_url")
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - so that a failure can be repeated
    chance = random.Random(seed)
    promised: list[str] = []
    with founded(url) as bank:
        people = [known(bank, f"Xyzzy{number}") for number in range(rounds * A_ROUND)]

    for number in range(rounds):
        some = people[number * A_ROUND :][:A_ROUND]
        order = [sys.executable, "-m", "tests.faults.erasing", url, *some]
        process = subprocess.Popen(order, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.4))
        process.kill()
        promised += acknowledged(first + process.communicate()[0])

        with TimeBank.open(url) as bank:
            erased = {fact.member for fact in facts_in(bank.log) if isinstance(fact, PersonalDataErased)}
            assert set(promised) <= erased, "an acknowledged erasure is lost"
            assert is_clean(bank.people)
            assert remembered(bank) == set(people) - erased


def known(bank: TimeBank, name: str) -> MemberId:
    """Invite a member with a name, an address, and a note that Bo wrote about them."""
    bank.do(InviteMember(name=name, email=f"{name}@elm.example", and_welcome=True), by=said(f"in-{name}", "m-chidi"))
    member = bank.people.member_with_address(f"{name}@elm.example")
    assert member is not None
    bank.do(ReportExchange(legs=(help_of(member, BO, 1),), given_on=TODAY, note=f"by {name} {member}"), by=BO)
    return member


def remembered(bank: TimeBank) -> set[str]:
    """Return the members whose name, address and note are all stored. Fail if only some of them are."""
    with bank.people.engine.connect() as connection:
        values = set(connection.execute(sa.select(PERSONAL_TEXTS.c.value)).scalars())
    names = {value.split(" ")[1] for value in values if value.startswith("by Xyzzy")}
    told = {value.split(" ")[2] for value in values if value.startswith("by Xyzzy")}
    assert names == {value for value in values if value.startswith("Xyzzy") and "@" not in value}
    assert {f"{name}@elm.example" for name in names} == {
        value for value in values if value.startswith("Xyzzy") and "@" in value
    }
    return told
