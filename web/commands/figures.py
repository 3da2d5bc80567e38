"""`hours stats`: contribution and reciprocity, computed from the log and nothing else."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import click
import msgspec

from web.commands.daily import aside_options, give_way
from web.commands.opening import DayOption, InstantOption, Where
from web.commands.printing import CommandProblem, Format, count, format_option, print_rows, progress, say

if TYPE_CHECKING:
    from projections.figures.chronicle import Counted

KindName = Literal["help", "skill-exchange", "gift"]
KIND_NAMES: tuple[KindName, ...] = get_args(KindName)
COLUMNS = ("figure", "part", "value")
PARTS = ("by_kind", "by_category", "by_month")


class Kinds(click.ParamType[tuple[KindName, ...]]):
    """Kinds with commas between them: help,gift."""

    name = "kinds"

    def convert(
        self, value: str | Sequence[KindName], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[KindName, ...]:
        words = [word.strip() for word in value.split(",")] if isinstance(value, str) else list(value)
        for word in words:
            if word not in KIND_NAMES:
                self.fail(f"“{word}” is not a kind. The kinds are: {', '.join(KIND_NAMES)}.", param, ctx)
        return tuple(kind for kind in KIND_NAMES if kind in words)


@click.command("stats")
@click.option(
    "--from", "first_day", type=DayOption(), help="First day of the period. Defaults to the day of the first entry."
)
@click.option(
    "--to", "last_day", type=DayOption(), help="Last day of the period. Defaults to the day of the last entry."
)
@click.option("--kinds", type=Kinds(), default=KIND_NAMES, metavar="KIND,...", help="Count only these kinds.")
@click.option(
    "--weigh",
    type=click.Choice(["minutes", "acts"]),
    default="minutes",
    show_default=True,
    help="What to weight connections by. Gifts have no minutes.",
)
@click.option("--at-entry", type=click.IntRange(min=0), help="Count the log up to and including this entry number.")
@click.option("--known-at", type=InstantOption(), help="Count what had been recorded by this time.")
@click.option("--graph", "with_graph", is_flag=True, help="Also describe the network of connections. Takes longer.")
@format_option
@click.pass_obj
def stats_command(
    where: Where,
    first_day: date | None,
    last_day: date | None,
    kinds: tuple[KindName, ...],
    weigh: Literal["minutes", "acts"],
    at_entry: int | None,
    known_at: datetime | None,
    with_graph: bool,
    shape: Format,
) -> None:
    """Compute what was given and received, by whom, and how it came back, from the log alone.

    Exchanges between members count once they are settled, and gifts once they are recorded, until they are taken back.
    In JSON and CSV, shares are between 0 and 1, and lengths are in minutes. These figures are not protected: they can
    reveal small groups, so do not share them as they are.
    """
    from projections.figures.measures.statistics import definitions, statistics

    if first_day and last_day and first_day > last_day:
        raise CommandProblem("The period ends before it begins.", "Choose a --from day that is not after --to.")
    with where.log() as log:
        known = _counted(log, last_day, known_at, at_entry)
    as_of = last_day or known.last_day
    figures = statistics(known.acts, known.members, as_of=as_of, first_day=first_day, weigh=weigh, kinds=kinds)
    plain: dict[str, Any] = {"as_of_entry": known.number, **msgspec.to_builtins(figures)}
    meanings = {"as_of_entry": "the last entry counted here", **definitions()}
    if with_graph:
        plain["graph"], of_graph = _graph(known, first_day, as_of, kinds, weigh)
        meanings |= {f"graph.{name}": meaning for name, meaning in of_graph.items()}
    match shape:
        case "json":
            click.echo(msgspec.json.format(msgspec.json.encode(plain), indent=2).decode())
        case "csv":
            print_rows(_rows(plain), COLUMNS, shape)
        case "text":
            print_rows(list(_lines(plain, meanings)), ("figure", "value", "what it says"), shape)
    say(f"{count(figures.entries, 'entry', 'entries')} counted, up to entry {known.number:,} and {as_of}.")


def _counted(log: Any, last_day: date | None, known_at: datetime | None, at_entry: int | None) -> "Counted":
    from ledger.replay import Until
    from projections.figures.chronicle import counted

    head = log.head()
    with progress("Reading the log") as tell:
        return counted(
            log, Until(last_day, known_at, at_entry), progress=lambda number: tell(number, max(head, number))
        )


def _graph(
    known: "Counted",
    first_day: date | None,
    as_of: date,
    kinds: tuple[KindName, ...],
    weigh: Literal["minutes", "acts"],
) -> tuple[dict[str, Any], dict[str, str]]:
    """The figures of the network of the same acts, and what each of them counts."""
    from projections.figures.measures.acts import select_acts
    from projections.figures.measures.network import graph, graph_definitions

    acts = select_acts(known.acts, first_day=first_day, last_day=as_of, kinds=kinds)
    return msgspec.to_builtins(graph(acts, weigh)), graph_definitions()


def _flat(plain: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every figure with its name; those of the network go by graph.NAME."""
    for figure, value in plain.items():
        if figure == "graph":
            yield from ((f"graph.{name}", part) for name, part in value.items())
        else:
            yield figure, value


def _rows(plain: dict[str, Any]) -> Iterator[dict[str, str | int]]:
    """One value a row; the parts of what was shared have one row for each of their numbers."""
    for figure, value in _flat(plain):
        if figure in PARTS:
            for part, numbers in value.items():
                for what, number in numbers.items():
                    yield {"figure": f"{figure}.{what}", "part": part, "value": _plain(number)}
        elif isinstance(value, dict):
            for part, number in cast(dict[str, int], value).items():
                yield {"figure": figure, "part": part, "value": _plain(number)}
        else:
            yield {"figure": figure, "part": "", "value": _plain(value)}


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(cast(tuple[str, ...], value))
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _lines(plain: dict[str, Any], meanings: dict[str, str]) -> Iterator[dict[str, str | int]]:
    for figure, value in _flat(plain):
        name, meaning = figure.replace("_", " ").replace(".", ": "), meanings[figure]
        if figure in PARTS:
            for part, numbers in value.items():
                entries, lasted = count(numbers["entries"], "entry", "entries"), count(numbers["minutes"], "minute")
                told = f"{entries}, {lasted}, {numbers['share']:.1%}"
                yield {"figure": f"{name}: {part}", "value": told, "what it says": meaning}
        elif isinstance(value, dict):
            for part, number in cast(dict[str, int], value).items():
                yield {"figure": f"{name}: {part}", "value": _shown(number), "what it says": meaning}
        else:
            yield {"figure": name, "value": _shown(value), "what it says": meaning}


def _shown(value: Any) -> str:
    """Numbers to three places, as people compare them."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:,.3f}"
        case int():
            return f"{value:,}"
        case tuple():
            return ", ".join(cast(tuple[str, ...], value))
        case _:
            return str(value)


@click.command("figures")
@aside_options
@click.pass_obj
def figures_command(where: Where, quiet: bool, aside: bool) -> None:
    """Make the reports of closed months and years, and look for late entries and for what is worth a look.

    `hours serve` does this automatically. A period closes seven days after its last day. Its figures are computed once,
    from what was recorded by then.
    """
    if aside:
        give_way()
    from projections.checks.anomalies import look
    from projections.figures.reports.refreshing import refresh

    with where.log() as log:
        engine = where.place().views_engine()
        try:
            with progress("Reading the log") as tell:
                made = refresh(log, engine, now=datetime.now(UTC), progress=lambda doing, done, of: tell(done, of))
            if not made.is_busy:
                with progress("Checking the log") as tell:
                    look(log, engine, tell=tell)
        finally:
            engine.dispose()
    if quiet or aside:
        return
    if made.is_busy:
        say("Another process is making them at the moment.")
    else:
        say(f"{count(len(made.periods), 'period')} made. Figures include everything up to entry {made.number:,}.")
