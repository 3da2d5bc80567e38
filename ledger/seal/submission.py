"""What a log hands to a witness: its checkpoint, and the proof from the last one the witness saw (C2SP tlog-witness v1.0.0)."""

from hashlib import sha256
from typing import NamedTuple

from ledger.seal.checkpoint import parse_decimal
from ledger.seal.merkle import HASH_BYTES
from ledger.seal.note import LARGEST_NOTE_BYTES, BadNote, from_base64, to_base64

LONGEST_PROOF = 63
LARGEST_SUBMISSION_BYTES = LARGEST_NOTE_BYTES + 4096
ADD_CHECKPOINT = "add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
"""The content type of an answer that says only how many entries the witness has seen."""


class Submission(NamedTuple):
    """The size that the witness saw last, the proof of consistency from there, and the bytes of the signed checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    @property
    def data(self) -> bytes:
        """The submission as it is sent."""
        return "\n".join([f"old {self.old}", *map(to_base64, self.proof), "", ""]).encode() + self.checkpoint


def parse_submission(data: bytes) -> Submission:
    """Reads a submission, without asking whether it proves anything. Raises BadNote when it is none."""
    if len(data) > LARGEST_SUBMISSION_BYTES:
        raise BadNote(f"a submission has at most {LARGEST_SUBMISSION_BYTES} bytes")
    head, found, checkpoint = data.partition(b"\n\n")
    if not found or not head.isascii():
        raise BadNote("a submission is an old size, a proof, an empty line, and a checkpoint")
    old, *lines = head.decode().split("\n")
    if not old.startswith("old "):
        raise BadNote("a submission begins with the old size")
    if len(lines) > LONGEST_PROOF:
        raise BadNote(f"a proof has at most {LONGEST_PROOF} hashes")
    proof = tuple(from_base64(line) for line in lines)
    if any(len(node) != HASH_BYTES for node in proof):
        raise BadNote(f"a hash has {HASH_BYTES} bytes")
    return Submission(parse_decimal(old.removeprefix("old ")), proof, checkpoint)


def origin_hash(origin: str) -> str:
    """What a log is called in the address where a witness shows the last checkpoint that it saw of it."""
    return sha256(origin.encode()).hexdigest()
