"""`hours backup`, `hours restore` and `hours rebuild`: the whole community in one file, and back."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from ledger.backup.restoring import CheckedSource, checked, restore
from ledger.backup.writing import write_backup
from ledger.log.entry import instant_text
from ledger.seal.signing.folder import default_place
from web.commands.main import installed_version
from web.commands.opening import Location
from web.commands.printing import Format, count, echo_err, format_option, print_rows, progress_bar, progress_bars
from web.commands.sealing import seal_option


@click.command("backup")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Overwrite an existing file.")
@click.pass_obj
def backup_command(location: Location, file: Path, replace: bool) -> None:
    """Back up the log and all names and notes to one file. The file is checked before it gets its name.

    The community can stay open meanwhile. The file can be restored to SQLite or PostgreSQL. It contains personal data:
    keep it where only you can read it, and no longer than agreed. The seal's folder, sign-ins and read models are not
    included.
    """
    now = datetime.now(UTC)
    with location.bank() as bank, progress_bars() as progress:
        made_by = f"Common Hours {installed_version()}"
        summary = write_backup(
            bank.log, bank.people.engine, file, now=now, made_by=made_by, replace=replace, progress=progress
        )
    entries = count(summary.entries, "entry", "entries")
    words = count(summary.words, "name or note", "names and notes")
    echo_err(f"{file}: {entries}, {words}, {_size(file)}, checked. Up to {instant_text(now)}.")
    echo_err(
        "It contains personal data, including that of people erased later. Keep it safe, and no longer than agreed."
    )


def _size(file: Path) -> str:
    size = file.stat().st_size
    return f"{size / 1024**2:,.1f} MB" if size >= 1024**2 else f"{size / 1024:,.0f} KB"


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
    location: Location,
    source: Path,
    only_check: bool,
    replace: bool,
    words: Path | None,
    behind: bool,
    place: Path | None,
) -> None:
    """Check a backup file or a bundle's folder from end to end, and restore it to where --data or --database says.

    Anything damaged, foreign, newer than this program or different from the history sealed here is refused, and nothing
    is changed. The last step is a single one: if it is stopped at any moment, either the old or the new community is
    there. Stop the server first. A bundle contains no names, so everyone is unknown unless --words supplies them.
    Everyone has to sign in again afterwards.
    """
    seals = place or default_place(os.environ)
    with progress_bars() as progress, checked(source, seals, words=words, behind=behind, progress=progress) as found:
        _print_source(found)
        if only_check:
            return
        restored = restore(found.source, location.place(), now=datetime.now(UTC), replace=replace, progress=progress)
    echo_err(f"Restored to {location.shown}.")
    if restored.set_aside:
        echo_err(
            f"The community that was there before is in {restored.set_aside}. It contains personal data. Delete it when you are sure you no longer need it."
        )
    if restored.filled.missing:
        missing = count(restored.filled.missing, "name or note", "names and notes")
        echo_err(f"{missing} of these entries are missing: they were erased, or were not in what you restored from.")
    with location.bank() as bank, progress_bar("Building the read models"), location.views(bank):
        pass
    echo_err(f"The read models have been rebuilt. Next: hours{location.options} doctor")


def _print_source(found: CheckedSource) -> None:
    source = found.source
    echo_err(
        f"{source.origin}: {count(source.size, 'entry', 'entries')}, root {source.root.hex()}. Everything matches."
    )
    echo_err(found.seal_says)


@click.command("rebuild")
@click.option("--check", is_flag=True, help="Only compare: build a second copy, report what differs and discard it.")
@format_option
@click.pass_obj
def rebuild_command(location: Location, check: bool, output: Format) -> None:
    """Rebuild all read models from the log, beside the ones in use, then swap them. Members can carry on meanwhile.

    The remembered totals of busy accounts are discarded, and read from the log when they are next needed.

    With --check, nothing is swapped. The exit code is 1 if a read model does not match the log.
    """
    with location.bank() as bank, location.views(bank) as views:
        if not check:
            with progress_bar("Rebuilding") as progress:
                views.rebuild(progress)
            bank.log.forget_snapshots()  # only a cache, filled again by the next decisions
            echo_err(f"All read models are rebuilt, up to entry {views.as_of().number:,}.")
            return
        with progress_bar("Comparing") as progress:
            differences = views.check(progress)
    print_rows([(str(difference),) for difference in differences], ("difference",), output)
    if differences:
        echo_err(f"{count(len(differences), 'difference')}. Fix this with: hours{location.options} rebuild")
        raise click.exceptions.Exit(1)
    echo_err("Every read model matches the log.")
