"""Texts whose entry was never appended are deleted; all others stay."""

import time

import sqlalchemy as sa

from ledger.erasure.commands import sweep
from ledger.exchanges.commands import ReportExchange
from ledger.identifiers import AccountId
from ledger.personal_data.imported import make_secrets, secrets_of
from ledger.personal_data.store import PERSONAL_TEXTS, PersonalData, PersonalText
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, NAMES, TODAY, help_of


def a_minute_later(bank: TimeBank) -> PersonalData:
    """The personal data a minute later, when no text is waiting for its entry."""
    return PersonalData(bank.people.engine, now=lambda: time.time() + 60)


def texts_stored(bank: TimeBank) -> set[str]:
    with bank.people.engine.connect() as connection:
        return set(connection.execute(sa.select(PERSONAL_TEXTS.c.value)).scalars())


def test_texts_without_an_entry_are_deleted_and_others_stay(each_bank: TimeBank) -> None:
    each_bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY, note="hedge"), by=BO)
    each_bank.people.seal(
        [PersonalText("m-late", "name", "Never came"), PersonalText(ANA, "note", "Never came either")]
    )

    assert sweep(each_bank.log, a_minute_later(each_bank)) == 2

    assert {NAMES[ANA], "hedge"} < texts_stored(each_bank)
    assert not any("Never" in text for text in texts_stored(each_bank))


def test_texts_saved_a_moment_ago_are_left_alone(bank: TimeBank) -> None:
    bank.people.seal([PersonalText(ANA, "note", "in a moment")])

    assert sweep(bank.log, bank.people) == 0
    assert "in a moment" in texts_stored(bank)


def test_many_texts_are_checked_in_batches(bank: TimeBank) -> None:
    bank.people.seal([PersonalText(ANA, "note", f"lost {number}") for number in range(5)])

    assert sweep(bank.log, a_minute_later(bank), at_once=3) == 5
    assert NAMES[BO] in texts_stored(bank)


def test_a_secret_has_no_entry_and_stays(bank: TimeBank) -> None:
    made = make_secrets(bank.people, [AccountId(BO)])

    assert sweep(bank.log, a_minute_later(bank)) == 0
    assert secrets_of(bank.people, [AccountId(BO)]) == made
