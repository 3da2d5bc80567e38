"""Opens the community that the command line names, or the part of it that a command needs."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.identifiers import MemberId
from web.commands.printing import CommandProblem

if TYPE_CHECKING:
    from ledger.log.places import Place
    from ledger.log.store import Log
    from ledger.time_bank import TimeBank
    from projections.views import Views

FOUND_FIRST = "Start one with: hours found --help. Or try a sample: hours demo"

_PASSWORD = re.compile(r"(?<=[?&])password=[^&]*&?")


class Location:
    """The place named on the command line or in the environment. Nothing is opened or created until it is needed."""

    def __init__(self, data: Path, database: str, *, is_chosen: bool, clock_checked_on: date | None = None) -> None:
        self.clock_checked_on = clock_checked_on
        self.data = data
        self.database = database
        self.is_chosen = is_chosen

    @property
    def url(self) -> str:
        """Its URL, whichever option named it."""
        return self.database or f"sqlite:///{self.data}"

    @property
    def folder(self) -> Path | None:
        """The data folder, found without loading the database library. A PostgreSQL database has none."""
        return Path(self.url.removeprefix("sqlite:///")) if self.url.startswith("sqlite:///") else None

    @property
    def log_url(self) -> str:
        """The URL of its log."""
        return f"{self.url.rstrip('/')}/log.db" if self.url.startswith("sqlite:///") else self.url

    @property
    def shown(self) -> str:
        """The place as it can be printed: without the password of a database."""
        if not self.database.startswith("postgres"):
            return str(self.data) if not self.database else self.database.removeprefix("sqlite:///")
        scheme, _, rest = self.database.partition("://")
        name, at, host = rest.rpartition("@")
        return f"{scheme}://{name.split(':')[0]}{at}{_PASSWORD.sub('', host)}"

    @property
    def options(self) -> str:
        """What to type after `hours` to name this place again. Nothing for the default folder."""
        if self.database:
            return f" --database {self.shown}"
        return f" --data {self.data}" if self.is_chosen else ""

    @contextmanager
    def log(self) -> Generator["Log"]:
        """Open only the log, which must exist."""
        from ledger.log.opening import open_log

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
        """The place as the ledger names it, without opening it."""
        from ledger.log.places import Place

        try:
            return Place(self.url)
        except ValueError as error:
            raise click.UsageError(str(error)) from error

    @contextmanager
    def bank(self, *, new: bool = False) -> Generator["TimeBank"]:
        """Open the time bank. Unless it may be `new`, its community must have been founded."""
        from ledger.agreements.rules import must_be_founded
        from ledger.time_bank import TimeBank

        place = self.place()
        if place.is_sqlite and not new:
            self._must_hold_a_log(place.path)
        with TimeBank.open(place) as bank:
            bank.handler.clock.limit(self.clock_checked_on)
            if not new:
                must_be_founded(bank.agreements)
            yield bank

    @contextmanager
    def views(self, bank: "TimeBank") -> Generator["Views"]:
        """Open the read models of a bank, and bring them up to date."""
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


def resolve_member(bank: "TimeBank", text: str) -> tuple[MemberId, str]:
    """The one member with this identifier, name or email address, and their name. Raise if there is no one, or several."""
    from ledger.personal_data.search import find_members

    found = find_members(bank, text)
    if not found:
        raise CommandProblem(
            f"Nobody here is called “{text}”.", "Give a name, an email address or a member's identifier."
        )
    if len(found) > 1:
        listed = "\n".join(f"  {match.account}  {match.name}" for match in sorted(found))
        raise CommandProblem(
            f"“{text}” could be any of these:\n{listed}", "Give the identifier of the person you mean."
        )
    return MemberId(found[0].account), found[0].name or "a former member"


class DayOption(click.ParamType[date]):
    """A day such as 2026-03-28."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is not a date. Use this format: 2026-03-28.", param, ctx)


class InstantOption(click.ParamType[datetime]):
    """An instant such as 2026-03-28T12:00Z, in UTC if no zone is given."""

    name = "instant"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is not a date and time. Use this format: 2026-03-28T12:00Z.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
