"""What is typed as an option: days and instants."""

from datetime import UTC, date, datetime

import click


class Day(click.ParamType[date]):
    """A day, written 2026-03-28."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is not a day. Write it like 2026-03-28.", param, ctx)


class Instant(click.ParamType[datetime]):
    """An instant, written 2026-03-28T12:00Z; without a zone it is UTC."""

    name = "instant"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is not an instant. Write it like 2026-03-28T12:00Z.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
