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
@click.option("--replace", is_flag=True, help="Write over a file that is there already.")
@click.pass_obj
def backup_command(where: Where, file: Path, replace: bool) -> None:
    """Write the log and all words of the community into one file, check it, and only then give it its name.

    Pages may be served meanwhile. The file fits into SQLite and PostgreSQL alike. It holds personal data: keep it where only
    you can read it, and no longer than agreed. The seal's folder, sign-ins and read models are not in it.
    """
    now = datetime.now(UTC)
    with where.bank() as bank, plainly(), steps() as tell:
        made_by = f"Common Hours {installed_version()}"
        kept = write_backup(bank.log, bank.people.engine, file, now=now, made_by=made_by, replace=replace, tell=tell)
    entries, words = (
        count(kept.entries, "entry", "entries"),
        count(kept.words, "sealed word or text", "sealed words and texts"),
    )
    say(f"{file}: {entries}, {words}, {_size(file)}, checked. As of {instant_text(now)}.")
    say("It holds personal data, also of whoever is forgotten later: keep it safe, and not for longer than you agreed.")


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
@click.option("--check", "only_check", is_flag=True, help="Check everything, and put nothing back.")
@click.option("--replace", is_flag=True, help="Set aside the community that lives in that place now.")
@click.option(
    "--words",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="With a bundle: an older backup, whose names and words go with the bundle's entries.",
)
@click.option("--behind", is_flag=True, help="Put it back though entries that were sealed here are missing in it.")
@seal_option
@click.pass_obj
def restore_command(
    where: Where, source: Path, only_check: bool, replace: bool, words: Path | None, behind: bool, place: Path | None
) -> None:
    """Check a backup's file or a bundle's folder from end to end, and put it where --data or --database says.

    Whatever is damaged, foreign, newer than this program or another history than the one sealed here is refused, and nothing
    is changed. The last step is one: stopped at any moment, it leaves the old or the new. Stop the server first. A bundle
    holds no names; everybody is unknown, unless --words brings them. Everybody signs in anew afterwards.
    """
    seals = place or default_place(os.environ)
    with plainly(), steps() as tell, checked(source, seals, words=words, behind=behind, tell=tell) as found:
        _say_what_is_in_it(found)
        if only_check:
            return
        restored = restore(found.source, where.place(), now=datetime.now(UTC), replace=replace, tell=tell)
    say(f"Put back in {where.shown}.")
    if restored.set_aside:
        say(f"What was there before is in {restored.set_aside}. It holds personal data: remove it when you are sure.")
    if restored.filled.missing:
        missing = count(restored.filled.missing, "word or text", "words and texts")
        say(f"{missing} of these entries are not there: they were forgotten, or were not in what you restored from.")
    with where.bank() as bank, progress("Making the read models"), where.views(bank):
        pass
    say(f"The read models are made anew. Then: hours{where.options} doctor")


def _say_what_is_in_it(found: CheckedSource) -> None:
    source = found.source
    say(f"{source.origin}: {count(source.size, 'entry', 'entries')}, root {source.root.hex()}. Everything fits.")
    say(found.seal_says)


@click.command("rebuild")
@click.option("--check", is_flag=True, help="Only compare: build beside, say what differs, and throw it away.")
@format_option
@click.pass_obj
def rebuild_command(where: Where, check: bool, shape: Format) -> None:
    """Build all read models anew from the log, beside the ones in use, and swap. Members can go on meanwhile.

    What decisions remember of busy accounts is forgotten, and read from the log when it is next needed.

    With --check nothing is swapped; the exit code is 1 when a read model differs from what the log says.
    """
    with where.bank() as bank, where.views(bank) as views:
        if not check:
            with progress("Rebuilding") as tell:
                views.rebuild(tell)
            bank.log.forget_snapshots()  # only a cache, and anew with the next decisions
            say(f"All read models are rebuilt, as of entry {views.as_of().number:,}.")
            return
        with progress("Comparing") as tell:
            differences = views.check(tell)
    print_rows([{"difference": str(difference)} for difference in differences], ["difference"], shape)
    if differences:
        say(f"{count(len(differences), 'difference')}. Put it right with: hours{where.options} rebuild")
        raise click.exceptions.Exit(1)
    say("Every read model says what the log says.")
