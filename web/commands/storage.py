"""`hours backup`: the whole community in one file, while it is served."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from ledger.backup.file import BackupRefused
from ledger.backup.restoring import CheckedSource, checked, restore
from ledger.backup.writing import write_backup
from ledger.log.entry import instant_text
from ledger.seal.signing.folder import SealRefused, default_place
from web.commands.main import installed_version
from web.commands.opening import Where
from web.commands.printing import CommandProblem, Format, count, format_option, print_rows, progress, say, steps
from web.commands.sealing import seal_option


@click.command("backup")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Overwrite an existing file.")
@click.pass_obj
def backup_command(where: Where, file: Path, replace: bool) -> None:
    """Back up the log and all names and notes to one file. The file is checked before it gets its name.

    The community can stay open meanwhile. The file can be restored to SQLite or PostgreSQL. It contains personal data:
    keep it where only you can read it, and no longer than agreed. The seal's folder, sign-ins and read models are not
    included.
    """
    now = datetime.now(UTC)
    with where.bank() as bank, plainly(), steps() as tell:
        made_by = f"Common Hours {installed_version()}"
        kept = write_backup(
            bank.log, bank.people.engine, file, now=now, made_by=made_by, replace=replace, progress=tell
        )
    entries, words = (
        count(kept.entries, "entry", "entries"),
        count(kept.words, "name or note", "names and notes"),
    )
    say(f"{file}: {entries}, {words}, {_size(file)}, checked. Up to {instant_text(now)}.")
    say("It contains personal data, including that of people erased later. Keep it safe, and no longer than agreed.")


def _size(file: Path) -> str:
    size = file.stat().st_size
    return f"{size / 1024**2:,.1f} MB" if size >= 1024**2 else f"{size / 1024:,.0f} KB"


@contextmanager
def plainly() -> Generator[None]:
    """What a backup, a restore or a seal refuses becomes two plain lines."""
    try:
        yield
    except (BackupRefused, SealRefused) as refused:
        raise CommandProblem(refused.wrong, refused.to_do) from refused


@click.command("restore")
@click.argument("source", metavar="FROM", type=click.Path(path_type=Path, exists=True))
@click.option("--check", "only_check", is_flag=True, help="Check everything, but restore nothing.")
@click.option("--replace", is_flag=True, help="Move aside the community that is there now.")
@click.option(
    "--words",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="With a bundle: an older backup with the names and notes for the bundle's entries.",
)
@click.option(
    "--behind", is_flag=True, help="Restore it even though entries that were sealed here are missing from it."
)
@seal_option
@click.pass_obj
def restore_command(
    where: Where, source: Path, only_check: bool, replace: bool, words: Path | None, behind: bool, place: Path | None
) -> None:
    """Check a backup file or a bundle's folder from end to end, and restore it to where --data or --database says.

    Anything damaged, foreign, newer than this program or different from the history sealed here is refused, and nothing
    is changed. The last step is a single one: if it is stopped at any moment, either the old or the new community is
    there. Stop the server first. A bundle contains no names, so everyone is unknown unless --words supplies them.
    Everyone has to sign in again afterwards.
    """
    seals = place or default_place(os.environ)
    with plainly(), steps() as tell, checked(source, seals, words=words, behind=behind, progress=tell) as found:
        _say_what_is_in_it(found)
        if only_check:
            return
        restored = restore(found.source, where.place(), now=datetime.now(UTC), replace=replace, progress=tell)
    say(f"Restored to {where.shown}.")
    if restored.set_aside:
        say(
            f"The community that was there before is in {restored.set_aside}. It contains personal data. Delete it when you are sure you no longer need it."
        )
    if restored.filled.missing:
        missing = count(restored.filled.missing, "name or note", "names and notes")
        say(f"{missing} of these entries are missing: they were erased, or were not in what you restored from.")
    with where.bank() as bank, progress("Building the read models"), where.views(bank):
        pass
    say(f"The read models have been rebuilt. Next: hours{where.options} doctor")


def _say_what_is_in_it(found: CheckedSource) -> None:
    source = found.source
    say(f"{source.origin}: {count(source.size, 'entry', 'entries')}, root {source.root.hex()}. Everything matches.")
    say(found.seal_says)


@click.command("rebuild")
@click.option("--check", is_flag=True, help="Only compare: build a second copy, report what differs and discard it.")
@format_option
@click.pass_obj
def rebuild_command(where: Where, check: bool, shape: Format) -> None:
    """Rebuild all read models from the log, beside the ones in use, then swap them. Members can carry on meanwhile.

    The remembered totals of busy accounts are discarded, and read from the log when they are next needed.

    With --check, nothing is swapped. The exit code is 1 if a read model does not match the log.
    """
    with where.bank() as bank, where.views(bank) as views:
        if not check:
            with progress("Rebuilding") as tell:
                views.rebuild(tell)
            bank.log.forget_snapshots()  # only a cache, and anew with the next decisions
            say(f"All read models are rebuilt, up to entry {views.as_of().number:,}.")
            return
        with progress("Comparing") as tell:
            differences = views.check(tell)
    print_rows([{"difference": str(difference)} for difference in differences], ["difference"], shape)
    if differences:
        say(f"{count(len(differences), 'difference')}. Fix this with: hours{where.options} rebuild")
        raise click.exceptions.Exit(1)
    say("Every read model matches the log.")
