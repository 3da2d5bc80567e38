"""The time bank: one community, opened by URL, and everything that anybody may ask of its ledger."""

from pathlib import Path
from typing import Self

from ledger.application.agreements import Agreeing
from ledger.application.commands import Clock, wall_clock
from ledger.application.desk import Desk
from ledger.application.erasures import Erasures, erase_again
from ledger.application.exchanges import Exchanges
from ledger.application.founding import Founding
from ledger.application.gifts import Gifts
from ledger.application.groups import Groups
from ledger.application.members import Members
from ledger.identifiers import Ids, random_id
from ledger.log.people import People
from ledger.log.places import Place
from ledger.log.store import Log, open_log


class TimeBank:
    """One community's ledger. Nothing is global: several time banks may be open side by side."""

    def __init__(self, place: Place, log: Log, people: People, *, clock: Clock, ids: Ids) -> None:
        self.place = place
        self.log = log
        self.people = people
        self.desk = Desk(log, people, clock=clock, ids=ids)
        self.founding = Founding(self.desk)
        self.agreements = Agreeing(self.desk)
        self.members = Members(self.desk)
        self.groups = Groups(self.desk)
        self.exchanges = Exchanges(self.desk)
        self.gifts = Gifts(self.desk)
        self.erasures = Erasures(self.desk)

    @classmethod
    def open(cls, url: str | Path | Place, *, clock: Clock = wall_clock, ids: Ids = random_id) -> Self:
        """Opens (or begins) the stores at `sqlite:///folder`, a folder's path, or `postgresql://...`.

        Whom the log says was erased, an older copy of the people store forgets again before anybody can ask it.
        """
        place = url if isinstance(url, Place) else Place.folder(url) if isinstance(url, Path) else Place(url)
        if place.is_sqlite:
            place.path.mkdir(parents=True, exist_ok=True)
        log = open_log(place.log_url, schema=place.schema("log"))
        bank = cls(place, log, People(place.people_engine()), clock=clock, ids=ids)
        try:
            erase_again(bank.log, bank.people)
        except BaseException:
            bank.close()
            raise
        return bank

    def close(self) -> None:
        """Lets go of every file and connection."""
        self.log.close()
        self.people.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
