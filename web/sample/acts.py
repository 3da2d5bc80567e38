"""An act of the plan: one helped another, or gave them something, and how that comes into the book."""

from datetime import date
from typing import NamedTuple, Self

from projections.measures.acts import Kind
from web.sample.tellings import Telling

QUARTER_MINUTES = 15
CORRECTED_BY_QUARTERS = 2


class Act(NamedTuple):
    """One thing that happened. Places are positions in the list of neighbours; a skill exchange has two lengths.

    Lengths are those that were told first; a gift has one that nobody counts.
    """

    day: date
    kind: Kind
    giver: int
    receiver: int
    quarters: int
    category: str
    telling: Telling
    quarters_back: int = 0
    category_back: str = ""

    @property
    def minutes(self) -> int:
        """From the giver to the receiver; 0 for a gift."""
        return 0 if self.kind == "gift" else QUARTER_MINUTES * self.quarters

    @property
    def minutes_back(self) -> int:
        """From the receiver to the giver, in a skill exchange."""
        return QUARTER_MINUTES * self.quarters_back

    @property
    def net_minutes(self) -> int:
        """What the giver's account gains; below zero, what it loses."""
        return self.minutes - self.minutes_back

    @property
    def corrected(self) -> Self:
        """The act as it stands in the end: half an hour shorter each way if it was put right, as told if not."""
        if not self.telling.corrected_after_days:
            return self
        back = _shorter(self.quarters_back) if self.quarters_back else 0
        return self._replace(quarters=_shorter(self.quarters), quarters_back=back)


def _shorter(quarters: int) -> int:
    return max(1, quarters - CORRECTED_BY_QUARTERS)
