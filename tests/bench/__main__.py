"""Runs every measurement and writes docs/reference/performance.md (`--quick` measures smaller books and writes nothing)."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from tests import providing
from tests.bench import commands, figures, pages, replays, seals
from tests.bench.measuring import Line, machine

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "performance.md"


def main() -> int:
    """Measures, prints each line as it is known, and writes the page; exits 0 whether budgets were kept or not."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="smaller books, in under two minutes; writes no page")
    options.add_argument("--only", default="", help="only the parts whose name holds this word")
    told = options.parse_args()
    lines: list[Line] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hours-bench-")))
        server = stack.enter_context(providing.running_postgresql())
        server.wait_for_the_disk(True)
        first, second, third = (stack.enter_context(server.fresh_database()) for _ in range(3))
        parts: dict[str, Callable[[], Iterator[Line]]] = {
            "command": lambda: commands.sqlite(folder, quick=told.quick),
            "flatness": lambda: commands.flatness(folder, quick=told.quick),
            "rebuild-sqlite": lambda: replays.rebuild(folder, None, quick=told.quick),
            "postgresql": lambda: commands.postgresql(first, second, quick=told.quick),
            "logging": lambda: pages.logging(folder, quick=told.quick),
            "reading": lambda: pages.reading(folder, quick=told.quick),
            "view": lambda: pages.first_view(folder),
            "balances": lambda: replays.balances(folder, quick=told.quick),
            "figures-pages": lambda: figures.pages(folder, quick=told.quick),
            "figures-one-more": lambda: figures.one_more(folder, quick=told.quick),
            "figures-network": lambda: figures.network(folder, quick=told.quick),
            "seal-verifying": lambda: seals.verifying(folder, quick=told.quick),
            "seal-sealing": lambda: seals.sealing(folder, quick=told.quick),
            "seal-receipts": lambda: seals.receipts(folder, quick=told.quick),
            "seal-memory": lambda: seals.memory(folder, quick=told.quick),
            "rebuild-postgresql": lambda: replays.rebuild(folder, third, quick=told.quick),
        }
        for name, part in parts.items():
            if told.only in name:
                for line in part():
                    lines.append(line)
                    print(_shown(line), flush=True)
    if not told.quick:
        PAGE.write_text(_page(lines, {} if not told.only else _kept(PAGE)), encoding="utf-8")
    return 0


def _shown(line: Line) -> str:
    ratio = f"{line.ratio:.2f}" if line.ratio is not None else ""
    return f"{line.what:75} {line.ours:>16} {line.other:>16} {ratio:>7}  {line.budget}  {line.verdict}"


def _kept(page: Path) -> dict[str, str]:
    """The rows of the page as it stands, by what was measured."""
    rows = [row for row in page.read_text(encoding="utf-8").splitlines() if row.startswith("| ")][1:]
    return {row.split(" | ")[0].removeprefix("| "): row for row in rows}


def _page(lines: list[Line], kept: dict[str, str]) -> str:
    """The page, each row with the day it was measured; rows that were not measured now stay as they were."""
    today = datetime.now(UTC).date()
    measured = {
        line.what: f"| {line.what} | {line.ours} | {line.other} | {'' if line.ratio is None else f'{line.ratio:.2f}'} "
        f"| {line.budget} | {line.verdict} | {today} |"
        for line in lines
    }
    rows = "\n".join((kept | measured).values())
    return (
        "# Performance\n\n"
        "Written by `make bench`. Times vary by a factor of two on shared machines, so what counts is the ratio of two jobs that are timed in turn in the same\n"
        "run. For pages and logging, it is the median of the ratios of all turns. A *floor* is the least code that does the same job with the same\n"
        "libraries (`tests/bench/floor_app.py`, `tests/bench/floor_commit.py`). [How fast it is, and why](../explanation/speed.md) says what a floor does,\n"
        "and where the rest of the time goes.\n\n"
        "Each row shows the day on which it was measured. A row that is older than the last change to what it measures describes an earlier version.\n\n"
        f"The machine of {today}: {machine()}; server and load share the cores.\n\n"
        "| what | ours | beside | ratio | budget | | measured |\n|---|---|---|---|---|---|---|\n"
        f"{rows}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
