"""Shares as whole parts of a hundred, or of twenty, that sum up: for pictures, and for figures to be shown."""

from collections.abc import Sequence

from projections.measures.faces import Faces

HOURS_SHOWN = 20


def in_parts(weights: Sequence[int], parts: int) -> list[int]:
    """So many parts, given out in proportion to these weights; they sum up to `parts`, or to nothing without weight.

    By largest remainders (Hamilton's method): nobody is a whole part away from their exact share. Where remainders are
    alike the later one goes first, so that weights in rising order keep it.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    given = [weight * parts // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (weights[place] * parts % whole, place), reverse=True)
    for place in by_remainder[: parts - sum(given)]:
        given[place] += 1
    return given


def of_twenty(faces: Faces) -> tuple[int, int, int]:
    """Of every twenty hours: given back, come round, passed on. Three times 0 when nothing was given.

    A face that has any hours has one of the twenty at least, taken from the largest: what happened does not vanish.
    """
    weights = (faces.given_back, faces.comes_round, faces.passed_on)
    hours = in_parts(weights, HOURS_SHOWN)
    for place, weight in enumerate(weights):
        if weight and not hours[place]:
            hours[hours.index(max(hours))] -= 1
            hours[place] = 1
    given_back, comes_round, passed_on = hours
    return given_back, comes_round, passed_on
