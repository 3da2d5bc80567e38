"""Figures about the whole community: their pages at any size, what one more entry costs, and the measures of a large network."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from projections.figures.chronicle import counted
from projections.figures.measures.acts import select_acts
from projections.figures.measures.network import graph
from projections.figures.measures.statistics import statistics
from projections.views import Views
from tests.bench import community, logs
from tests.bench.commands import reporting
from tests.bench.load import Load, get, send
from tests.bench.measuring import Line, in_turn, milliseconds, seconds
from tests.bench.pages import beside, ours, signed_in

PEOPLE = 10_000
SECONDS_FOR_A_NETWORK = 60


def pages(folder: Path, *, quick: bool) -> Iterator[Line]:
    """The community's page and the report of a year, beside themselves on a small book."""
    small, large = (1_000, 20_000) if quick else (1_000, 1_000_000)
    asks, rounds = (40, 3) if quick else (100, 7)
    loads: dict[str, list[Load]] = {}
    urls = {size: community.sized(folder, size) for size in (small, large)}
    for url in urls.values():
        community.project(url)
        subprocess.run([sys.executable, "-m", "web.commands.main", "--database", url, "figures"], check=True)
    for _ in range(rounds):
        for size, url in urls.items():
            with community.opened(url) as bank:
                cookie = signed_in(bank, community.coordinator_of(bank))
            with ours(url) as our:
                for page, path in (("community", "/community?period=2025"), ("report", "/community/report/2025")):
                    load = send([get(path, our.port, cookie)] * asks, our.port, connections=1)
                    assert set(load.statuses) == {"200"}, f"{path} answered {load.statuses}"
                    loads.setdefault(f"{page} {size}", []).append(load)
    for page in ("community", "report"):
        what = f"{page} page at {large:,} entries, beside {small:,}"
        yield beside(what, loads, f"{page} {large}", f"{page} {small}", 1.2)


def one_more(folder: Path, *, quick: bool) -> Iterator[Line]:
    """One more entry, taken into every read model, in a large community beside a small one."""
    many, few = (6_000, 60) if quick else (60_000, 60)
    times, rounds = (60, 5) if quick else (200, 7)
    large, small = community.peopled(folder, many), community.peopled(folder, few)
    with (
        community.opened(large) as at_large,
        community.opened(small) as at_small,
        Views.open(at_large.place, at_large.log) as large_views,
        Views.open(at_small.place, at_small.log) as small_views,
    ):
        ours_, other = (
            _taken_in(reporting(bank, logs.member(8), logs.member(9)), views, times)
            for bank, views in ((at_large, large_views), (at_small, small_views))
        )
        pair = in_turn(ours_, other, rounds=rounds)
    yield Line(
        f"one more entry, in every read model, with {many:,} members beside {few}",
        milliseconds(pair.ours),
        milliseconds(pair.other),
        pair.ratio,
        "at most 1.3",
        pair.ratio <= 1.3,
    )


def network(folder: Path, *, quick: bool) -> Iterator[Line]:
    """All measures of a community and its network, as the process that makes figures computes them."""
    people = PEOPLE // 10 if quick else PEOPLE
    with community.opened(community.peopled(folder, people)) as bank:
        known = counted(bank.log)
    acts = select_acts(known.acts, last_day=known.last_day)
    took = seconds(lambda: (statistics(known.acts, known.members, as_of=known.last_day), graph(acts, "minutes")))
    yield Line(
        f"all measures, those of the network too, of {people:,} members",
        f"{took:.1f} s",
        "",
        None,
        f"at most {SECONDS_FOR_A_NETWORK} s",
        took <= SECONDS_FOR_A_NETWORK,
    )


def _taken_in(job: Callable[[], None], views: Views, times: int) -> Callable[[], float]:
    def once() -> None:
        job()
        views.catch_up()

    return lambda: seconds(once, times)
