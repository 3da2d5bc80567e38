"""Texts are erased with everyone their fact names, and with the people of the exchange or gift it belongs to."""

from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from ledger import tags
from ledger.catalogue import Fact, Tags, recorded
from ledger.erasure.commands import commitments_about
from ledger.gifts.commands import RecordGift
from ledger.gifts.facts import GiftRecorded
from ledger.identifiers import AccountId, GiftId, MemberId, is_member
from ledger.log.entry import encode
from ledger.log.opening import open_log
from ledger.personal_data.store import PersonalText
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, GARDENING, RUTH, TODAY
from tests.ledger.erasure.test_commands import erase, texts_stored
from tests.ledger.facts import made_up_facts
from tests.ledger.recorded.samples import entry_of, one_of_each


class TreeAdopted(Fact):
    """A made-up fact outside any exchange: someone looks after a tree for others."""

    carer: MemberId
    neighbours: tuple[AccountId, ...]
    planted_by: MemberId | None = None

    @property
    def tags(self) -> Tags:
        return (tags.member(self.carer),)


class GiftPraised(Fact):
    """A made-up fact about a gift that names neither the giver nor the receiver."""

    gift: GiftId
    praised_by: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.gift(self.gift),)


@pytest.mark.parametrize("member", [ANA, BO, RUTH])
def test_texts_of_any_fact_are_deleted_with_everyone_it_names(bank: TimeBank, member: MemberId) -> None:
    with made_up_facts():
        recorded("tree-adopted", version=1)(TreeAdopted)
        fact = TreeAdopted(carer=ANA, neighbours=(AccountId(BO),), planted_by=RUTH)
        record_with_note(bank, fact, "they hum while they water it")

        erase(bank, member)

        assert "they hum while they water it" not in texts_stored(bank)


def test_texts_of_a_fact_that_names_only_others_stay(bank: TimeBank) -> None:
    with made_up_facts():
        recorded("tree-adopted", version=1)(TreeAdopted)
        record_with_note(bank, TreeAdopted(carer=BO, neighbours=()), "Bo hums")

        erase(bank)

        assert "Bo hums" in texts_stored(bank)


@pytest.mark.parametrize("member", [ANA, BO, RUTH])
def test_texts_about_a_gift_are_deleted_with_the_people_of_that_gift(bank: TimeBank, member: MemberId) -> None:
    gift = (
        bank.do(RecordGift(giver=BO, receiver=AccountId(ANA), category=GARDENING, given_on=TODAY), by=BO)
        .fact(GiftRecorded)
        .gift
    )
    with made_up_facts():
        recorded("gift-praised", version=1)(GiftPraised)
        record_with_note(bank, GiftPraised(gift=gift, praised_by=RUTH), "what a soup")

        erase(bank, member)

        assert "what a soup" not in texts_stored(bank)


def record_with_note(bank: TimeBank, fact: Fact, text: str) -> None:
    """Record a fact directly, with a text that Chidi wrote."""
    (note,) = bank.people.seal([PersonalText(CHIDI, "note", text)])
    entry = msgspec.structs.replace(entry_of(fact), sealed={"note": note}, log=bank.agreements.origin)
    bank.log.append([(entry.type, encode(entry), entry.tags)], unless=(), after=0)


@pytest.mark.parametrize("fact", one_of_each(), ids=lambda fact: fact.stored.name)
def test_erasing_anyone_a_fact_concerns_deletes_its_texts(fact: Fact, tmp_path: Path) -> None:
    with closing(open_log(f"sqlite:///{tmp_path / 'log.db'}")) as log:
        before = [one for one in one_of_each() if (one.exchanges or one.gifts) and one.about and one != fact]
        entries = [*(msgspec.structs.replace(entry_of(one), sealed={}) for one in before), entry_of(fact)]
        log.append([(entry.type, encode(entry), entry.tags) for entry in entries], unless=(), after=0)
        story = [one for one in (*before, fact) if {*one.exchanges, *one.gifts} & {*fact.exchanges, *fact.gifts}]
        people = fact.people.union(*(one.about for one in story))
        commitments = [*entry_of(fact).sealed.values()]

        missed = {
            who
            for who in people
            if is_member(who) and [*commitments_about(log, {MemberId(who): log.head()})] != commitments
        }

        assert missed == set()
