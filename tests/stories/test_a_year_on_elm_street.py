"""A whole road through the ledger: founding, help, a mistake put right, a parting, and books that add up all the while."""

from datetime import UTC, date, datetime, timedelta

from ledger.application.exchanges import help_given
from ledger.application.replaying import Until, replay
from ledger.application.time_bank import TimeBank
from ledger.identifiers import COMMUNITY, HOST, AccountId, CategoryKey, MemberId
from ledger.log.entry import decode
from tests.cast import command, counting_ids, minutes_of

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
        chidi, _ = bank.founding.found(
            "Elm Street", time_zone="Europe/London", coordinator="Chidi", command=command(HOST, via="cli")
        )
        assert chidi is not None
        ana, bo = (welcomed(bank, name, by=chidi) for name in ("Ana", "Bo"))

        # In February Ana helps Bo in the garden; Bo agrees a day later.
        helped = calendar.on(date(2026, 2, 7))
        hedge, _ = bank.exchanges.report([help_given(ana, bo, 150, GARDEN)], helped, command=command(ana), note="Hedge")
        calendar.on(helped + timedelta(days=1))
        bank.exchanges.confirm(hedge, command=command(bo))
        assert (minutes_of(bank, ana), minutes_of(bank, bo)) == (150, -150)

        # In March Bo remembers that it was two hours; Ana agrees, and Bo logs it as it was.
        calendar.on(date(2026, 3, 1))
        bank.exchanges.ask_reversal(hedge, reason="It was two hours", command=command(bo))
        bank.exchanges.approve_reversal(hedge, command=command(ana))
        anew, _ = bank.exchanges.report([help_given(ana, bo, 120, GARDEN)], helped, command=command(bo), corrects=hedge)
        assert (minutes_of(bank, ana), minutes_of(bank, bo)) == (120, -120)
        assert bank.exchanges.state(hedge).state == "reversed"
        assert bank.exchanges.state(anew).given_on == helped

        # In May they trade guitar for sewing, and Bo brings seeds for everybody.
        day = calendar.on(date(2026, 5, 2))
        trade = [help_given(bo, ana, 60, CategoryKey("learning")), help_given(ana, bo, 30, CategoryKey("home"))]
        lesson, _ = bank.exchanges.report(trade, day, command=command(bo))
        bank.exchanges.confirm(lesson, command=command(chidi, on_behalf=ana))
        seeds, _ = bank.gifts.record(bo, COMMUNITY, GARDEN, day, command=command(bo), note="Seeds")
        assert (minutes_of(bank, ana), minutes_of(bank, bo)) == (90, -90)

        # In November Bo moves away; the hours stay in the book.
        calendar.on(date(2026, 11, 22))
        bank.members.leave(bo, command=command(bo))

        assert bank.gifts.state(seeds).state == "recorded"
        books_add_up(bank, ana, bo)


def welcomed(bank: TimeBank, name: str, *, by: MemberId) -> MemberId:
    """Somebody new on the street."""
    member, _ = bank.members.invite(name, command=command(by))
    bank.members.welcome(member, command=command(by))
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
