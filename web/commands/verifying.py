"""`hours verify`: check a bundle or a receipt offline. The same function as `python -m ledger.seal.verify`."""

import os
import secrets
from array import array
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from ledger.agreements.rules import Agreements
from ledger.log.entry import Entry, decode
from ledger.log.store import Log
from ledger.seal.signing.folder import SealFolder, default_place
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import Kind, read_policy, verify
from ledger.seal.verifying.note import BadNote, VerifierKey, parse_checkpoint, parse_keys, parse_note
from ledger.seal.verifying.receipt import LARGEST_RECEIPT_BYTES, LARGEST_SAMPLE, LONGEST_SEED, parse_receipt, sample
from web.commands.opening import DayOption, Where
from web.commands.printing import CommandProblem, Format, count, format_option, print_rows, progress, say
from web.commands.sealing import seal_option, signing

LARGEST_KEYS_BYTES = 1 << 20


@click.command("verify")
@click.argument("kind", type=click.Choice(["bundle", "receipt"]))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--known", type=click.Path(path_type=Path), multiple=True, help="A seal you kept. Can be repeated.")
@click.option("--key", type=click.Path(path_type=Path), help="A file of public keys you trust, such as a vkeys.txt.")
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path),
    help="A policy file that says which signatures the seal must have, as it was given to you.",
)
@seal_option
def verify_command(
    kind: Kind, path: Path, known: Sequence[Path], key: Path | None, policy_file: Path | None, place: Path | None
) -> None:
    """Check a bundle's folder or a receipt's file, and say what was checked and what was not.

    Exit codes: 0 sound, 1 tampered or without a required signature, 2 forked from a seal you kept, 3 incomplete. A
    receipt is checked with --key, with the log that --policy names, or otherwise with the key of this machine's own
    seal.
    """
    try:
        policy = None if policy_file is None else read_policy(policy_file)
    except (OSError, BadNote) as error:
        raise click.UsageError(f"{policy_file} does not contain a policy: {error}") from error
    if key is not None:
        try:
            with key.open("rb") as file:
                keys = parse_keys(file.read(LARGEST_KEYS_BYTES))
        except (OSError, BadNote) as error:
            raise click.UsageError(f"{key} does not contain keys: {error}") from error
    else:
        is_named = policy is not None and bool(policy.logs)
        keys = _own_keys(path, place) if kind == "receipt" and not is_named else []
    with progress("Checking") as tell:
        verdict = verify(kind, path, known=known, keys=keys, policy=policy, progress=tell)
    for line in verdict.lines:
        click.echo(line)
    if verdict.code:
        raise click.exceptions.Exit(verdict.code)


def _own_keys(path: Path, place: Path | None) -> list[VerifierKey]:
    """The key that this machine seals the receipt's log with, if it does."""
    try:
        with path.open("rb") as file:
            receipt = parse_receipt(file.read(LARGEST_RECEIPT_BYTES + 1))
        origin = parse_checkpoint(parse_note(receipt.checkpoint).text).origin
        folder = SealFolder(place or default_place(os.environ), origin)
        keys = parse_keys((folder.path / "vkeys.txt").read_bytes())
    except (OSError, BadNote):
        return []  # what is wrong with the receipt is told by the check itself
    say(f"Checked with the key in {folder.path}.")
    return keys


COLUMNS = ("entry", "type", "recorded_at", "actor", "for", "via")
DRAWN_SEED_BYTES = 6


@click.command("sample")
@click.option(
    "--size", type=click.IntRange(1, LARGEST_SAMPLE), default=25, show_default=True, help="Number of entries."
)
@click.option(
    "--seed", default="", help="Any words nobody could have planned. If left out, a seed is made and printed."
)
@click.option("--from", "first_day", type=DayOption(), help="Only what was recorded on or after this day.")
@click.option("--to", "last_day", type=DayOption(), help="Only what was recorded on or before this day.")
@click.option("--at-entry", type=click.IntRange(min=1), help="Draw from the log up to and including this entry number.")
@click.option(
    "--receipts",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the receipt of each entry to this folder, which must be new or empty.",
)
@seal_option
@format_option
@click.pass_obj
def sample_command(
    where: Where,
    size: int,
    seed: str,
    first_day: date | None,
    last_day: date | None,
    at_entry: int | None,
    folder: Path | None,
    place: Path | None,
    shape: Format,
) -> None:
    """Draw random entries. The same seed and the same log always give the same entries.

    Draw number i is SHA-256 over the lines common-hours/sample/v1, the seed, and i. Its remainder, divided by the
    number of entries, picks the entry. Days are the days of recording, in the community's time zone.
    """
    if len(seed) > LONGEST_SEED or not seed.isprintable():
        raise click.BadParameter(f"A seed is one line of at most {LONGEST_SEED} characters.", param_hint="--seed")
    if folder and folder.exists() and any(folder.iterdir()):
        raise CommandProblem(f"{folder} already exists.", "Name a new or empty folder.")
    seed = seed.strip() or secrets.token_hex(DRAWN_SEED_BYTES)
    with where.log() as log:
        positions, ends = _population(log, at_entry, first_day, last_day)
        numbers = sample(seed, size, *ends)
        entries = [decode(log.from_position(positions[number - 1] - 1, limit=1)[0].data) for number in numbers]
    print_rows((_row(*pair) for pair in zip(numbers, entries, strict=True)), COLUMNS, shape)
    first, last = ends
    within = f"from entries {first:,} to {last:,}, " if numbers else ""
    say(f"{count(len(numbers), 'entry', 'entries')} drawn {within}up to entry {len(positions):,}, with the seed {seed}")
    if folder and numbers:
        with signing(where, place) as (signer, _):
            _write_receipts(signer, numbers, folder)
        say(f"Check each with: hours verify receipt {folder}/{numbers[0]}.tlog-proof --key {folder / 'vkeys.txt'}")


def _population(
    log: Log, at_entry: int | None, first_day: date | None, last_day: date | None
) -> tuple["array[int]", tuple[int, int]]:
    """Where every entry lies, and the first and the last that were recorded in these days; (1, 0) if there is none."""
    positions = array("q")
    first, last, calendar = 1, 0, _Days(first_day, last_day)
    head = log.head()
    with progress("Reading the log") as tell:
        for position, data in log.scan():
            positions.append(position)
            if calendar.holds(data):
                first = first if last else len(positions)
                last = len(positions)
            if len(positions) % 2_000 == 0:
                tell(len(positions), max(head, len(positions)))
            if len(positions) == at_entry:
                break
    if at_entry and len(positions) < at_entry:
        raise CommandProblem(
            f"The log has {len(positions):,} entries, so there is no entry {at_entry:,} yet.", "Use a smaller number."
        )
    return positions, (first, last)


class _Days:
    """The days to draw from. When all days will do, no entry is looked into."""

    def __init__(self, first: date | None, last: date | None) -> None:
        self._first, self._last = first, last
        self._agreements: Agreements | None = None

    def holds(self, data: bytes) -> bool:
        """Whether an entry was recorded in these days, where the community lives; the first entry says where."""
        if self._first is None and self._last is None:
            return True
        entry = decode(data)
        if self._agreements is None:
            self._agreements = Agreements().after(entry.data)
        day = self._agreements.local(entry.recorded_at).date()
        return (self._first or date.min) <= day <= (self._last or date.max)


def _row(number: int, entry: Entry) -> dict[str, str | int]:
    return {
        "entry": number,
        "type": entry.type,
        "recorded_at": entry.at,
        "actor": entry.actor,
        "for": entry.on_behalf or "",
        "via": entry.via,
    }


def _write_receipts(signer: Signer, numbers: list[int], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (folder / f"{number}.tlog-proof").write_bytes(signer.receipt(number).data)
    (folder / "vkeys.txt").write_bytes((signer.folder.path / "vkeys.txt").read_bytes())
