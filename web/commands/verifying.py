"""`hours bundle`, `hours receipt` and `hours sample` write what an auditor needs, and `hours verify` checks it offline."""

import os
import secrets
from array import array
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import click

from ledger.agreements.rules import Agreements
from ledger.identifiers import is_identifier
from ledger.log.entry import decode
from ledger.log.store import Log
from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.folder import CONTRADICTION, SealFolder, default_place
from ledger.seal.signing.signer import LOOK, Signer
from ledger.seal.verify import Kind, read_policy, verify
from ledger.seal.verifying.note import BadNote, VerifierKey, parse_checkpoint, parse_keys, parse_note
from ledger.seal.verifying.receipt import LARGEST_RECEIPT_BYTES, LARGEST_SAMPLE, LONGEST_SEED, parse_receipt, sample
from web.commands.opening import DayOption, Location
from web.commands.printing import (
    CommandProblem,
    Format,
    count,
    echo_err,
    format_option,
    log_progress_bar,
    print_rows,
    progress_bar,
)
from web.commands.sealing import ask_witnesses_for, seal_option, seal_status, signing

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
@click.option(
    "--words",
    type=click.Path(path_type=Path),
    help="A member's own data (JSON). Shows which of their words a receipt is about.",
)
@click.option("--without-rules", is_flag=True, help="Do not check who was allowed to record what. Ends with 3 at best.")
@click.option("--strict", is_flag=True, help="End with 3 unless a key, policy or seal from elsewhere is given.")
@seal_option
def verify_command(
    kind: Kind,
    path: Path,
    known: Sequence[Path],
    key: Path | None,
    policy_file: Path | None,
    words: Path | None,
    without_rules: bool,
    strict: bool,
    place: Path | None,
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
    with progress_bar("Checking") as progress:
        verdict = verify(
            kind,
            path,
            known=known,
            keys=keys,
            policy=policy,
            words=words,
            rules=not without_rules,
            trusted=[file for file in (key, policy_file) if file is not None],
            strict=strict,
            progress=progress,
        )
    for line in verdict.lines:
        click.echo(line)
    if verdict.code:
        raise click.exceptions.Exit(verdict.code)


def _own_keys(path: Path, place: Path | None) -> list[VerifierKey]:
    """The keys of this machine's own seal, if it seals the log of the receipt."""
    try:
        with path.open("rb") as file:
            receipt = parse_receipt(file.read(LARGEST_RECEIPT_BYTES + 1))
        origin = parse_checkpoint(parse_note(receipt.checkpoint).text).origin
        folder = SealFolder(place or default_place(os.environ), origin)
        keys = parse_keys((folder.path / "vkeys.txt").read_bytes())
    except (OSError, BadNote):
        return []  # what is wrong with the receipt is reported by the check itself
    echo_err(f"Checked with the key in {folder.path}.")
    return keys


COLUMNS = ("entry", "type", "recorded_at", "actor", "for", "via")


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
    location: Location,
    size: int,
    seed: str,
    first_day: date | None,
    last_day: date | None,
    at_entry: int | None,
    folder: Path | None,
    place: Path | None,
    output: Format,
) -> None:
    """Draw random entries. The same seed and the same log always give the same entries.

    Draw number i is SHA-256 over the lines common-hours/sample/v1, the seed, and i. Its remainder, divided by the
    number of entries, picks the entry. Days are the days of recording, in the community's time zone.
    """
    if len(seed) > LONGEST_SEED or not seed.isprintable():
        raise click.BadParameter(f"A seed is one line of at most {LONGEST_SEED} characters.", param_hint="--seed")
    if folder and folder.exists() and any(folder.iterdir()):
        raise CommandProblem(f"{folder} already exists.", "Name a new or empty folder.")
    seed = seed.strip() or secrets.token_hex(6)
    with location.log() as log:
        positions, ends = _population(log, at_entry, first_day, last_day)
        numbers = sample(seed, size, *ends)
        drawn = {number: log.from_position(positions[number - 1] - 1, limit=1)[0].data for number in numbers}
    rows = (
        (number, entry.type, entry.at, entry.actor, entry.on_behalf or "", entry.via)
        for number, entry in ((number, decode(data)) for number, data in drawn.items())
    )
    print_rows(rows, COLUMNS, output)
    first, last = ends
    within = f"from entries {first:,} to {last:,}, " if numbers else ""
    echo_err(
        f"{count(len(numbers), 'entry', 'entries')} drawn {within}up to entry {len(positions):,}, with the seed {seed}"
    )
    if folder and numbers:
        with signing(location, place) as (signer, _):
            _write_receipts(signer, drawn, folder)
        echo_err(f"Check each with: hours verify receipt {folder}/{numbers[0]}.tlog-proof --key {folder / 'vkeys.txt'}")


def _population(
    log: Log, at_entry: int | None, first_day: date | None, last_day: date | None
) -> tuple["array[int]", tuple[int, int]]:
    """The positions of all entries, and the first and last that were recorded on these days: (1, 0) if there are none."""
    positions = array("q")
    first, last, agreements = 1, 0, None
    with log_progress_bar(log) as progress:
        for position, data in log.scan():
            positions.append(position)
            number = len(positions)
            is_within = True
            if first_day or last_day:
                entry = decode(data)
                agreements = agreements or Agreements().after(entry.data)  # the first entry says the time zone
                day = agreements.local(entry.recorded_at).date()
                is_within = (first_day or date.min) <= day <= (last_day or date.max)
            if is_within:
                first, last = first if last else number, number
            if number % 2_000 == 0:
                progress(number)
            if number == at_entry:
                break
    if at_entry and len(positions) < at_entry:
        raise CommandProblem(
            f"The log has {len(positions):,} entries, so there is no entry {at_entry:,} yet.", "Use a smaller number."
        )
    return positions, (first, last)


def _write_receipts(signer: Signer, drawn: Mapping[int, bytes], folder: Path) -> None:
    """Write the receipts of the entries that were drawn. Refuse if the log was replaced since, and has others there."""
    receipts = {number: signer.receipt(number) for number in drawn}
    if any(receipts[number].entry != data for number, data in drawn.items()):
        raise CommandProblem("The log was replaced while the sample was drawn. No receipt was written.", "Draw again.")
    folder.mkdir(parents=True, exist_ok=True)
    for number, receipt in receipts.items():
        (folder / f"{number}.tlog-proof").write_bytes(receipt.data)
    (folder / "vkeys.txt").write_bytes((signer.folder.path / "vkeys.txt").read_bytes())


@click.command("bundle")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--at-entry", type=click.IntRange(min=1), help="Bundle the log up to and including this entry number.")
@seal_option
@click.pass_obj
def bundle_command(location: Location, folder: Path, at_entry: int | None, place: Path | None) -> None:
    """Write a folder that can be checked without this server: entries, seals, journal, balances and corrections.

    The log is sealed first, and the witnesses are asked to sign. The folder must be new or empty. The same log and
    seals always give the same bytes. The folder contains no names.

    If a witness has seen a different history, the bundle is written all the same, as evidence: it ends with the last
    seal, and holds the other one if the witness shows it. The exit code is 1.
    """
    with signing(location, place) as (signer, log), progress_bar("Writing the bundle") as progress:
        sealed = signer.seal(upto=at_entry, whole=False, as_evidence=True)
        status = seal_status(signer, sealed) if signer.contradiction() else ask_witnesses_for(signer, sealed)
        sealed = write_bundle(signer, log, folder, upto=status.size, progress=progress)
        other = signer.contradiction()
    echo_err(f"{folder}: {count(sealed.checkpoint.size, 'entry', 'entries')}, root {sealed.checkpoint.grouped_root}")
    for line in status.lines:
        echo_err(line)
    echo_err(f"Check it with: hours verify bundle {folder}")
    if other is not None:
        raise CommandProblem(
            f"A witness was shown a seal of {other.checkpoint.size:,} entries, signed with this log's key, that this log does "
            f"not contain. The bundle holds it: {folder / CONTRADICTION}.",
            LOOK,
        )
    status.raise_if_contradicted()


LONGEST = 30


@click.command("receipt")
@click.argument("what", metavar="EXCHANGE|GIFT|ENTRY")
@seal_option
@click.pass_obj
def receipt_command(location: Location, what: str, place: Path | None) -> None:
    """Print the receipt of an entry: hours receipt x-... > exchange.tlog-proof

    ENTRY is an entry number. For an exchange, it is the entry that settled it, or otherwise the newest one about it.
    Anyone who has the receipt and the public key can check it offline: hours verify receipt FILE --key VKEYS.
    """
    with signing(location, place) as (signer, log):
        before = signer.folder.latest().checkpoint
        if what.isascii() and what.isdecimal() and len(what) < LONGEST:
            receipt = signer.receipt(int(what))
        else:
            receipt = signer.receipt(position=_position(log, what))
        if signer.folder.latest().checkpoint != before:
            status = ask_witnesses_for(signer, signer.folder.latest())
            status.raise_if_contradicted()
            receipt = signer.receipt(receipt.place + 1)
        else:
            status = seal_status(signer, signer.folder.latest())
        entry = decode(receipt.entry)
        keys = signer.folder.path / "vkeys.txt"
    click.echo(receipt.data, nl=False)
    echo_err(f"Entry {receipt.place + 1:,}, {entry.type}, recorded {entry.at}.")
    for line in status.lines:
        echo_err(line)
    echo_err(f"Check it with: hours verify receipt FILE --key {keys}")


def _position(log: Log, what: str) -> int:
    if not is_identifier(what) or what[0] not in "xf":
        raise CommandProblem(
            f"“{what[:LONGEST]}” is not an exchange, gift or entry number.", "An exchange looks like x-9f3k2m…"
        )
    from web.pages.proof.receipts import telling_position

    position = telling_position(log, what)
    if position is None:
        noun = "exchange" if what.startswith("x-") else "gift"
        raise CommandProblem(f"There is no {noun} {what}.", "The identifier is in the address of its page.")
    return position
