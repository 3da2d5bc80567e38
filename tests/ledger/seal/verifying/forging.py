"""Bundles of any entries, sealed as a host would seal them: what somebody who holds the key of the seal could pass on."""

import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.seal.verify import verify
from ledger.seal.verifying.bundle_files import balances_table, guide, journal_closing, journal_opening, leaf_lines
from ledger.seal.verifying.canonical import encode
from ledger.seal.verifying.note import ED25519, Checkpoint, VerifierKey, sign_note
from ledger.seal.verifying.policy import Policy
from ledger.seal.verifying.segments import LogTotals, read_segments, tasks
from ledger.seal.verifying.verdict import Verdict

ORIGIN = "localhost/elm-street/1"
FORGER = Ed25519PrivateKey.from_private_bytes(b"f" * 32)
KEY = VerifierKey(ORIGIN, ED25519, FORGER.public_key().public_bytes_raw())

Entries = list[dict[str, Any]]


def entries_of(bundle: Path) -> Entries:
    """The entries of a bundle."""
    return [json.loads(line) for line in (bundle / "entries.jsonl").read_bytes().splitlines()]


def write_forged(folder: Path, entries: Iterable[dict[str, Any]], *, origin: str = ORIGIN) -> Path:
    """Write a bundle in which everything but the entries themselves is in order."""
    lines = [encode(entry) for entry in entries]
    file = BytesIO(b"".join(line + b"\n" for line in lines))
    totals, movements, leaves = LogTotals(), b"", list[bytes]()
    for segment in read_segments(file, tasks(file, len(lines), origin, [len(lines)], secrets.token_bytes()), 1):
        totals.add(segment)
        movements += segment.journal
        leaves += segment.leaves
    checkpoint = Checkpoint(origin, len(lines), totals.edge.root)
    key = KEY._replace(name=origin)
    policy = Policy((key,), (), (), "none")
    corrections = totals.finish()
    journal = journal_opening(checkpoint, sorted(totals.balances)) + movements
    files = {
        "entries.jsonl": file.getvalue(),
        "leaves.txt": leaf_lines(leaves),
        "checkpoint": sign_note(checkpoint.text, origin, FORGER).data,
        "policy": policy.text.encode(),
        "vkeys.txt": f"{key.text}\n".encode(),
        "journal.ledger": journal + journal_closing(checkpoint, totals.last_day, totals.balances),
        "balances.csv": balances_table(totals.balances),
        "corrections.csv": corrections,
        "README.txt": guide(checkpoint, [key], policy),
    }
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def verdict_on(folder: Path, entries: Iterable[dict[str, Any]], **options: Any) -> Verdict:
    """What the verifier says about these entries."""
    return verify("bundle", write_forged(folder, entries), keys=[KEY], workers=1, **options)


class BookWriter:
    """Writes entries by hand, each a minute after the one before, as the ledger would or would not."""

    def __init__(self, entries: Sequence[dict[str, Any]] = ()) -> None:
        self.entries: Entries = [*entries]
        self._commands = 0

    def add(self, kind: str, actor: str = "host", *, behalf: str = "", same_command: bool = False, **data: Any) -> int:
        """Add an entry, and return its number."""
        self._commands += not same_command
        entry: dict[str, Any] = {
            "actor": actor,
            "at": self._next_time(),
            "cmd": f"forged-{self._commands:08}",
            "data": data,
            "log": ORIGIN,
            "nonce": secrets.token_hex(16),
            "type": kind,
            "v": 1,
            "ver": 1,
            "via": "web",
            "wish": f"{self._commands:032x}",
        }
        self.entries.append(entry | ({"for": behalf} if behalf else {}))
        return len(self.entries)

    def _next_time(self) -> str:
        before = self.entries[-1]["at"] if self.entries else "2026-03-14T10:29:00.000000Z"
        moment = datetime.fromisoformat(cast("str", before)) + timedelta(minutes=1)
        return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


Change = Callable[[Entries], object]
