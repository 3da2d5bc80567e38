"""The receipt: one entry, its path to the root, and the checkpoint over it, in one file (C2SP tlog-proof, draft v1).

The entry itself travels in the `extra` line, so that a member can read years later what is under the seal.
"""

from typing import NamedTuple

from ledger.seal.checkpoint import parse_decimal
from ledger.seal.merkle import HASH_BYTES
from ledger.seal.note import LARGEST_NOTE_BYTES, BadNote, from_base64, to_base64

HEADER = "c2sp.org/tlog-proof@v1"
LARGEST_ENTRY_BYTES = 65_535
LONGEST_PATH = 63
LARGEST_RECEIPT_BYTES = LARGEST_NOTE_BYTES + 2 * LARGEST_ENTRY_BYTES


class Receipt(NamedTuple):
    """The stored bytes of an entry, its place (entry number less one), its path, and the signed checkpoint's bytes."""

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
    """Reads a receipt, without asking whether it proves anything. Raises BadNote when it is none."""
    if len(data) > LARGEST_RECEIPT_BYTES:
        raise BadNote(f"a receipt has at most {LARGEST_RECEIPT_BYTES} bytes")
    proof, found, checkpoint = data.partition(b"\n\n")
    if not found or not proof.isascii():
        raise BadNote("a receipt is a proof, an empty line, and a checkpoint")
    header, *lines = proof.decode().split("\n")
    if header != HEADER:
        raise BadNote(f"a receipt begins with {HEADER}")
    if len(lines) < 2 or not lines[0].startswith("extra ") or not lines[1].startswith("index "):
        raise BadNote("a receipt holds the entry and its index")
    path = tuple(from_base64(line) for line in lines[2:])
    if len(path) > LONGEST_PATH or any(len(node) != HASH_BYTES for node in path):
        raise BadNote(f"a path has at most {LONGEST_PATH} hashes of {HASH_BYTES} bytes")
    entry = from_base64(lines[0].removeprefix("extra "))
    if not 0 < len(entry) <= LARGEST_ENTRY_BYTES:
        raise BadNote(f"an entry has 1 to {LARGEST_ENTRY_BYTES} bytes")
    return Receipt(entry, parse_decimal(lines[1].removeprefix("index ")), path, checkpoint)
