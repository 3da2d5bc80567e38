"""A whole road through the ledger: founding, help, a mistake put right, a parting, and books that add up all the while."""

from datetime import UTC, date, datetime, timedelta

from ledger.agreements.commands import FoundCommunity
from ledger.exchanges.commands import ApproveReversal, AskForReversal, ConfirmExchange, ReportExchange, help_given
from ledger.exchanges.facts import ExchangeReported
from ledger.gifts.commands import RecordGift
from ledger.gifts.facts import GiftRecorded
from ledger.identifiers import COMMUNITY, HOST, AccountId, CategoryKey, MemberId
from ledger.log.entry import decode
from ledger.members.commands import InviteMember, LeaveCommunity, WelcomeMember
from ledger.members.facts import MemberInvited
from ledger.replay import Until, replay
from ledger.time_bank import TimeBank
from tests.cast import caller, counting_ids, minutes_of

GARDEN = CategoryKey("garden")


class Calendar:
    """A clock that a story turns from day to day."""

    def __init__(self, day: date) -> None:
        self.day = day

    def __call__(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)

    def on(self, day: date) -> date:
        """Turns to this day."""
        self.day = day
        return day


def test_a_year_on_elm_street(database_url: str) -> None:
    calendar = Calendar(date(2026, 1, 10))
    with TimeBank.open(database_url, clock=calendar, ids=counting_ids()) as bank:
        # In January Chidi founds the bank and welcomes two neighbours.
        chidi = (
            bank.do(
                FoundCommunity(name="Elm Street", time_zone="Europe/London", coordinator="Chidi"),
                by=caller(HOST, via="cli"),
            )
            .fact(MemberInvited)
            .member
        )
        assert chidi is not None
        ana, bo = (welcomed(bank, name, by=chidi) for name in ("Ana", "Bo"))

        # In February Ana helps Bo in the garden; Bo agrees a day later.
        helped = calendar.on(date(2026, 2, 7))
        hedge = (
            bank.do(ReportExchange(legs=(help_given(ana, bo, 150, GARDEN),), given_on=helped, note="Hedge"), by=ana)
            .fact(ExchangeReported)
            .exchange
        )
        calendar.on(helped + timedelta(days=1))
        bank.do(ConfirmExchange(exchange=hedge), by=bo)
        assert (minutes_of(bank, ana), minutes_of(bank, bo)) == (150, -150)

        # In March Bo remembers that it was two hours; Ana agrees, and Bo logs it as it was.
        calendar.on(date(2026, 3, 1))
        bank.do(AskForReversal(exchange=hedge, reason="It was two hours"), by=bo)
        bank.do(ApproveReversal(exchange=hedge), by=ana)
        anew = (
            bank.do(ReportExchange(legs=(help_given(ana, bo, 120, GARDEN),), given_on=helped, corrects=hedge), by=bo)
            .fact(ExchangeReported)
            .exchange
        )
        assert (minutes_of(bank, ana), minutes_of(bank, bo)) == (120, -120)
        assert bank.exchange(hedge).state == "reversed"
        assert bank.exchange(anew).given_on == helped

        # In May they trade guitar for sewing, and Bo brings seeds for everybody.
        day = calendar.on(date(2026, 5, 2))
        trade = [help_given(bo, ana, 60, CategoryKey("learning")), help_given(ana, bo, 30, CategoryKey("home"))]
        lesson = bank.do(ReportExchange(legs=tuple(trade), given_on=day), by=bo).fact(ExchangeReported).exchange
        bank.do(ConfirmExchange(exchange=lesson), by=caller(chidi, on_behalf=ana))
        seeds = (
            bank.do(RecordGift(giver=bo, receiver=COMMUNITY, category=GARDEN, given_on=day, note="Seeds"), by=bo)
            .fact(GiftRecorded)
            .gift
        )
        assert (minutes_of(bank, ana), minutes_of(bank, bo)) == (90, -90)

        # In November Bo moves away; the hours stay in the book.
        calendar.on(date(2026, 11, 22))
        bank.do(LeaveCommunity(member=bo), by=bo)

        assert bank.gift(seeds).state == "recorded"
        books_add_up(bank, ana, bo)


def welcomed(bank: TimeBank, name: str, *, by: MemberId) -> MemberId:
    """Somebody new on the street."""
    member = bank.do(InviteMember(name=name), by=by).fact(MemberInvited).member
    bank.do(WelcomeMember(member=member), by=by)
    return member


def books_add_up(bank: TimeBank, ana: MemberId, bo: MemberId) -> None:
    """Today, in March as it was known then, and in whose words."""
    now = replay(bank.log)
    in_february = replay(bank.log, Until(known_at=datetime(2026, 2, 28, tzinfo=UTC)))

    assert {who: tally.balance for who, tally in now.accounts.items() if tally.balance} == {ana: 90, bo: -90}
    assert in_february.accounts[AccountId(ana)].balance == 150
    entries = [decode(data) for _, data in bank.log.scan()]
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    words = bank.people.words(commitment for entry in entries for commitment in entry.sealed.values())
    assert sorted(words.values()) == ["Ana", "Bo", "Chidi", "Hedge", "It was two hours", "Seeds"]
