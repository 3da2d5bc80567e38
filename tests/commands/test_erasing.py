"""`hours erase` and `hours sweep`."""

import sqlalchemy as sa

from ledger.application.time_bank import TimeBank
from ledger.log.people import WORDS, Words
from tests.commands.conftest import Run


def test_it_says_what_goes_and_what_stays_and_does_it(founded: Run, neighbours: None) -> None:
    result = founded("erase", "Anahit", "--yes")

    assert result.exit_code == 0, result.output
    assert "1 name" in result.stderr and "What stays: every entry they are part of" in result.stderr
    assert "is a former member from now on" in result.stderr
    assert "Anahit" not in founded("balances").output
    assert "a former member" in founded("balances").output


def test_nothing_is_done_without_a_yes(founded: Run, neighbours: None) -> None:
    assert founded("erase", "Anahit").exit_code == 1, "nobody answered"
    assert "Anahit" in founded("balances").output


def test_what_is_done_stays_done(founded: Run, neighbours: None, database_url: str) -> None:
    with TimeBank.open(database_url) as bank:
        (bo,) = {person.subject for person in bank.people.named("Bo")}
    founded("erase", "Bo", "--yes")

    again = founded("erase", bo, "--yes")

    assert (again.exit_code, again.stderr) == (
        0,
        f"{bo} has been erased already; nothing that says who they were is left here.\n",
    )


def test_unasked_only_those_are_erased_who_have_left(founded: Run, neighbours: None) -> None:
    result = founded("erase", "Bo", "--yes", "--no-longer-needed")

    assert result.exit_code == 1
    assert "Nobody asks for this at the moment." in result.stderr


def test_the_last_coordinator_is_told_what_to_do_first(founded: Run) -> None:
    result = founded("erase", "Chidi", "--yes")

    assert result.exit_code == 1
    assert "Entrust somebody else first." in result.stderr


def test_words_without_an_entry_are_swept(founded: Run, neighbours: None, database_url: str) -> None:
    with TimeBank.open(database_url) as bank:
        bank.people.seal([Words("m-nobody", "name", "Nobody")])
        with bank.people.engine.begin() as connection:
            connection.execute(sa.update(WORDS).where(WORDS.c.subject == "m-nobody").values(kept_at=1))

    assert founded("sweep").stderr == "1 word without an entry swept.\n"
    assert founded("sweep").stderr == "Every word has its entry.\n"
