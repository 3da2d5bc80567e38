"""Who gave, who received, who did both."""

from collections.abc import Iterable
from typing import NamedTuple

from projections.measures.acts import Act
from projections.measures.ratios import ratio


class Roles(NamedTuple):
    """How many people only gave, only received, or did both; a gift counts like an hour."""

    only_gave: int
    only_received: int
    both: int

    @property
    def people(self) -> int:
        """Everybody with an entry."""
        return self.only_gave + self.only_received + self.both

    def share(self, people: int) -> float | None:
        """Their share of everybody with an entry; None when nobody has one."""
        return ratio(people, self.people)


def roles(acts: Iterable[Act]) -> Roles:
    """The roles in these acts."""
    givers: set[str] = set()
    receivers: set[str] = set()
    for act in acts:
        givers.add(act.giver)
        receivers.add(act.receiver)
    return Roles(len(givers - receivers), len(receivers - givers), len(givers & receivers))
