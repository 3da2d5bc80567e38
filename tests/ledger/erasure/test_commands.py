"""Erasing members: what is deleted, what stays, and that it is deleted again after a restore."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.erasure.commands import AskForErasure, EraseMember, WithdrawErasure, erase_again, is_clean, preview_erasure
from ledger.erasure.facts import PersonalDataErased
from ledger.exchanges.commands import ApproveReversal, AskForReversal, ReportExchange, ReverseExchange
from ledger.exchanges.facts import ExchangeReported
from ledger.gifts.commands import RecordGift, WithdrawGift
from ledger.gifts.facts import GiftRecorded
from ledger.identifiers import COMMUNITY, HOST, AccountId, ExchangeId, MemberId
from ledger.log.entry import decode
from ledger.members.commands import GiveRole, InviteMember
from ledger.members.facts import MemberInvited, MemberLeft
from ledger.personal_data.store import PERSONAL_TEXTS, PersonalText
from ledger.refusals import LastCoordinator, NoErasureAsked, NotActive, SomeoneElseConfirms
from ledger.time_bank import TimeBank
from tests.cast import (
    ANA,
    BO,
    CHIDI,
    GARDENING,
    NAMES,
    RUTH,
    TODAY,
    caller,
    facts_in,
    help_of,
    minutes_of,
    reopened,
    replayed,
)


def report_with_note(
    bank: TimeBank, by: MemberId, note: str, *, giver: MemberId = ANA, receiver: MemberId = BO
) -> ExchangeId:
    return (
        bank.do(ReportExchange(legs=(help_of(giver, receiver),), given_on=TODAY, note=note), by=by)
        .fact(ExchangeReported)
        .exchange
    )


def erase(bank: TimeBank, member: MemberId = ANA, *, by: MemberId = CHIDI) -> None:
    bank.do(AskForErasure(member=member), by=member)
    bank.do(EraseMember(member=member), by=by)


def texts_stored(bank: TimeBank) -> set[str]:
    """Return every text that is still stored."""
    with bank.people.engine.connect() as connection:
        return set(connection.execute(sa.select(PERSONAL_TEXTS.c.value)).scalars())


def test_name_contacts_and_notes_are_deleted_and_one_entry_says_so(each_bank: TimeBank) -> None:
    report_with_note(each_bank, ANA, "mended Bo's fence")
    before = [data for _, data in each_bank.log.scan()]

    erase(each_bank)

    assert texts_stored(each_bank) == {
        NAMES[BO],
        "bo@elm.example",
        NAMES[CHIDI],
        "chidi@elm.example",
        NAMES[RUTH],
        "ruth@elm.example",
    }
    assert [data for _, data in each_bank.log.scan()][: len(before)] == before, "no entry changes"
    assert facts_in(each_bank.log)[-2:] == [
        MemberLeft(member=ANA),
        PersonalDataErased(
            member=ANA, fields=("contacts", "name", "words"), ground="asked", asked_by=ANA, confirmed_by=CHIDI
        ),
    ]
    assert is_clean(each_bank.people)


def test_notes_about_help_they_were_part_of_are_deleted_whoever_wrote_them(each_bank: TimeBank) -> None:
    report_with_note(each_bank, BO, "Ana cut the hedge")
    back = report_with_note(each_bank, BO, "Ana cut it again")
    each_bank.do(AskForReversal(exchange=back, reason="Ana was at sea"), by=BO)
    each_bank.do(ApproveReversal(exchange=back), by=CHIDI)
    gift = (
        each_bank.do(
            RecordGift(giver=BO, receiver=AccountId(ANA), category=GARDENING, given_on=TODAY, note="soup for Ana"),
            by=BO,
        )
        .fact(GiftRecorded)
        .gift
    )
    each_bank.do(WithdrawGift(gift=gift, reason="Ana never got it"), by=BO)
    report_with_note(each_bank, BO, "Ruth sang", giver=RUTH)
    each_bank.do(
        RecordGift(giver=BO, receiver=COMMUNITY, category=GARDENING, given_on=TODAY, note="soup for everyone"), by=BO
    )

    erase(each_bank)

    assert {"Ruth sang", "soup for everyone"} < texts_stored(each_bank)
    assert not any("Ana" in text for text in texts_stored(each_bank))


def test_notes_they_wrote_about_others_are_deleted_and_notes_they_typed_for_others_stay(each_bank: TimeBank) -> None:
    each_bank.do(GiveRole(member=ANA, role="coordinator"), by=CHIDI)
    exchange = report_with_note(each_bank, BO, "", giver=RUTH)
    each_bank.do(ReverseExchange(exchange=exchange, asked_by=BO, reason="Ana heard it so"), by=ANA)
    each_bank.do(
        ReportExchange(legs=(help_of(RUTH, BO),), given_on=TODAY, note="Bo said this by phone"),
        by=caller(ANA, on_behalf=BO),
    )

    erase(each_bank)

    assert "Ana heard it so" not in texts_stored(each_bank)
    assert "Bo said this by phone" in texts_stored(each_bank), "Bo said it"


def test_hours_stay_on_record(each_bank: TimeBank) -> None:
    report_with_note(each_bank, BO, "")
    before = replayed(each_bank.log)

    erase(each_bank)

    assert replayed(each_bank.log) == before
    assert (minutes_of(each_bank, ANA), minutes_of(each_bank, BO)) == (60, -60)


def test_an_erasure_can_be_previewed(bank: TimeBank) -> None:
    report_with_note(bank, ANA, "mended the fence")
    report_with_note(bank, BO, "Ana cut the hedge")

    going = preview_erasure(bank.log, bank.people, ANA)

    assert going.own == {"email": 1, "name": 1, "note": 1}
    assert going.of_others == 1
    assert NAMES[ANA] in texts_stored(bank), "looking changes nothing"


def test_someone_erased_is_not_active_and_cannot_be_found(bank: TimeBank) -> None:
    erase(bank)

    with pytest.raises(NotActive):
        report_with_note(bank, BO, "")
    assert bank.people.member_with_address("ana@elm.example") is None
    assert bank.people.named("Ana") == []


def test_the_address_can_be_used_again(bank: TimeBank) -> None:
    erase(bank)

    newcomer = bank.do(InviteMember(name="Ana Sousa", email="ana@elm.example"), by=CHIDI).fact(MemberInvited).member

    assert bank.people.member_with_address("ana@elm.example") == newcomer != ANA


def test_repeating_an_erasure_erases_once(bank: TimeBank) -> None:
    bank.do(AskForErasure(member=ANA), by=ANA)
    once = caller(CHIDI)

    first = bank.do(EraseMember(member=ANA), by=once)
    again = bank.do(EraseMember(member=ANA), by=once)

    assert first.facts == again.facts
    assert sum(isinstance(fact, PersonalDataErased) for fact in facts_in(bank.log)) == 1


def test_a_refusal_erases_nothing(bank: TimeBank) -> None:
    with pytest.raises(NoErasureAsked):
        bank.do(EraseMember(member=ANA), by=CHIDI)
    with pytest.raises(LastCoordinator):
        bank.do(AskForErasure(member=CHIDI), by=CHIDI)
    bank.do(GiveRole(member=ANA, role="coordinator"), by=CHIDI)
    bank.do(AskForErasure(member=ANA), by=ANA)
    with pytest.raises(SomeoneElseConfirms):
        bank.do(EraseMember(member=ANA), by=ANA)

    assert NAMES[ANA] in texts_stored(bank)


def test_someone_who_withdrew_their_request_is_not_erased(bank: TimeBank) -> None:
    bank.do(AskForErasure(member=ANA), by=ANA)
    bank.do(WithdrawErasure(member=ANA), by=ANA)

    with pytest.raises(NoErasureAsked):
        bank.do(EraseMember(member=ANA), by=HOST)


def test_a_request_made_for_a_member_says_who_made_it(bank: TimeBank) -> None:
    bank.do(AskForErasure(member=ANA), by=caller(CHIDI, on_behalf=ANA))

    (*_, asked) = [decode(data) for _, data in bank.log.scan()]

    assert (asked.actor, asked.on_behalf) == (CHIDI, ANA)
    assert bank.member(ANA).erasure_asked_by == CHIDI


def test_restored_personal_data_is_erased_again_on_opening(bank: TimeBank, tmp_path: Path) -> None:
    report_with_note(bank, BO, "Ana cut the hedge")
    older = copied(bank, tmp_path / "before")
    erase(bank)
    folder = bank.place.path
    bank.close()

    for store in ("people.db", "people.db-wal", "people.db-shm"):
        (folder / store).unlink(missing_ok=True)
    shutil.copy(older, folder / "people.db")

    with TimeBank.open(folder) as again:
        assert again.people.of(ANA, "name") == []
        assert not any("Ana" in text for text in texts_stored(again))
        assert NAMES[BO] in texts_stored(again)
        assert is_clean(again.people)
    assert b"Ana" not in b"".join(file.read_bytes() for file in folder.glob("people*"))


def copied(bank: TimeBank, to: Path) -> Path:
    """Return a copy of the personal data, as a backup would have it."""
    with bank.people.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.rollback()
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("VACUUM INTO ?", (str(to),))
    return to


def test_an_erasure_is_repeated_only_for_restored_copies(bank: TimeBank) -> None:
    erase(bank)

    assert erase_again(bank.log, bank.people) == 0, "nothing new was erased since"


def test_an_erasure_mark_of_another_copy_of_the_log_is_ignored(each_bank: TimeBank) -> None:
    """Entries moved to another database have other positions; then everyone is erased once more."""
    erase(each_bank)
    each_bank.people.seal([PersonalText(ANA, "name", "Ana Sousa")])
    with each_bank.people.engine.begin() as connection:
        connection.execute(sa.text("UPDATE forgotten SET position = position + 1000"))

    with reopened(each_bank):
        assert each_bank.people.of(ANA, "name") == []


def test_new_entries_do_not_cause_another_erasure(each_bank: TimeBank) -> None:
    erase(each_bank)
    report_with_note(each_bank, BO, "soup", giver=RUTH)

    assert erase_again(each_bank.log, each_bank.people) == 0


def test_notes_written_after_the_erasure_stay(bank: TimeBank) -> None:
    exchange = report_with_note(bank, BO, "hedge")
    erase(bank)
    bank.do(AskForReversal(exchange=exchange, reason="It was less than an hour"), by=BO)
    with bank.people.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM forgotten"))

    erase_again(bank.log, bank.people)

    assert "It was less than an hour" in texts_stored(bank)
