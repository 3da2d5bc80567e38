"""The seal as the web app knows it: what was sealed is read without waiting; a receipt of something newer asks for a seal.

The app never makes a key and never gives a community's first seal: that is the host's to do, knowingly (`hours seal`).
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ledger.log.store import Log
from ledger.seal.signing.folder import SealDates, SealFolder, SealRefused
from ledger.seal.signing.published import HashesOutOfReach, NotAsSealed, NothingSealed, NotUnderTheSeal, Published
from ledger.seal.signing.signer import Signer
from ledger.seal.verifying.merkle import leaf_hash
from ledger.seal.verifying.receipt import Receipt
from ledger.time_bank import TimeBank

SECONDS_BETWEEN_SEALS = 1.0
"""Receipts of new entries that are asked for together wait for one seal."""
SECONDS_BELIEVED = 60.0
"""A log that does not fit its seal is read through to say what is wrong; so often at most."""


class Fit(NamedTuple):
    """Whether the log is still the one that was sealed; `wrong` and `to_do` are the signer's sentences when it is not."""

    wrong: str = ""
    to_do: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing is known to be wrong."""
        return not self.wrong


class Seals:
    """The seals of one community. Everything here reads files or the log: it is for threads, never for the event loop."""

    def __init__(
        self,
        place: str,
        bank: TimeBank,
        origin: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._place = Path(place) if place else None
        self._log: Log = bank.log
        self._now = bank.handler.now
        self._origin = origin
        self._clock = clock
        self._wait = wait
        self._turn = threading.Lock()
        self._sealed_at = float("-inf")
        self._looked = (float("-inf"), -1, -1, Fit())

    @property
    def published(self) -> Published:
        """What was sealed; refused with NothingSealed where nothing was, without making anything."""
        if self._place is None:
            raise NothingSealed
        return Published(SealFolder(self._place, self._origin))

    @property
    def are_begun(self) -> bool:
        """Whether a seal was given; one look at a folder, for links on other pages."""
        return self._place is not None and SealFolder(self._place, self._origin).is_begun

    @property
    def dates(self) -> SealDates:
        """When seals were given."""
        return SealDates(self.published.folder.path)

    def receipt(self, *, position: int) -> Receipt:
        """The receipt of the entry at a position of the log; sealed now, if it was not before.

        At most one seal a second is given for it. Refused with NothingSealed before the first seal, and with SealRefused
        when the log is not the one that was sealed.
        """
        published = self.published
        published.latest()
        try:
            number = published.number_at(position)
            if number is None:
                self._seal(position)
                number = published.number_at(position)
            assert number is not None, "what was in the log before a seal is under it"
            return published.receipt(number, self._log)
        except (NotAsSealed, HashesOutOfReach):
            # The log may have been moved to other positions, or the cache be gone: then it is mended here, else refused.
            with self._turn:
                return self._signer().receipt(position=position)

    def holds(self, number: int, data: bytes) -> bool | None:
        """Whether the bytes that were read for an entry are those that were sealed under its number.

        None where nobody can say: it was not sealed yet, or the hashes are out of reach. Reads a few small files.
        """
        try:
            return self.published.leaf(number) == leaf_hash(data)
        except (NothingSealed, NotUnderTheSeal, HashesOutOfReach, SealRefused):
            return None

    def fit(self) -> Fit:
        """Whether the last entry that was sealed is still where it was, and no witness has shown another history.

        When not, everything is read to say what is wrong.
        """
        published = self.published
        size = published.latest().checkpoint.size
        try:
            published.receipt(size, self._log)
            if published.folder.contradiction() is None:
                return Fit()
        except (NotAsSealed, HashesOutOfReach):
            pass
        with self._turn:
            looked_at, seen_size, seen_head, fit = self._looked
            head = self._log.head()
            if (seen_size, seen_head) != (size, head) or self._clock() - looked_at >= SECONDS_BELIEVED:
                fit = self._looked_through()
                self._looked = (self._clock(), size, head, fit)
            return fit

    def _looked_through(self) -> Fit:
        try:
            self._signer().check()
        except SealRefused as refused:
            return Fit(refused.wrong, refused.to_do)
        return Fit()

    def _seal(self, position: int) -> None:
        with self._turn:
            if self.published.number_at(position) is not None:
                return  # somebody else's receipt has brought it under the seal meanwhile
            rest = self._sealed_at + SECONDS_BETWEEN_SEALS - self._clock()
            if rest > 0:
                self._wait(rest)
            self._signer().seal(whole=False)
            self._sealed_at = self._clock()

    def _signer(self) -> Signer:
        assert self._place is not None and self.are_begun, "the first seal is the host's to give"
        return Signer(self._place, self._log, clock=self._now)
