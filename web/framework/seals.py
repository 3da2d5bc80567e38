"""Seals for the web app: reads what has been sealed, and seals newer entries when someone asks for a receipt.

The app never makes a key or a community's first seal: the host does that, knowingly (`hours seal`).
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
from web.framework.static_files import AnyResponse, plain_response
from web.wording.translation import count, gettext

SECONDS_BETWEEN_SEALS = 1.0
"""Requests for receipts of new entries that arrive together share one seal."""
SECONDS_BETWEEN_CHECKS = 60.0
"""How often, at most, a log that does not match its seal is read through to say what is wrong."""
SECONDS_TO_RETRY = 5


class Fit(NamedTuple):
    """Whether the log still matches its seal; if not, the signer's sentences about what is wrong and what to do."""

    wrong: str = ""
    to_do: str = ""

    @property
    def holds(self) -> bool:
        """Whether no mismatch is known."""
        return not self.wrong


class Seals:
    """The seals of one community. Everything here reads files or the log, so call it from threads, not the event loop."""

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
        self._lock = threading.Lock()
        self._sealed_at = float("-inf")
        self._last_check = (float("-inf"), -1, -1, Fit())

    @property
    def published(self) -> Published:
        """The published seals. Raises NothingSealed if the community has no folder for them, and creates nothing."""
        if self._place is None:
            raise NothingSealed
        return Published(SealFolder(self._place, self._origin))

    @property
    def are_begun(self) -> bool:
        """Whether there is a seal. Only looks at a folder, so other pages can use it to decide on links."""
        return self._place is not None and SealFolder(self._place, self._origin).is_begun

    @property
    def dates(self) -> SealDates:
        """The dates of the seals."""
        return SealDates(self.published.folder.path)

    def receipt(self, *, position: int) -> Receipt:
        """Return the receipt of the entry at a position of the log, and seal it first if necessary.

        Makes at most one seal a second. Raises NothingSealed before the first seal, and SealRefused when the log does
        not match its seal.
        """
        published = self.published
        published.latest()
        try:
            number = published.number_at(position)
            if number is None:
                self._seal(position)
                number = published.number_at(position)
            assert number is not None, "a seal covers everything in the log before it"
            return published.receipt(number, self._log)
        except (NotAsSealed, HashesOutOfReach):
            # The log may have moved to other positions, or the cache may be gone: the signer repairs that, or refuses.
            with self._lock:
                return self._signer().receipt(position=position)

    def holds(self, number: int, data: bytes) -> bool | None:
        """Whether an entry's bytes match what was sealed under its number. Reads a few small files.

        None if unknown: it has not been sealed yet, or the hashes cannot be read.
        """
        try:
            return self.published.leaf(number) == leaf_hash(data)
        except (NothingSealed, NotUnderTheSeal, HashesOutOfReach, SealRefused):
            return None

    def fit(self) -> Fit:
        """Check that the last sealed entry is in its place, and that no witness has shown another history.

        If not, reads everything to say what is wrong.
        """
        published = self.published
        size = published.latest().checkpoint.size
        try:
            published.receipt(size, self._log)
            if published.folder.contradiction() is None:
                return Fit()
        except (NotAsSealed, HashesOutOfReach):
            pass
        with self._lock:
            checked_at, size_then, head_then, fit = self._last_check
            head = self._log.head()
            if (size_then, head_then) != (size, head) or self._clock() - checked_at >= SECONDS_BETWEEN_CHECKS:
                try:
                    self._signer().check()
                    fit = Fit()
                except SealRefused as refused:
                    fit = Fit(refused.wrong, refused.to_do)
                self._last_check = (self._clock(), size, head, fit)
            return fit

    def _seal(self, position: int) -> None:
        with self._lock:
            if self.published.number_at(position) is not None:
                return  # another request has sealed it meanwhile
            pause = self._sealed_at + SECONDS_BETWEEN_SEALS - self._clock()
            if pause > 0:
                self._wait(pause)
            self._signer().seal(whole=False)
            self._sealed_at = self._clock()

    def _signer(self) -> Signer:
        assert self._place is not None and self.are_begun, "the host makes the first seal"
        return Signer(self._place, self._log, clock=self._now)


def seal_response(make: Callable[[], AnyResponse]) -> AnyResponse:
    """Respond with data about the seal, or with a plain sentence that says why there is none."""
    try:
        return make()
    except NothingSealed:
        return plain_response(404, gettext("This record has not been sealed yet."))
    except NotUnderTheSeal:
        return plain_response(404, gettext("The last seal does not cover that."))
    except NotAsSealed as wrong:
        return plain_response(
            503, gettext("Entry %(number)s does not match what was sealed.", number=count(wrong.number))
        )
    except (HashesOutOfReach, SealRefused):
        retry = {"retry-after": str(SECONDS_TO_RETRY)}
        return plain_response(503, gettext("The seal cannot be read at the moment. Please try again."), retry)
