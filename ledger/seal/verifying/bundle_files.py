"""The files of a bundle: what they must contain, and comparing them with that, a part at a time.

The journal, the tables and the guide are derived from the entries, for people and other programs, such as hledger and ledger.
The same entries always give the same bytes: dates are UTC, and the order is that of the log.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from operator import ne
from os import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from ledger.seal.verifying.canonical import REPORTED, REVERSED, WITHDRAWN, Posting
from ledger.seal.verifying.merkle import HASH_BYTES, Edge
from ledger.seal.verifying.note import Checkpoint, VerifierKey
from ledger.seal.verifying.policy import Policy

BALANCES_HEAD = b"account,given,received,balance\n"
CORRECTIONS_HEAD = b"entry,recorded_at,kind,concerns,original_entry,given_on,minutes,asked_by,approved_by,sealed\n"


class Tally(NamedTuple):
    """The minutes that an account gave and received, less reversals."""

    given: int
    received: int

    @property
    def balance(self) -> int:
        return self.given - self.received


class Correction(NamedTuple):
    """An entry that corrects an earlier one."""

    number: int
    recorded_at: str
    kind: str
    concerns: str
    given_on: str
    minutes: int
    asked_by: str
    approved_by: str
    sealed: str

    def line(self, original: int) -> str:
        """The row in the table of corrections; `original` is the number of the entry it corrects."""
        number, recorded_at, kind, concerns, *rest = self
        return ",".join(map(str, (number, recorded_at, kind, concerns, original, *rest))) + "\n"


def correction(number: int, entry: Mapping[str, Any], moved: Sequence[Posting]) -> Correction | None:
    """The correction in an entry, if there is one: a reversal, a report that replaces a reversed exchange, or a withdrawn gift."""
    kind, fact = entry["type"], entry["data"]
    approved_by = ""
    if kind == REVERSED:
        concerns, asked_by, approved_by = fact["exchange"], fact["asked_by"], fact["approved_by"]
    elif kind == REPORTED and "corrects" in fact:
        concerns, asked_by = fact["corrects"], fact["reported_by"]
    elif kind == WITHDRAWN:
        concerns, asked_by = fact["gift"], fact["withdrawn_by"]
    else:
        return None
    sealed = " ".join(f"{field}:{commitment}" for field, commitment in entry.get("sealed", {}).items())
    minutes = sum(posting.given for posting in moved)
    return Correction(number, entry["at"], kind, concerns, fact["given_on"], minutes, asked_by, approved_by, sealed)


class Movement(NamedTuple):
    """An entry that moves minutes, as the journal shows it. `behalf` is None unless someone acted for another member."""

    number: int
    kind: str
    recorded_on: str
    given_on: str
    exchange: str
    actor: str
    behalf: str | None


def movement(number: int, entry: Mapping[str, Any]) -> Movement:
    """The movement in an entry."""
    kind, fact = entry["type"], entry["data"]
    recorded_on, given_on, exchange = entry["at"][:10], fact["given_on"], fact["exchange"]
    return Movement(number, kind, recorded_on, given_on, exchange, entry["actor"], entry.get("for"))


def journal_entry(movement: Movement, moved: Iterable[Posting]) -> str:
    """An entry of the journal: the days it was recorded and happened, its number, and its movements in minutes."""
    number, kind, recorded_on, given_on, exchange, actor, behalf = movement
    acting_for = f"    ; for: {behalf}\n" if behalf else ""
    movements = "".join([f"    {account}  {given - received} min\n" for account, given, received in moved])
    return (
        f"{recorded_on}={given_on} * ({number}) {kind}\n"
        f"    ; exchange: {exchange}\n    ; actor: {actor}\n{acting_for}{movements}\n"
    )


def journal_opening(checkpoint: Checkpoint, accounts: Iterable[str]) -> bytes:
    """The start of the journal: the log it belongs to, and every account in it."""
    lines = [
        f"; The journal of {checkpoint.origin}, entries 1 to {checkpoint.size}.",
        f"; Sealed by the root {checkpoint.grouped_root}",
        "; Dates: recorded=happened. Numbers are minutes: given is above zero, received below.",
        "; Balances: hledger -f journal.ledger balance, or ledger -f journal.ledger balance",
        "",
        "commodity min",
        "tag exchange",
        "tag actor",
        "tag for",
        *(f"account {account}" for account in accounts),
    ]
    return ("\n".join(lines) + "\n\n").encode()


def journal_closing(checkpoint: Checkpoint, last_day: str, balances: Mapping[str, Tally]) -> bytes:
    """The end of the journal: an assertion of every balance, so that other programs reject a journal that was changed."""
    if not balances:
        return b""
    lines = [f"{last_day} * balances as of entry {checkpoint.size}"]
    lines += [f"    {account}  0 min = {balances[account].balance} min" for account in sorted(balances)]
    return ("\n".join(lines) + "\n").encode()


def balances_table(balances: Mapping[str, Tally]) -> bytes:
    """The table of all accounts with movements, in minutes."""
    rows = [f"{name},{it.given},{it.received},{it.balance}\n" for name, it in sorted(balances.items())]
    return BALANCES_HEAD + "".join(rows).encode()


def corrections_table(corrections: Iterable[Correction], originals: Mapping[int, int]) -> bytes:
    """The table of all corrections, with the numbers of the entries that they correct."""
    return CORRECTIONS_HEAD + "".join(each.line(originals.get(each.number, 0)) for each in corrections).encode()


def guide(checkpoint: Checkpoint, keys: Sequence[VerifierKey], policy: Policy) -> bytes:
    """README.txt: what the folder is and how to check it, for readers who are not programmers."""
    written_keys = "\n".join(f"  {key.text}" for key in keys)
    return f"""The book of {checkpoint.origin}, entries 1 to {checkpoint.size}

This folder holds everything that is needed to check the book of this time bank without its server.

  entries.jsonl    the book: line 1 is entry 1, in the very bytes that are sealed
  leaves.txt       one hash for each entry; they name the entry that does not fit
  checkpoint       the seal: how many entries there are, the root over all of them, and the signature
  checkpoints/     earlier seals, each named by its number of entries
  vkeys.txt        the public keys that seals are checked with: the log's own, and those of its witnesses
  policy           whose word must stand beside the seal, as this time bank sees it
  journal.ledger   the movements as plain text, for hledger and ledger
  balances.csv     every account's minutes: given, received, balance
  corrections.csv  what was taken back or put right, with the entry it concerns
  README.txt       this page

The root, in groups of four. Compare it with a sheet you were given, or with what a neighbour has:

  {checkpoint.grouped_root}

The keys. Compare them with what you were given by somebody you trust, not only with this folder:

{written_keys}

A witness has seen the seal of this book and found the book before it unchanged. The time bank asks for this word to stand
beside each seal:

  {policy.in_words}

Make up your own mind whose word you ask for, and keep the file "policy" that you were given with your first bundle.

To check everything, get the program Common Hours from where you trust it. Python and its library "cryptography" are enough:

  python -m ledger.seal.verify bundle THIS-FOLDER

and, if you kept an earlier seal and a policy (you should):

  python -m ledger.seal.verify bundle THIS-FOLDER --known YOUR-EARLIER-SEAL --policy YOUR-POLICY

It ends with 0 when the book is sound, 1 when something was changed, 2 when the book is another one than the one you knew, and
3 when something is missing. It says what it checked and what it did not.

To add the hours up with another program:

  hledger -f journal.ledger balance
  ledger -f journal.ledger balance

Members are shown by identifiers; names are not in the book. One hour is 60 minutes, whoever gave it.
""".encode()


LEAF_LINE_BYTES = 2 * HASH_BYTES + 1
_LONGEST_LINE, _MOST_OPENING_BYTES = 4096, 32 * 1024 * 1024


def leaf_lines(leaves: Sequence[bytes]) -> bytes:
    """Hashes in the format of `leaves.txt`: one on each line, in hexadecimal."""
    return b"".join(leaves).hex("\n", HASH_BYTES).encode() + b"\n"


def is_same(path: Path, expected: bytes) -> bool:
    """Whether the file contains exactly these bytes."""
    return path.is_file() and read_at_most(path, len(expected)) == expected


def read_at_most(path: Path, limit: int) -> bytes:
    """The bytes of a file. A longer file gives `limit` + 1 bytes, so that the caller rejects it."""
    with path.open("rb") as file:
        return file.read(limit + 1)


def has_more(file: BinaryIO) -> bool:
    """Whether a file that should be at its end has more bytes."""
    return file.read(1) != b""


class LeafLines:
    """Compares `leaves.txt` with the hashes of the entries.

    `differing` is the number of the first line that is not the hash of its entry. `are_sealed` says, when there is such a line,
    whether the file still leads to the sealed root. If so, it is the entry that was changed.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries = 0
        self.differing: int | None = None
        self.hint = ""
        self.are_sealed = False

    def compare(self, first: int, leaves: Sequence[bytes]) -> None:
        """Compare the next hashes, starting with entry `first`."""
        self._entries += len(leaves)
        if self.differing is not None:
            return
        expected = leaf_lines(leaves)
        found = self._file.read(len(expected))
        if found == expected:
            return
        place = _first_difference(found, expected) // LEAF_LINE_BYTES
        self.differing = first + place
        lines, leaf = found.split(b"\n"), leaves[place].hex().encode()
        if leaf in lines:
            self.hint = f": its line contains what was sealed as entry {first + lines.index(leaf):,}"

    def end(self, size: int, root: bytes) -> None:
        """Finish after the last entry: nothing may follow. If a line differed, compute the root of the file itself."""
        if self.differing is None and self._entries == size and has_more(self._file):
            self.differing = size + 1
        if self.differing is not None:
            self.are_sealed = self._leads_to(root, size)

    def _leads_to(self, root: bytes, size: int) -> bool:
        edge = Edge()
        if self._file.seek(0, SEEK_END) != size * LEAF_LINE_BYTES:
            return False  # a seal can claim any size
        self._file.seek(0)
        with suppress(ValueError):
            for _ in range(size):
                edge.append(bytes.fromhex(self._file.read(LEAF_LINE_BYTES).decode()))
        return edge.size == size and edge.root == root


class JournalLines:
    """Compares `journal.ledger` with the movements of the entries. `differing` is roughly the first line that differs."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.differing: int | None = None
        self.opening = self._read_opening()
        self._lines = self.opening.count(b"\n")

    def compare(self, expected: bytes) -> None:
        """Compare the next movements."""
        if self.differing is not None:
            return
        found = self._file.read(len(expected))
        if found == expected:
            self._lines += expected.count(b"\n")
            return
        at = _first_difference(found, expected)
        self.differing = self._lines + expected[:at].count(b"\n") + 1

    def end(self, closing: bytes) -> None:
        """Compare the end of the journal; nothing may follow it."""
        self.compare(closing)
        if self.differing is None and has_more(self._file):
            self.differing = self._lines + 1

    def _read_opening(self) -> bytes:
        """Read the comments, an empty line and the accounts, up to the next empty line."""
        opening = bytearray()
        blanks = 0
        while blanks < 2 and len(opening) < _MOST_OPENING_BYTES and (line := self._file.readline(_LONGEST_LINE)):
            opening += line
            blanks += line == b"\n"
        return bytes(opening)


def _first_difference(found: bytes, expected: bytes) -> int:
    differs = enumerate(map(ne, found, expected))
    return next((place for place, is_so in differs if is_so), min(len(found), len(expected)))
