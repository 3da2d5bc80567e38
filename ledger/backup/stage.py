"""Where a restore is made ready, out of everybody's way, and how it takes its place: in one step, or not at all."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from ledger.backup.folder_stage import folder_stage
from ledger.backup.schema_stage import schema_stage
from ledger.log.places import Place


class Stage(Protocol):
    """A fresh place to fill, beside the one that it is meant for. Only one restore of a place at a time has it."""

    @property
    def fresh(self) -> Place:
        """The place to fill, empty."""
        ...

    @property
    def is_free(self) -> bool:
        """Whether nothing lies where the community is to live."""
        ...

    def swap(self, now: datetime) -> str:
        """Puts the filled place where the community lives, and answers where that which was there is kept now, if anything.

        Refuses while any program has the place open. Read models of before are gone: they are made anew.
        """
        ...


@contextmanager
def stage(place: Place) -> Generator[Stage]:
    """The stage of a place; what is on it at the end, because something failed, is thrown away."""
    made = folder_stage if place.is_sqlite else schema_stage
    with made(place) as on_stage:
        yield on_stage
