"""`hours backup`: the whole community in one file, while it is served."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from ledger.backup.file import BackupRefused
from ledger.backup.writing import write_backup
from ledger.log.entry import instant_text
from ledger.seal.signing.folder import SealRefused
from web.commands.printing import count, say, steps
from web.commands.problems import Problem
from web.commands.version import installed_version
from web.commands.where import Where


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
        raise Problem(refused.wrong, refused.to_do) from refused
