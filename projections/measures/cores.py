"""A core whose people all know one another, and a periphery whose people do not: the split nearest to that picture."""

from collections.abc import Iterable


def core_size(degrees: Iterable[int]) -> int:
    """How many people make the core, by how many others each knows.

    Among all splits, the one with the fewest pairs that are missing inside the core or present outside it; those who know
    most come first, so only the size is looked for (Lip 2011, "A fast algorithm for the discrete core/periphery
    bipartitioning problem"). The smallest of equally good sizes; 0 of nobody.
    """
    ordered = sorted(degrees, reverse=True)
    best = least = 0
    wrong = 0
    for size, degree in enumerate(ordered, start=1):
        # One more in the core: pairs with those already in it are expected now, and their own no longer stand outside.
        wrong += (size - 1) - degree
        if wrong < least:
            best, least = size, wrong
    return best
