"""The whole log, read again: balances beside hledger and ledger, and the read models rebuilt."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from ledger.log.entry import decode
from ledger.time_bank import TimeBank
from projections.engine.read_model import ReadModel
from projections.engine.rebuild import Rebuild
from projections.views import Views
from tests.bench import community
from tests.bench.measuring import Line, Ran, process


def balances(folder: Path, *, quick: bool) -> Iterator[Line]:
    """`hours balances` as a whole process beside `ledger bal` and `hledger bal` on a journal of the same exchanges."""
    exchanges, rounds = (10_000, 3) if quick else (100_000, 5)
    url = community.url_of(folder / "replay")
    community.found(url, exchanges * 2)
    journal = folder / "book.journal"
    entries = write_journal(url, journal)
    commands = {
        "hours": [
            sys.executable,
            "-m",
            "web.commands.main",
            "--database",
            url,
            "balances",
            "--no-names",
            "--format",
            "csv",
        ]
    }
    for peer in ("ledger", "hledger"):
        if shutil.which(peer):
            commands[peer] = [peer, "-f", str(journal), "bal", "--flat"]
    ran: dict[str, list[Ran]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            taken = process(command)
            if number:
                ran[name].append(taken)
    median = {name: sorted(each.seconds for each in times)[rounds // 2] for name, times in ran.items()}
    memory = max(each.megabytes for each in ran["hours"])
    rate = entries / median["hours"]
    yield Line(
        f"balances from a log of {entries:,} entries, whole process",
        f"{rate:,.0f} entries/s",
        "",
        None,
        "at least 300,000/s",
        rate >= 300_000,
    )
    yield Line("its memory", f"{memory:.0f} MB", "", None, "at most 80 MB", memory <= 80)
    for peer, times in (("ledger", 3), ("hledger", 10)):
        if peer in median:
            ratio = median[peer] / median["hours"]
            yield Line(
                f"balances of {exchanges:,} exchanges, beside `{peer} bal`",
                f"{median['hours']:.2f} s",
                f"{median[peer]:.2f} s",
                ratio,
                f"at least {times} times as fast",
                ratio >= times,
            )
        else:
            yield Line(
                f"balances beside `{peer} bal`", "", "not installed", None, f"at least {times} times as fast", None
            )


def write_journal(url: str, journal: Path) -> int:
    """Write the log as a plain-text journal that both peers read. Return how many entries the log has."""
    entries = 0
    with community.opened(url) as bank, journal.open("w") as out:
        out.write("commodity min\n\n")
        for _, data in bank.log.scan():
            entries += 1
            entry = decode(data)
            moved = entry.data.postings
            if moved:
                out.write(f"{entry.at[:10]} exchange\n")
                out.writelines(f"  {posting.account}  {posting.minutes} min\n" for posting in moved)
                out.write("\n")
    return entries


def rebuild(folder: Path, url: str | None, *, quick: bool) -> Iterator[Line]:
    """Rebuild all read models from the log, as always: new tables, replay, indexes, swap."""
    entries = 20_000 if quick else 1_000_000
    name = "PostgreSQL" if url else "SQLite"
    if url:
        community.found(url, entries)
    where = url or community.sized(folder, entries)
    with community.opened(where) as bank:
        begun, worked = perf_counter(), _processor_seconds()
        views = Views.open(bank.place, bank.log)
        rate = bank.log.head() / (perf_counter() - begun)
        worked = _processor_seconds() - worked
        alone = {one.name: _alone(bank, views, one) for one in views._projector._models}
        views.close()
        slowest = min(alone, key=alone.__getitem__)
        each = worked / bank.log.head() * 1e6
    yield Line(
        f"rebuild of all read models, {entries:,} entries, {name}",
        f"{rate:,.0f} entries/s",
        f"{each:.0f} µs of processor for each",
        None,
        "at least 30,000/s",
        rate >= 30_000,
    )
    yield Line(
        f"rebuild of one read model, the slowest ({slowest}), {entries:,} entries, {name}",
        f"{alone[slowest]:,.0f} entries/s",
        "",
        None,
        "at least 60,000/s",
        alone[slowest] >= 60_000,
    )


def _alone(bank: TimeBank, views: Views, model: ReadModel) -> float:
    """Entries a second into new tables of one read model, including indexes. They are discarded afterwards."""
    begun = perf_counter()
    with Rebuild(views._engine, bank.log, [model]) as new:
        new.replay()
        new.index()
        return bank.log.head() / (perf_counter() - begun)


def _processor_seconds() -> float:
    """What this process and those that it waited for have worked; a database server's work is not among it."""
    return sum(os.times()[:4])
