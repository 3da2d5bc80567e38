"""`hours exceptions`: what is worth a look, found in the log and nothing else."""

import click

from web.commands.printing import Format, count, format_option, print_rows, progress, say
from web.commands.where import Where

COLUMNS = ("rule", "people", "measured", "unit", "day", "entries")


@click.command("exceptions")
@click.option("--rule", "wanted", metavar="RULE", multiple=True, help="Only what this rule finds; may be repeated.")
@click.option("--at-entry", type=click.IntRange(min=0), help="Look at the log up to and with this entry number.")
@format_option
@click.pass_obj
def exceptions_command(where: Where, wanted: tuple[str, ...], at_entry: int | None, shape: Format) -> None:
    """Print what is worth a look, by the thresholds that were agreed upon, with the entries it rests on.

    None of it means that something is wrong; most of it has a good reason. The newest comes first. Of more than fifty
    entries the newest are printed. Rules and thresholds: docs/reference/exceptions.md.
    """
    from projections.exceptions.book import read_book
    from projections.exceptions.looking import exceptions
    from projections.exceptions.noted import RULES, UNITS

    for rule in wanted:
        if rule not in RULES:
            raise click.BadParameter(f"“{rule}” is no rule. The rules are: {', '.join(RULES)}.", param_hint="--rule")
    with where.log() as log:
        head = log.head()
        with progress("Reading the log") as tell:
            book = read_book(log, at_entry, tell=lambda number: tell(number, max(head, number)))
    found = [one for one in exceptions(book) if not wanted or one.rule in wanted]
    print_rows(
        (
            {
                "rule": one.rule,
                "people": " ".join(one.people),
                "measured": one.measured,
                "unit": UNITS[one.rule],
                "day": one.day,
                "entries": " ".join(map(str, one.entries)),
            }
            for one in found
        ),
        COLUMNS,
        shape,
    )
    say(f"{count(len(found), 'thing')} worth a look, as of entry {book.number:,}.")
