"""The bundle: everything that is needed to check the book without its server, in one folder. Same log and seals, same bytes."""

import secrets
import shutil
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

from ledger.log.store import Log
from ledger.seal.book import Book, Told, in_stretches
from ledger.seal.checkpoint import Sealed
from ledger.seal.comparing import leaf_lines
from ledger.seal.cosignature import only_of
from ledger.seal.inspection import SEALS
from ledger.seal.journal import balances_table, guide, journal_closing, journal_opening
from ledger.seal.refused import SealRefused
from ledger.seal.signer import LOOK, Signer
from ledger.seal.stretch import tasks


def write_bundle(
    signer: Signer,
    log: Log,
    folder: Path,
    *,
    upto: int | None = None,
    workers: int | None = None,
    tell: Told = lambda done, of: None,
) -> Sealed:
    """Writes the bundle of the whole log, or of its first `upto` entries, and answers the seal over it.

    `workers` is the number of processes that read it, otherwise as many as are worth it. The folder must not be there, or be empty; it appears when everything is in it. Reads the log once, in flat memory.
    Refuses with SealRefused what the signer refuses, and a log in which something could not be verified.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SealRefused(f"{folder} is there already.", "Name a folder that is new or empty.")
    sealed = signer.seal(upto=upto, whole=False)
    with _appearing(folder) as unfinished:
        _write_entries(log, unfinished / "entries.jsonl", sealed.checkpoint.size)
        _write_what_follows(sealed, signer, unfinished, workers, tell)
    return sealed


def _write_entries(log: Log, path: Path, size: int) -> None:
    with path.open("wb") as file:
        for _, data in islice(log.scan(), size):
            file.write(data + b"\n")


def _write_what_follows(sealed: Sealed, signer: Signer, folder: Path, workers: int | None, tell: Told) -> None:
    checkpoint = sealed.checkpoint
    book = Book()
    with ExitStack() as stack:
        entries = stack.enter_context((folder / "entries.jsonl").open("rb"))
        leaves = stack.enter_context((folder / "leaves.txt").open("wb"))
        # The accounts stand before the movements, and are known after them.
        movements = stack.enter_context((folder / "movements").open("w+b"))
        work = tasks(entries, checkpoint.size, checkpoint.origin, [checkpoint.size], secrets.token_bytes())
        for stretch in in_stretches(entries, work, workers):
            book.add(stretch)
            leaves.write(leaf_lines(stretch.leaves))
            movements.write(stretch.journal)
            tell(book.size, checkpoint.size)
        corrections = book.finish()
        _must_be_sound(book, sealed)
        movements.seek(0)
        with (folder / "journal.ledger").open("wb") as journal:
            journal.write(journal_opening(checkpoint, sorted(book.balances)))
            shutil.copyfileobj(movements, journal)
            journal.write(journal_closing(checkpoint, book.last_day, book.balances))
    (folder / "movements").unlink()
    policy = signer.witnesses.policy.without_addresses._replace(logs=(signer.key,))
    keys = [signer.key, *policy.keys]
    files = {
        "checkpoint": only_of(sealed.note, keys).data,
        "policy": policy.text.encode(),
        "vkeys.txt": "".join(f"{key.text}\n" for key in keys).encode(),
        "balances.csv": balances_table(book.balances),
        "corrections.csv": corrections,
        "README.txt": guide(checkpoint, keys, policy),
    }
    (folder / SEALS).mkdir()
    for earlier in signer.past(checkpoint.size):
        files[f"{SEALS}/{earlier.checkpoint.size}"] = only_of(earlier.note, keys).data
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _must_be_sound(book: Book, sealed: Sealed) -> None:
    for number, words, _ in book.faults:
        raise SealRefused(f"Entry {number:,} could not be verified by anybody: {words}.", LOOK)
    if book.roots.get(sealed.checkpoint.size) != sealed.checkpoint.root:
        raise SealRefused("The entries do not lead to the root that was sealed.", LOOK)


@contextmanager
def _appearing(folder: Path) -> Generator[Path]:
    """A folder that takes its name when everything in it is written, and goes away when something fails."""
    unfinished = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
