"""Help that goes round in loops, found by walking along ties: quick at any size, and never too much."""

from ledger.identifiers import MemberId
from projections.measures.ties import Ties


def loops_found(ties: Ties) -> int:
    """What goes round in loops that are found by first setting off pairs, then walking on until somebody comes again.

    The weight of every tie in every loop found. A lower bound of what goes round: other loops might hold more.
    """
    left = {pair: weight - min(weight, ties.get((pair[1], pair[0]), 0)) for pair, weight in ties.items()}
    set_off = sum(ties.values()) - sum(left.values())
    onward: dict[MemberId, dict[MemberId, int]] = {}
    for (giver, receiver), weight in sorted(left.items()):
        if weight:
            onward.setdefault(giver, {})[receiver] = weight
    return set_off + sum(_walk_from(start, onward) for start in sorted(onward))


def _walk_from(start: MemberId, onward: dict[MemberId, dict[MemberId, int]]) -> int:
    """Takes out of `onward` every loop that is met on the way, and every dead end; answers the weight of the loops."""
    found = 0
    path = [start]
    place = {start: 0}
    while path:
        here = path[-1]
        nexts = onward.get(here)
        if not nexts:
            path.pop()
            del place[here]
            if path:
                onward[path[-1]].pop(here)
            continue
        there = next(iter(nexts))
        if there not in place:
            place[there] = len(path)
            path.append(there)
            continue
        begin = place[there]
        loop = list(zip(path[begin:], [*path[begin + 1 :], there], strict=True))
        least = min(onward[giver][receiver] for giver, receiver in loop)
        found += least * len(loop)
        keep = None
        for step, (giver, receiver) in enumerate(loop):
            onward[giver][receiver] -= least
            if not onward[giver][receiver]:
                del onward[giver][receiver]
                if keep is None:
                    keep = begin + step
        assert keep is not None, "the least tie of the loop is used up"
        for gone in path[keep + 1 :]:
            del place[gone]
        del path[keep + 1 :]
    return found
