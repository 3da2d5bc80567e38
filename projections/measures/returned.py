"""How much goes both ways between two people: how many ties, and how much of the help."""

from fractions import Fraction
from typing import NamedTuple

from projections.measures.ratios import ratio
from projections.measures.ties import Ties


class Returned(NamedTuple):
    """Ties in one direction, those whose other direction is there too, and what of their weight is matched.

    A pair that helps both ways is two ties. `weight` is all of it, `given_back` what the same person gave in return,
    counted in both directions, as in Squartini and others (2013); some programs sum whole two-way ties instead.
    """

    people: int
    ties: int
    both_ways: int
    weight: int
    given_back: int

    @property
    def mutual_pairs(self) -> int:
        """Pairs of people who helped each other."""
        return self.both_ways // 2

    @property
    def tie_share(self) -> float | None:
        """Ties that are returned, of all ties: r. None when there is no tie."""
        return ratio(self.both_ways, self.ties)

    @property
    def weight_share(self) -> float | None:
        """What is given back by the same person, of all that was given. None when nothing was."""
        return ratio(self.given_back, self.weight)

    @property
    def rho(self) -> float | None:
        """r, less what it would be if ties fell anywhere: 1 all returned, 0 as chance, below 0 avoided.

        Garlaschelli and Loffredo (2004). None without ties, and where everybody has a tie with everybody.
        """
        if not self.ties:
            return None
        density = Fraction(self.ties, self.people * (self.people - 1))
        return float((Fraction(self.both_ways, self.ties) - density) / (1 - density)) if density != 1 else None


def returned(ties: Ties) -> Returned:
    """What is returned in these ties."""
    people: set[str] = set()
    both_ways = given_back = 0
    for (giver, receiver), weight in ties.items():
        people.add(giver)
        people.add(receiver)
        back = ties.get((receiver, giver))
        if back is not None:
            both_ways += 1
            given_back += min(weight, back)
    return Returned(len(people), len(ties), both_ways, sum(ties.values()), given_back)
