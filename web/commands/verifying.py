"""`hours verify`: check a bundle or a receipt offline. The same function as `python -m ledger.seal.verify`."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from ledger.seal.signing.folder import SealFolder, default_place
from ledger.seal.verify import Kind, read_policy, verify
from ledger.seal.verifying.note import BadNote, VerifierKey, parse_checkpoint, parse_keys, parse_note
from ledger.seal.verifying.receipt import LARGEST_RECEIPT_BYTES, parse_receipt
from web.commands.printing import progress, say
from web.commands.sealing import seal_option

LARGEST_KEYS_BYTES = 1 << 20


@click.command("verify")
@click.argument("kind", type=click.Choice(["bundle", "receipt"]))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--known", type=click.Path(path_type=Path), multiple=True, help="A seal that you kept; may be repeated.")
@click.option(
    "--key", type=click.Path(path_type=Path), help="A file of public keys that you trust, such as a vkeys.txt."
)
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path),
    help="A file that says whose word must stand beside the seal, as you were given it.",
)
@seal_option
def verify_command(
    kind: Kind, path: Path, known: Sequence[Path], key: Path | None, policy_file: Path | None, place: Path | None
) -> None:
    """Check a bundle's folder or a receipt's file, and say what was checked and what was not.

    Exit codes: 0 sound, 1 tampered or not signed by whom it should be, 2 forked from a seal you kept, 3 incomplete.
    A receipt is checked with --key, or with the log that --policy names, or else with the key of this machine's own seal.
    """
    try:
        policy = None if policy_file is None else read_policy(policy_file)
    except (OSError, BadNote) as error:
        raise click.UsageError(f"{policy_file} holds no policy: {error}") from error
    if key is not None:
        try:
            with key.open("rb") as file:
                keys = parse_keys(file.read(LARGEST_KEYS_BYTES))
        except (OSError, BadNote) as error:
            raise click.UsageError(f"{key} holds no keys: {error}") from error
    else:
        is_named = policy is not None and bool(policy.logs)
        keys = _own_keys(path, place) if kind == "receipt" and not is_named else []
    with progress("Checking") as tell:
        verdict = verify(kind, path, known=known, keys=keys, policy=policy, tell=tell)
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
