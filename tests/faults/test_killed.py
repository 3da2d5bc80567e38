"""After `kill -9` at any moment, nothing acknowledged is lost, nothing is half done, and the next attempt works."""

import random
import time

import pytest

from ledger.identifiers import random_id
from ledger.personal_data.store import PersonalData
from ledger.time_bank import TimeBank
from tests.cast import clock, founded
from tests.faults.books import acknowledged, check, reporting
from tests.faults.reporting import invite, said

ROUNDS = [
    ("sqlite", 2),
    ("postgresql", 2),
    pytest.param("sqlite", 12, marks=pytest.mark.long),
    pytest.param("postgresql", 8, marks=pytest.mark.long),
]


@pytest.mark.parametrize(("database", "rounds"), ROUNDS)
def test_a_killed_program_loses_nothing_and_leaves_nothing_half_done(
    database: str, rounds: int, request: pytest.FixtureRequest
) -> None:
    url: str = request.getfixturevalue(f"{database}_url")
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - so that a failure can be repeated
    chance = random.Random(seed)
    promised: list[str] = []

    with founded(url) as bank:
        for number in range(rounds):
            process = reporting(url, f"round{number}", seed=seed + number)
            assert process.stdout is not None
            first = process.stdout.readline() + process.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.12))
            process.kill()
            told = acknowledged(first + process.communicate()[0])
            promised += told
            check(bank, promised)

            # What a killed program left behind does not block anyone.
            next_one = f"round{number}-{int(told[-1].rsplit('-', 1)[1]) + 1:06}"
            if not bank.handler.context([f"command:{next_one}"]).past_command(said(next_one, "").id).facts:
                invite(a_minute_later(bank), next_one)
                promised.append(next_one)
        check(bank, promised)

    assert len(promised) >= rounds


def a_minute_later(bank: TimeBank) -> TimeBank:
    """Return the same community a minute later, when texts without an entry no longer count as pending."""
    people = PersonalData(bank.people.engine, now=lambda: time.time() + 60)
    return TimeBank(bank.place, bank.log, people, clock=clock, ids=random_id)
