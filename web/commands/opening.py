"""Where the community of this call lives, and opening what a command needs of it."""

import re
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.identifiers import AccountId, MemberId, is_member
from ledger.time_bank import TimeBank
from projections.views import Views
from web.commands.printing import CommandProblem

if TYPE_CHECKING:
    from ledger.log.places import Place
    from ledger.log.store import Log
    from ledger.time_bank import TimeBank
    from projections.views import Views

FOUND_FIRST = "Start one with: hours found --help. Or try a sample: hours demo"

_PASSWORD = re.compile(r"(?<=[?&])password=[^&]*&?")


class Where:
    """The place named on the command line or in the environment. Nothing is opened, or made, before it is asked for."""

    def __init__(self, data: Path, database: str, *, is_chosen: bool) -> None:
        self.data = data
        self.database = database
        self.is_chosen = is_chosen

    @property
    def url(self) -> str:
        """The place as one URL."""
        return self.database or f"sqlite:///{self.data}"

    @property
    def folder(self) -> Path | None:
        """The data folder, known without loading what opens it; a PostgreSQL database has none."""
        return Path(self.url.removeprefix("sqlite:///")) if self.url.startswith("sqlite:///") else None

    @property
    def log_url(self) -> str:
        """The log of the place."""
        return f"{self.url.rstrip('/')}/log.db" if self.url.startswith("sqlite:///") else self.url

    @property
    def shown(self) -> str:
        """The place as it may be printed: without the password of a database."""
        if not self.database.startswith("postgres"):
            return str(self.data) if not self.database else self.database.removeprefix("sqlite:///")
        scheme, _, rest = self.database.partition("://")
        name, at, host = rest.rpartition("@")
        return f"{scheme}://{name.split(':')[0]}{at}{_PASSWORD.sub('', host)}"

    @property
    def options(self) -> str:
        """What to type after `hours` to mean this place again; nothing when it is the usual one."""
        if self.database:
            return f" --database {self.shown}"
        return f" --data {self.data}" if self.is_chosen else ""

    @contextmanager
    def log(self) -> Generator["Log"]:
        """The log alone, for commands that need nothing else. It must be there."""
        from ledger.log.places import open_log

        if self.folder:
            self._must_hold_a_log(self.folder)
        try:
            log = open_log(self.log_url, create=False)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        try:
            yield log
        finally:
            log.close()

    def place(self) -> "Place":
        """The place, without opening it."""
        from ledger.log.places import Place

        try:
            return Place(self.url)
        except ValueError as error:
            raise click.UsageError(str(error)) from error

    @contextmanager
    def bank(self, *, new: bool = False) -> Generator["TimeBank"]:
        """The time bank. Without `new`, a community must have been founded in it."""
        from ledger.agreements.rules import must_be_founded
        from ledger.time_bank import TimeBank

        place = self.place()
        if place.is_sqlite and not new:
            self._must_hold_a_log(place.path)
        with TimeBank.open(place) as bank:
            if not new:
                must_be_founded(bank.agreements)
            yield bank

    @contextmanager
    def views(self, bank: "TimeBank") -> Generator["Views"]:
        """The read models of a bank, up to date."""
        from projections.views import Views

        views = Views.open(bank.place, bank.log)
        try:
            views.catch_up()
            yield views
        finally:
            views.close()

    def _must_hold_a_log(self, folder: Path) -> None:
        if not (folder / "log.db").exists():
            raise CommandProblem(f"There is no community in {folder}.", FOUND_FIRST)


def names_of(bank: TimeBank, views: Views, accounts: Iterable[AccountId]) -> dict[AccountId, str]:
    """Account -> name; whoever's words were forgotten is a former member."""
    wanted = list(accounts)
    rows = views.members.many([MemberId(account) for account in wanted if is_member(account)])
    words = bank.people.words(row.name for row in rows.values())
    return {
        account: words.get(rows[MemberId(account)].name, "a former member")
        if MemberId(account) in rows
        else "a former member"
        for account in wanted
    }


class DayOption(click.ParamType[date]):
    """A day, written 2026-03-28."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is not a date. Use this format: 2026-03-28.", param, ctx)


class InstantOption(click.ParamType[datetime]):
    """An instant, written 2026-03-28T12:00Z; without a zone it is UTC."""

    name = "instant"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is not a date and time. Use this format: 2026-03-28T12:00Z.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
