"""`hours restore`: a community put back from a backup, or from a bundle when there is none."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from ledger.backup.restoring import CheckedSource, checked, restore
from ledger.seal.signing.folder import default_place
from web.commands.backing_up import plainly
from web.commands.printing import count, progress, say, steps
from web.commands.sealing import seal_option
from web.commands.where import Where


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
