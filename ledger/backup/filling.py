"""An empty place filled from a backup, and read again: what lies in it is what was checked."""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from typing import NamedTuple

import sqlalchemy as sa

from ledger.backup.file import Source
from ledger.backup.refused import BackupRefused
from ledger.backup.words import BATCH, keep, read_words
from ledger.log.entry import decode
from ledger.log.people import WORDS, People
from ledger.log.places import Place
from ledger.log.questions import Question, among, listed
from ledger.log.store import Log, open_log
from ledger.seal.book import Told
from ledger.seal.merkle import Edge, leaf_hash

_PRESENT = Question(sa.select(WORDS.c.commitment).where(among(WORDS.c.commitment, "commitments")))


class Filled(NamedTuple):
    """How much was put in; `without_words` counts what entries sealed and the words do not hold: it was forgotten, or is lost."""

    entries: int
    words: int
    without_words: int


def fill(source: Source, place: Place, tell: Callable[[str], Told]) -> Filled:
    """Puts the words, then the entries, into a place that is empty, in flat memory.

    Tags are worked out from the facts, so that they need not be believed. At the end the log is read again from the
    place, and refused unless its root is the source's.
    """
    log, people = open_log(place.log_url, schema=place.schema("log")), People(place.people_engine())
    try:
        words = _fill_words(source, people)
        missing = _fill_entries(source, log, people, tell("Putting back"))
        _read_again(source, log, tell("Reading again"))
    finally:
        log.close()
        people.engine.dispose()
    return Filled(source.size, words, missing)


def _fill_words(source: Source, people: People) -> int:
    lines, number = source.words(), 0
    while batch := list(islice(lines, BATCH)):
        keep(people.engine, [read_words(line, number + place) for place, line in enumerate(batch, start=1)])
        number += len(batch)
    return number


def _fill_entries(source: Source, log: Log, people: People, tell: Told) -> int:
    done = missing = 0
    with closing(source.entries()) as file:
        while batch := list(_entries(file, min(BATCH, source.size - done))):
            log.append([(kind, data, tags) for kind, data, tags, _ in batch], unless=(), after=0)
            sealed = [commitment for *_, commitments in batch for commitment in commitments]
            missing += len(sealed) - len(_PRESENT.ask(people.engine, commitments=listed(sealed)))
            done += len(batch)
            tell(done, source.size)
    return missing


def _entries(lines: Iterator[bytes], most: int) -> Iterator[tuple[str, bytes, list[str], list[str]]]:
    for line in islice(lines, most):
        data = line.removesuffix(b"\n")
        entry = decode(data)
        yield entry.type, data, list(entry.tags), list(entry.sealed.values())


def _read_again(source: Source, log: Log, tell: Told) -> None:
    edge = Edge()
    for _, data in log.scan():
        edge.append(leaf_hash(data))
        if edge.size % BATCH == 0:
            tell(edge.size, source.size)
    if (edge.size, edge.root) != (source.size, source.root):
        raise BackupRefused(
            "What was put back is not what was checked.", "Look at this machine's disk and memory, then try again."
        )
