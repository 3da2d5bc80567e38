"""Bundles of any entries, sealed as a host would seal them: what somebody who holds the key of the seal could pass on."""

import json
import secrets
from collections.abc import Iterable, Sequence
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


def verdict_on(folder: Path, entries: Iterable[dict[str, Any]], *, origin: str = ORIGIN, **options: Any) -> Verdict:
    """What the verifier says about these entries."""
    forged = write_forged(folder, entries, origin=origin)
    return verify("bundle", forged, keys=[KEY._replace(name=origin)], workers=1, **options)


class BookWriter:
    """Writes entries by hand, each a minute after the one before, as the ledger would or would not."""

    def __init__(self, entries: Sequence[dict[str, Any]] = ()) -> None:
        self.entries: Entries = [*entries]
        self._commands = 0
        self._waited = timedelta()

    def add(
        self, kind: str, actor: str = "host", *, behalf: str = "", same_command: bool = False, ver: int = 1, **data: Any
    ) -> int:
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
            "ver": ver,
            "via": "web",
            "wish": f"{self._commands:032x}",
        }
        self.entries.append(entry | ({"for": behalf} if behalf else {}))
        return len(self.entries)

    def wait(self, days: int) -> None:
        """Let days pass before the next entry."""
        self._waited = timedelta(days=days)

    def _next_time(self) -> str:
        before = self.entries[-1]["at"] if self.entries else "2026-03-14T10:29:00.000000Z"
        moment = datetime.fromisoformat(cast("str", before)) + timedelta(minutes=1) + self._waited
        self._waited = timedelta()
        return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"

    def help_given(
        self,
        reporter: str = "m-ana",
        *,
        exchange: str = "x-1",
        giver: str = "m-ana",
        receiver: str = "m-bo",
        minutes: int = 60,
        given_on: str = "2026-03-14",
        awaiting: Sequence[str] = ("m-bo",),
        settled: bool = False,
        **more: Any,
    ) -> int:
        """Report help, by default from Ana to Bo, by Ana. Return the number of the last entry."""
        legs = [{"category": "garden", "giver": giver, "minutes": minutes, "receiver": receiver}]
        envelope: dict[str, Any] = {"actor": reporter}
        envelope |= {key: more.pop(key) for key in ("actor", "behalf") if key in more}
        fact: dict[str, Any] = {"exchange": exchange, "given_on": given_on, "legs": legs}
        self.add("exchange-reported", **envelope, **fact, reported_by=reporter, awaiting=[*awaiting], **more)
        if settled:
            self.add("exchange-settled", **envelope, same_command=True, **fact)
        return len(self.entries)

    def settle(self, actor: str = "m-bo", *, exchange: str = "x-1", same_command: bool = True) -> int:
        """Settle an exchange that was reported."""
        report = next(entry["data"] for entry in self.entries if entry["data"].get("exchange") == exchange)
        fact = {key: report[key] for key in ("exchange", "given_on", "legs")}
        return self.add("exchange-settled", actor, same_command=same_command, **fact)

    def agree(self, by: str = "m-bo", *, exchange: str = "x-1") -> int:
        """Agree to an exchange, and settle it."""
        self.add("exchange-confirmed", by, exchange=exchange, confirmed_by=by)
        return self.settle(by, exchange=exchange)

    def take_back(self, actor: str, asked_by: str, *, exchange: str = "x-1", **envelope: Any) -> int:
        """Reverse an exchange."""
        report = next(entry["data"] for entry in self.entries if entry["data"].get("exchange") == exchange)
        fact: dict[str, Any] = {key: report[key] for key in ("exchange", "given_on", "legs")}
        return self.add("exchange-reversed", actor, **(envelope | fact), asked_by=asked_by, approved_by=actor)

    def gift(
        self, by: str = "m-ana", *, gift: str = "f-1", giver: str = "m-ana", receiver: str = "m-bo", **more: Any
    ) -> int:
        """Record a gift, by default from Ana to Bo."""
        fact: dict[str, Any] = {
            "gift": gift,
            "giver": giver,
            "receiver": receiver,
            "category": "garden",
            "given_on": "2026-03-14",
        }
        fact |= {"recorded_by": by, **more}
        return self.add("gift-recorded", by, **fact)

    def withdraw(self, by: str, *, gift: str = "f-1") -> int:
        """Withdraw a gift."""
        recorded = next(entry["data"] for entry in self.entries if entry["data"].get("gift") == gift)
        fact: dict[str, Any] = {key: value for key, value in recorded.items() if key != "recorded_by"}
        return self.add("gift-withdrawn", by, **fact, withdrawn_by=by)

    def welcome(self, member: str, *roles: str, by: str = "host") -> int:
        """Invite and welcome somebody, and give them roles."""
        self.add("member-invited", by, member=member)
        self.add("member-welcomed", by, same_command=True, member=member)
        for role in roles:
            self.add("role-given", by, member=member, role=role)
        return len(self.entries)


def community() -> BookWriter:
    """A community of Ana, Bo and Eve, coordinated by Chidi and Dora, with a garden that Ana is in."""
    book = BookWriter()
    book.add("community-founded", name="Elm Street", time_zone="Europe/London", language="en", origin=ORIGIN)
    book.add("limits-agreed", same_command=True, debit_limit_minutes=-1200)
    book.add("confirmation-agreed", same_command=True, words_needed="receiver")
    book.add("categories-agreed", same_command=True, categories=[{"key": "garden", "label": "Garden"}])
    book.welcome("m-chidi", "coordinator")
    book.welcome("m-dora", "coordinator")
    for member in ("m-ana", "m-bo", "m-eve"):
        book.welcome(member, by="m-chidi")
    book.add("group-formed", "m-chidi", group="g-garden")
    book.add("group-joined", "m-ana", group="g-garden", member="m-ana")
    return book
