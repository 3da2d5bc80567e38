"""Checks a bundle or a receipt offline, completely or not at all: `python -m ledger.seal.verify bundle FOLDER`.

It needs Python, the library `cryptography`, and the modules of `ledger.seal` that it imports, which import nothing else.
Exit codes: 0 sound, 1 tampered, 2 forked from a seal you kept, 3 incomplete; 64 when the call itself is not understood.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NoReturn

from ledger.seal.canonical import BadEntry, UnknownKind, postings, read_entry
from ledger.seal.checkpoint import Checkpoint, check_checkpoint, parse_checkpoint
from ledger.seal.comparing import read_at_most
from ledger.seal.inspection import Inspection
from ledger.seal.merkle import ProofFails, check_inclusion, leaf_hash
from ledger.seal.note import LARGEST_NOTE_BYTES, BadNote, VerifierKey, parse_keys, parse_note
from ledger.seal.policy import LARGEST_POLICY_BYTES, Policy, parse_policy
from ledger.seal.quorum import NO_POLICY, check_quorum, check_signed, signed_by
from ledger.seal.receipt import LARGEST_RECEIPT_BYTES, Receipt, parse_receipt
from ledger.seal.verdict import FORKED, INCOMPLETE, TAMPERED, Verdict

Kind = Literal["bundle", "receipt"]
WRONG_CALL = 64
NO_KEY = "whose key this is: give --key FILE with a key that you were given by somebody you trust"


def verify(
    kind: Kind,
    path: Path,
    *,
    known: Sequence[Path] = (),
    keys: Sequence[VerifierKey] = (),
    policy: Policy | None = None,
    workers: int | None = None,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Verdict:
    """Checks everything that can be checked. `known` are seals kept from before; `keys` are trusted, if any are given, and so
    are the logs and witnesses that a `policy` names; without one, nobody's word is asked for, and that is said.

    Never raises for what a file holds, or for a file that is not there: that is what the verdict is for.
    """
    verdict = Verdict()
    if kind == "receipt":
        _verify_receipt(verdict, path, known, keys, policy)
    else:
        kept = [(str(file), data) for file in known if (data := _read(verdict, file, LARGEST_NOTE_BYTES)) is not None]
        try:
            Inspection(verdict, path, keys, policy, kept).run(workers, tell)
        except OSError as error:
            verdict.find(INCOMPLETE, f"{error.filename or path} cannot be read: {error.strerror}")
        if not keys and not (policy and policy.logs):
            verdict.unchecked.append(NO_KEY)
        if not known:
            verdict.unchecked.append(
                "whether this is the history that others were shown: give --known with a seal you kept"
            )
        verdict.unchecked.append("whether what was recorded did happen, and who was allowed to record it")
    return verdict


def read_policy(path: Path) -> Policy:
    """The policy in a file. Raises BadNote, naming the line, or OSError."""
    return parse_policy(read_at_most(path, LARGEST_POLICY_BYTES))


def _read(verdict: Verdict, path: Path, limit: int) -> bytes | None:
    try:
        return read_at_most(path, limit)
    except OSError as error:
        verdict.find(INCOMPLETE, f"{path} cannot be read: {error.strerror}")
        return None


def _verify_receipt(
    verdict: Verdict, path: Path, known: Sequence[Path], keys: Sequence[VerifierKey], policy: Policy | None
) -> None:
    keys = keys or (policy.logs if policy else ())
    data = _read(verdict, path, LARGEST_RECEIPT_BYTES)
    if data is None:
        return
    try:
        receipt = parse_receipt(data)
        checkpoint = _checkpoint_of(verdict, receipt, keys, policy)
        check_inclusion(leaf_hash(receipt.entry), receipt.place, checkpoint.size, receipt.path, checkpoint.root)
        verdict.checked.append(f"the entry is number {receipt.place + 1:,} of the {checkpoint.size:,} under the seal")
        _tell_of_the_entry(verdict, receipt, checkpoint)
    except (BadNote, ProofFails, BadEntry) as error:
        verdict.find(TAMPERED, f"the receipt: {error}")
        return
    for file in known:
        _compare_with_known(verdict, checkpoint, file, keys)
    verdict.unchecked.append("the other entries of the book: only a bundle shows them")


def _checkpoint_of(
    verdict: Verdict, receipt: Receipt, keys: Sequence[VerifierKey], policy: Policy | None
) -> Checkpoint:
    if keys:
        sealed = check_signed(receipt.checkpoint, keys, policy)
        verdict.checked.extend(signed_by(sealed))
        check_quorum(verdict, policy, sealed)
        return sealed.checkpoint
    verdict.find(INCOMPLETE, "nobody's signature could be checked: no key was given")
    verdict.unchecked.extend([NO_KEY, NO_POLICY])
    return parse_checkpoint(parse_note(receipt.checkpoint).text)


def _tell_of_the_entry(verdict: Verdict, receipt: Receipt, checkpoint: Checkpoint) -> None:
    try:
        entry = read_entry(receipt.entry, checkpoint.origin)
    except UnknownKind as error:
        verdict.find(INCOMPLETE, f"the entry: {error}")
        return
    moved = [f"{name} {given - received:+} min" for name, given, received in postings(entry)]
    told = f"it says: {entry['type']}, recorded {entry['at']} by {entry['actor']}"
    verdict.checked.append(", ".join([told, *moved]))


def _compare_with_known(verdict: Verdict, checkpoint: Checkpoint, file: Path, keys: Sequence[VerifierKey]) -> None:
    data = _read(verdict, file, LARGEST_NOTE_BYTES)
    if data is None:
        return
    try:
        kept = check_checkpoint(data, keys).checkpoint if keys else parse_checkpoint(parse_note(data).text)
    except BadNote as error:
        verdict.find(TAMPERED, f"{file}: {error}")
        return
    if (kept.origin, kept.size) != (checkpoint.origin, checkpoint.size):
        verdict.find(INCOMPLETE, f"{file} is another seal than the receipt's: only a bundle shows whether they fit")
    elif kept.root != checkpoint.root:
        verdict.find(FORKED, f"{file} and the receipt seal {kept.size:,} entries with two roots")
    else:
        verdict.checked.append(f"{file} is the same seal")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(WRONG_CALL, f"{message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; answers the exit code."""
    parser = _Parser(prog="python -m ledger.seal.verify", description="Check a bundle or a receipt, offline.")
    parser.add_argument("kind", choices=["bundle", "receipt"])
    parser.add_argument("path", type=Path, help="the bundle's folder, or the receipt's file")
    parser.add_argument("--known", type=Path, action="append", default=[], help="a seal that you kept; may be repeated")
    parser.add_argument(
        "--key", type=Path, help="a file of public keys that you trust, such as a vkeys.txt kept before"
    )
    parser.add_argument(
        "--policy", type=Path, help="a file that says whose word must stand beside the seal, as you were given it"
    )
    asked = parser.parse_args(arguments)
    keys: list[VerifierKey] = []
    if asked.key is not None:
        try:
            keys = parse_keys(asked.key.read_bytes())
        except (OSError, BadNote) as error:
            parser.error(f"{asked.key} holds no keys: {error}")
    policy = None
    if asked.policy is not None:
        try:
            policy = read_policy(asked.policy)
        except (OSError, BadNote) as error:
            parser.error(f"{asked.policy} holds no policy: {error}")
    verdict = verify(asked.kind, asked.path, known=asked.known, keys=keys, policy=policy)
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")  # a terminal that lacks a letter is no reason to stumble
    sys.stdout.write("".join(f"{line}\n" for line in verdict.lines))
    return verdict.code


__all__ = ["main", "read_policy", "verify"]

if __name__ == "__main__":
    sys.exit(main())
