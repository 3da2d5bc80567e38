"""The receipt: one entry, its path to the root, and the checkpoint over it, in one file (C2SP tlog-proof, draft v1).

The `extra` line holds the entry itself, so that years later a member can read what was sealed. `sample` draws the entries
whose receipts an auditor checks.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ledger.seal.verifying.canonical import LARGEST_ENTRY_BYTES, BadEntry, UnknownKind, postings, read_entry
from ledger.seal.verifying.fact_shapes import check_shape
from ledger.seal.verifying.merkle import HASH_BYTES, ProofFails, check_inclusion, leaf_hash
from ledger.seal.verifying.note import (
    LARGEST_NOTE_BYTES,
    BadNote,
    Checkpoint,
    VerifierKey,
    check_checkpoint,
    from_base64,
    parse_checkpoint,
    parse_decimal,
    parse_note,
    to_base64,
)
from ledger.seal.verifying.policy import Policy, check_order
from ledger.seal.verifying.verdict import (
    FORKED,
    INCOMPLETE,
    NO_POLICY,
    TAMPERED,
    Verdict,
    check_quorum,
    check_signed,
    describe_signatures,
)
from ledger.seal.verifying.words import matching, read_words

_SAMPLE_DOMAIN = "common-hours/sample/v1"
LARGEST_SAMPLE = 200
LONGEST_SEED = 64
HEADER = "c2sp.org/tlog-proof@v1"
LONGEST_PATH = 63
LARGEST_RECEIPT_BYTES = LARGEST_NOTE_BYTES + 2 * LARGEST_ENTRY_BYTES
NO_KEY = "whose key this is: give --key FILE with a key from someone you trust"


class Receipt(NamedTuple):
    """The stored bytes of an entry, its place (entry number less one), its path, and the bytes of the signed checkpoint."""

    entry: bytes
    place: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    @property
    def data(self) -> bytes:
        """The receipt as a file."""
        lines = [HEADER, f"extra {to_base64(self.entry)}", f"index {self.place}", *map(to_base64, self.path), "", ""]
        return "\n".join(lines).encode() + self.checkpoint


def parse_receipt(data: bytes) -> Receipt:
    """Parse a receipt without checking what it proves. Raise BadNote if it is malformed."""
    if len(data) > LARGEST_RECEIPT_BYTES:
        raise BadNote(f"a receipt cannot have more than {LARGEST_RECEIPT_BYTES} bytes")
    proof, found, checkpoint = data.partition(b"\n\n")
    if not found or not proof.isascii():
        raise BadNote("a receipt consists of a proof, an empty line and a checkpoint")
    header, *lines = proof.decode().split("\n")
    if header != HEADER:
        raise BadNote(f"a receipt must start with {HEADER}")
    if len(lines) < 2 or not lines[0].startswith("extra ") or not lines[1].startswith("index "):
        raise BadNote("a receipt contains the entry and its index")
    path = tuple(from_base64(line) for line in lines[2:])
    if len(path) > LONGEST_PATH or any(len(node) != HASH_BYTES for node in path):
        raise BadNote(f"a path cannot have more than {LONGEST_PATH} hashes of {HASH_BYTES} bytes")
    entry = from_base64(lines[0].removeprefix("extra "))
    if not 0 < len(entry) <= LARGEST_ENTRY_BYTES:
        raise BadNote(f"an entry has 1 to {LARGEST_ENTRY_BYTES} bytes")
    return Receipt(entry, parse_decimal(lines[1].removeprefix("index ")), path, checkpoint)


def check_receipt(
    verdict: Verdict,
    path: Path,
    known: Sequence[Path],
    keys: Sequence[VerifierKey],
    policy: Policy | None,
    words: Path | None = None,
) -> None:
    """Check the receipt in a file, and compare its seal with those that were kept from before, and its entry with `words`."""
    keys = keys or (policy.logs if policy else ())
    data = verdict.read(path, LARGEST_RECEIPT_BYTES)
    if data is None:
        return
    try:
        receipt = parse_receipt(data)
        check_order(parse_note(receipt.checkpoint))
        checkpoint = _checkpoint(verdict, receipt, keys, policy)
        check_inclusion(leaf_hash(receipt.entry), receipt.place, checkpoint.size, receipt.path, checkpoint.root)
        verdict.checked.append(f"the entry is number {receipt.place + 1:,} of the {checkpoint.size:,} that are sealed")
        _describe_entry(verdict, receipt, checkpoint, words)
    except (BadNote, ProofFails, BadEntry) as error:
        verdict.find(TAMPERED, f"the receipt: {error}")
        return
    for file in known:
        _compare_with_known(verdict, checkpoint, file, keys)
    verdict.unchecked.append("the other entries of the log: only a bundle shows them")


def _checkpoint(verdict: Verdict, receipt: Receipt, keys: Sequence[VerifierKey], policy: Policy | None) -> Checkpoint:
    if keys:
        sealed = check_signed(receipt.checkpoint, keys, policy)
        verdict.checked.extend(describe_signatures(sealed))
        check_quorum(verdict, policy, sealed)
        return sealed.checkpoint
    verdict.find(INCOMPLETE, "no signature could be checked, because no key was given")
    verdict.unchecked.extend([NO_KEY, NO_POLICY])
    return parse_checkpoint(parse_note(receipt.checkpoint).text)


def _describe_entry(verdict: Verdict, receipt: Receipt, checkpoint: Checkpoint, words: Path | None) -> None:
    try:
        entry = read_entry(receipt.entry, checkpoint.origin)
        check_shape(entry)
    except UnknownKind as error:
        verdict.find(INCOMPLETE, f"the entry: {error}")
        return
    moved = [f"{name} {given - received:+} min" for name, given, received in postings(entry)]
    content = f"it says: {entry['type']}, recorded {entry['at']} by {entry['actor']}"
    verdict.checked.append(", ".join([content, *moved]))
    if words is not None:
        _compare_words(verdict, entry.get("sealed", {}), words)
    elif entry.get("sealed"):
        verdict.unchecked.append(
            f"which words it is about ({', '.join(entry['sealed'])}): give --words FILE with a member's own data"
        )


def _compare_words(verdict: Verdict, sealed: Mapping[str, str], file: Path) -> None:
    """Name the words in a member's own data that the entry is about. Their salts prove that these, and no others, were sealed."""
    try:
        found = matching(read_words(file), sealed)
    except (BadNote, OSError) as error:
        verdict.find(INCOMPLETE, f"{file} cannot be used: {error}")
        return
    if not found:
        verdict.find(INCOMPLETE, f"{file} does not hold the words of this entry")
    verdict.checked.extend(f"its {each.field} says: {each.text}" for each in found)


def _compare_with_known(verdict: Verdict, checkpoint: Checkpoint, file: Path, keys: Sequence[VerifierKey]) -> None:
    data = verdict.read(file, LARGEST_NOTE_BYTES)
    if data is None:
        return
    try:
        known = check_checkpoint(data, keys).checkpoint if keys else parse_checkpoint(parse_note(data).text)
    except BadNote as error:
        verdict.find(TAMPERED, f"{file}: {error}")
        return
    if (known.origin, known.size) != (checkpoint.origin, checkpoint.size):
        verdict.find(INCOMPLETE, f"{file} is another seal than the receipt's: only a bundle shows whether they agree")
    elif known.root != checkpoint.root:
        verdict.find(FORKED, f"{file} and the receipt seal {known.size:,} entries with two different roots")
    else:
        verdict.checked.append(f"{file} is the same seal")


def draws(seed: str, first: int, last: int) -> Iterator[int]:
    """Yield the entry numbers from first to last, each once, in the order in which this seed draws them.

    Anyone can draw the same sample again. Draw number i is the SHA-256 of "common-hours/sample/v1", the seed and i, each followed
    by a line break. Read as a number, its remainder after division by the size of the population selects an entry, and favours
    none by more than one part in 2^200. Entries that were drawn before are skipped.
    """
    population = last - first + 1
    drawn: set[int] = set()
    turn = 0
    while len(drawn) < population:
        turn += 1
        text = f"{_SAMPLE_DOMAIN}\n{seed}\n{turn}\n".encode()
        number = first + int.from_bytes(hashlib.sha256(text).digest()) % population
        if number not in drawn:
            drawn.add(number)
            yield number


def sample(seed: str, size: int, first: int, last: int) -> list[int]:
    """The first `size` entries that a seed draws, in log order; all of them if there are no more."""
    return sorted(islice(draws(seed, first, last), size))
