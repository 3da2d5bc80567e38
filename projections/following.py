"""Read models come up to the log by themselves soon after a command: once for all the commands that came close together."""

import logging
import threading
from collections.abc import Callable

from projections.intake import DATABASE_TROUBLE

SOON_SECONDS = 0.05
"""A page does not wait for this: it brings the read models up to the log itself before it shows anything."""

logger = logging.getLogger("hours.views")


class Follower:
    """A thread that is called after commands and sleeps otherwise. A step costs about the same for one entry as for forty."""

    def __init__(self, catch_up: Callable[[], object]) -> None:
        self._catch_up = catch_up
        self._was_called = threading.Event()
        self._is_over = threading.Event()
        self._beginning = threading.Lock()
        self._thread: threading.Thread | None = None

    def call(self) -> None:
        """Answers at once; everything in the log by now is taken in soon."""
        if not self._was_called.is_set():
            self._was_called.set()
        if self._thread is None:
            with self._beginning:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._follow, name="follower", daemon=True)
                    self._thread.start()

    def end(self) -> None:
        """Waits for a step that is under way. What it leaves undone the next page takes in, in whichever process."""
        self._is_over.set()
        self._was_called.set()
        if self._thread is not None:
            self._thread.join()

    def _follow(self) -> None:
        while self._was_called.wait() and not self._is_over.wait(SOON_SECONDS):
            self._was_called.clear()
            if self._is_over.is_set():
                return  # the end came in between, and its call was just cleared away
            try:
                self._catch_up()
            except DATABASE_TROUBLE as trouble:
                reason = str(trouble).partition("\n")[0]
                logger.warning("The read models stay behind the log until the next page: %s", reason)
            except Exception:
                logger.exception("The read models stay behind the log.")
