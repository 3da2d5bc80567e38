"""What is worked out from the entries for people and other programs: a plain-text journal, balances, corrections, a guide.

The journal is read alike by hledger and by ledger. Same entries, same bytes: dates are UTC, order is that of the log.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ledger.seal.canonical import REPORTED, REVERSED, WITHDRAWN, Posting, given_on, named
from ledger.seal.checkpoint import Checkpoint
from ledger.seal.note import VerifierKey
from ledger.seal.policy import Policy

BALANCES_HEAD = b"account,given,received,balance\n"
CORRECTIONS_HEAD = b"entry,recorded_at,kind,concerns,original_entry,given_on,minutes,asked_by,approved_by,sealed\n"


class Tally(NamedTuple):
    """Minutes that an account gave and received, reversals taken off."""

    given: int
    received: int

    @property
    def balance(self) -> int:
        return self.given - self.received


class Correction(NamedTuple):
    """An entry that puts another right. `original` is the other's number, once it is known."""

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
        """Its row in the table of corrections."""
        number, recorded_at, kind, concerns, *rest = self
        return ",".join(map(str, (number, recorded_at, kind, concerns, original, *rest))) + "\n"


def correction(number: int, entry: Mapping[str, Any], moved: Sequence[Posting]) -> Correction | None:
    """The entry as a correction, if it is one: a reversal, a report that replaces a reversed one, a withdrawn gift."""
    kind = entry["type"]
    approved_by = ""
    if kind == REVERSED:
        concerns, asked_by, approved_by = (
            named(entry, "exchange"),
            named(entry, "asked_by"),
            named(entry, "approved_by"),
        )
    elif kind == REPORTED and "corrects" in entry["data"]:
        concerns, asked_by = named(entry, "corrects"), named(entry, "reported_by")
    elif kind == WITHDRAWN:
        concerns, asked_by = named(entry, "gift"), named(entry, "withdrawn_by")
    else:
        return None
    sealed = " ".join(f"{field}:{commitment}" for field, commitment in entry.get("sealed", {}).items())
    minutes = sum(posting.given for posting in moved)
    return Correction(number, entry["at"], kind, concerns, given_on(entry), minutes, asked_by, approved_by, sealed)


class Movement(NamedTuple):
    """An entry that moves minutes, as the journal tells of it; `behalf` is None when nobody acted for another."""

    number: int
    kind: str
    recorded_on: str
    given_on: str
    exchange: str
    actor: str
    behalf: str | None


def movement(number: int, entry: Mapping[str, Any]) -> Movement:
    """The entry as a movement. Raises BadEntry."""
    kind, recorded_on, acting = entry["type"], entry["at"][:10], entry["actor"]
    return Movement(number, kind, recorded_on, given_on(entry), named(entry, "exchange"), acting, entry.get("for"))


def journal_entry(told: Movement, moved: Iterable[Posting]) -> str:
    """One entry of the journal: recorded on, happened on, entry number, and its movements in minutes."""
    number, kind, recorded_on, given_on, exchange, actor, behalf = told
    acting_for = f"    ; for: {behalf}\n" if behalf else ""
    movements = "".join([f"    {account}  {given - received} min\n" for account, given, received in moved])
    return (
        f"{recorded_on}={given_on} * ({number}) {kind}\n"
        f"    ; exchange: {exchange}\n    ; actor: {actor}\n{acting_for}{movements}\n"
    )


def journal_opening(checkpoint: Checkpoint, accounts: Iterable[str]) -> bytes:
    """The beginning of the journal: which log it is of, and every account that it moves."""
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
    """The end of the journal: every balance asserted, so that other programs refuse a journal that was changed."""
    if not balances:
        return b""
    lines = [f"{last_day} * balances as of entry {checkpoint.size}"]
    lines += [f"    {account}  0 min = {balances[account].balance} min" for account in sorted(balances)]
    return ("\n".join(lines) + "\n").encode()


def balances_table(balances: Mapping[str, Tally]) -> bytes:
    """Every account that anything moved on, in minutes."""
    rows = [f"{name},{it.given},{it.received},{it.balance}\n" for name, it in sorted(balances.items())]
    return BALANCES_HEAD + "".join(rows).encode()


def corrections_table(corrections: Iterable[Correction], originals: Mapping[int, int]) -> bytes:
    """Every correction with the number of the entry that it puts right."""
    return CORRECTIONS_HEAD + "".join(each.line(originals.get(each.number, 0)) for each in corrections).encode()


def guide(checkpoint: Checkpoint, keys: Sequence[VerifierKey], policy: Policy) -> bytes:
    """README.txt: what this folder is, and how to check it, for a reader who is no programmer."""
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
