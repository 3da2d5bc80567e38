"""Writes a bundle: one folder with everything needed to check the log without its server. Same log and seals, same bytes."""

import secrets
import shutil
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

from ledger.log.store import Log
from ledger.seal.signing.folder import CONTRADICTION, SEALS, SealRefused
from ledger.seal.signing.signer import LOOK, Signer
from ledger.seal.verifying.bundle_files import balances_table, guide, journal_closing, journal_opening, leaf_lines
from ledger.seal.verifying.note import Sealed
from ledger.seal.verifying.policy import with_only
from ledger.seal.verifying.segments import LogTotals, Progress, read_segments, tasks


def write_bundle(
    signer: Signer,
    log: Log,
    folder: Path,
    *,
    upto: int | None = None,
    workers: int | None = None,
    progress: Progress = lambda done, of: None,
) -> Sealed:
    """Write a bundle of the whole log, or of its first `upto` entries, and return the seal over it.

    `workers` is the number of processes that read the entries; by default as many as pay. The folder must be new or empty, and
    appears only once it is complete. Reads the log once, in constant memory. Raise SealRefused for what the signer refuses,
    and for a log that no one could verify. While a witness shows another history with this log's signature, nothing new is signed:
    the bundle ends with the last seal, and holds the other one.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SealRefused(f"{folder} already exists.", "Name a new or empty folder.")
    sealed = signer.seal(upto=upto, whole=False, as_evidence=True)
    with _complete_or_absent(folder) as unfinished:
        _write_entries(log, unfinished / "entries.jsonl", sealed.checkpoint.size)
        _write_derived_files(sealed, signer, unfinished, workers, progress)
    return sealed


def _write_entries(log: Log, path: Path, size: int) -> None:
    with path.open("wb") as file:
        for _, data in islice(log.scan(), size):
            file.write(data + b"\n")


def _write_derived_files(sealed: Sealed, signer: Signer, folder: Path, workers: int | None, progress: Progress) -> None:
    checkpoint = sealed.checkpoint
    totals = LogTotals()
    with ExitStack() as stack:
        entries = stack.enter_context((folder / "entries.jsonl").open("rb"))
        leaves = stack.enter_context((folder / "leaves.txt").open("wb"))
        # The journal lists the accounts before the movements, but they are known only afterwards.
        movements = stack.enter_context((folder / "movements").open("w+b"))
        work = tasks(entries, checkpoint.size, checkpoint.origin, [checkpoint.size], secrets.token_bytes())
        for segment in read_segments(entries, work, workers):
            totals.add(segment)
            leaves.write(leaf_lines(segment.leaves))
            movements.write(segment.journal)
            progress(totals.size, checkpoint.size)
        corrections = totals.finish()
        _must_be_sound(totals, sealed)
        movements.seek(0)
        with (folder / "journal.ledger").open("wb") as journal:
            journal.write(journal_opening(checkpoint, sorted(totals.balances)))
            shutil.copyfileobj(movements, journal)
            journal.write(journal_closing(checkpoint, totals.last_day, totals.balances))
    (folder / "movements").unlink()
    policy = signer.witnesses.policy.without_addresses._replace(logs=(signer.key,))
    keys = [signer.key, *policy.keys]
    files = {
        "checkpoint": with_only(sealed.note, keys).data,
        "policy": policy.text.encode(),
        "vkeys.txt": "".join(f"{key.text}\n" for key in keys).encode(),
        "balances.csv": balances_table(totals.balances),
        "corrections.csv": corrections,
        "README.txt": guide(checkpoint, keys, policy),
    }
    if (other := signer.contradiction()) is not None:
        files[CONTRADICTION] = with_only(other.note, keys).data
    (folder / SEALS).mkdir()
    for earlier in signer.earlier(checkpoint.size):
        files[f"{SEALS}/{earlier.checkpoint.size}"] = with_only(earlier.note, keys).data
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _must_be_sound(totals: LogTotals, sealed: Sealed) -> None:
    for number, message, _ in totals.faults:
        raise SealRefused(f"No one could verify entry {number:,}: {message}.", LOOK)
    if totals.roots.get(sealed.checkpoint.size) != sealed.checkpoint.root:
        raise SealRefused("The entries do not produce the root that was sealed.", LOOK)


@contextmanager
def _complete_or_absent(folder: Path) -> Generator[Path]:
    """A folder that gets its name only when everything in it is written, and is removed if something fails."""
    unfinished = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
