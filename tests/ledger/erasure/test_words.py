"""Words of any fact go with everybody whom it names, and with the people of the exchange or gift that it belongs to."""

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
from ledger.log.places import open_log
from ledger.personal_data.store import PersonalText
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, GARDENING, RUTH, TODAY
from tests.ledger.erasure.test_commands import erase, kept
from tests.ledger.facts import made_up_facts, one_of_each
from tests.ledger.recorded.record import entry_of


class TreeAdopted(Fact):
    """A made-up fact that belongs to no exchange: somebody looks after a tree, for others."""

    carer: MemberId
    neighbours: tuple[AccountId, ...]
    planted_by: MemberId | None = None

    @property
    def tags(self) -> Tags:
        return (tags.member(self.carer),)


class GiftPraised(Fact):
    """A made-up fact that belongs to a gift, and names neither who gave nor who received it."""

    gift: GiftId
    praised_by: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.gift(self.gift),)


@pytest.mark.parametrize("member", [ANA, BO, RUTH])
def test_words_of_any_fact_go_with_everybody_it_names(bank: TimeBank, member: MemberId) -> None:
    with made_up_facts():
        recorded("tree-adopted", version=1)(TreeAdopted)
        fact = TreeAdopted(carer=ANA, neighbours=(AccountId(BO),), planted_by=RUTH)
        say(bank, fact, "they hum while they water it")

        erase(bank, member)

        assert "they hum while they water it" not in kept(bank)


def test_words_of_a_fact_that_names_others_stay(bank: TimeBank) -> None:
    with made_up_facts():
        recorded("tree-adopted", version=1)(TreeAdopted)
        say(bank, TreeAdopted(carer=BO, neighbours=()), "Bo hums")

        erase(bank)

        assert "Bo hums" in kept(bank)


@pytest.mark.parametrize("member", [ANA, BO, RUTH])
def test_words_about_a_gift_go_with_the_people_of_that_gift(bank: TimeBank, member: MemberId) -> None:
    gift = (
        bank.do(RecordGift(giver=BO, receiver=AccountId(ANA), category=GARDENING, given_on=TODAY), by=BO)
        .fact(GiftRecorded)
        .gift
    )
    with made_up_facts():
        recorded("gift-praised", version=1)(GiftPraised)
        say(bank, GiftPraised(gift=gift, praised_by=RUTH), "what a soup")

        erase(bank, member)

        assert "what a soup" not in kept(bank)


def say(bank: TimeBank, fact: Fact, words: str) -> None:
    """Records a fact as it is, with words that Chidi wrote, as no command would."""
    (note,) = bank.people.seal([PersonalText(CHIDI, "note", words)])
    entry = msgspec.structs.replace(entry_of(fact), sealed={"note": note}, log=bank.agreements.origin)
    bank.log.append([(entry.type, encode(entry), entry.tags)], unless=(), after=0)


@pytest.mark.parametrize("fact", one_of_each(), ids=lambda fact: fact.stored.name)
def test_erasing_anybody_whom_a_fact_names_or_who_is_part_of_its_story_reaches_its_words(
    fact: Fact, tmp_path: Path
) -> None:
    with closing(open_log(f"sqlite:///{tmp_path / 'log.db'}")) as log:
        before = [one for one in one_of_each() if (one.exchanges or one.gifts) and one.about and one != fact]
        entries = [*(msgspec.structs.replace(entry_of(one), sealed={}) for one in before), entry_of(fact)]
        log.append([(entry.type, encode(entry), entry.tags) for entry in entries], unless=(), after=0)
        story = [one for one in (*before, fact) if {*one.exchanges, *one.gifts} & {*fact.exchanges, *fact.gifts}]
        people = fact.people.union(*(one.about for one in story))
        words = [*entry_of(fact).sealed.values()]

        missed = {
            who for who in people if is_member(who) and [*commitments_about(log, {MemberId(who): log.head()})] != words
        }

        assert missed == set()
