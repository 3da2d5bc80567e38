"""Shares that are small counts of people in disguise, and figures about who helps whom."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from ledger.identifiers import MemberId
from projections.measures.acts import Act
from projections.measures.load import top_people
from projections.measures.statistics import Statistics
from projections.privacy.cells import Cell, is_harmless

FEWEST_IN_NETWORK = 20
"""People with a tie, for any figure about who helps whom."""

NETWORK = (
    *("tied_people", "ties", "median_people_helped", "median_helped_by", "gini_given", "gini_received", "imbalance"),
    *("effective_givers", "shuffles", "flows_by_chance", "faces_are_exact", "returned_ties_by_chance"),
    *("given_back_by_chance", "comes_round_by_chance", "passed_on_by_chance", "whole"),
)
BETWEEN_TWO = (
    *("mutual_pairs", "returned_ties", "returned_ties_beyond_chance", "rho", "given_back", "given_back_beyond_chance"),
    *("comes_round", "passed_on", "whole_given_back", "whole_comes_round", "whole_passed_on"),
)
PARTICIPATION = ("participation_365", "participation_30", "participation_90", "participation_ever")
"""The first ones are shown rather than the last ones, where both cannot be."""

NEWCOMERS = ("newcomers_began", "first_gave", "first_received")
WAITS = ("median_days_to_first_exchange", "median_days_to_first_giving", "median_days_to_first_receiving")


def protected_shares(figures: Statistics, people: int) -> dict[str, Any]:
    """Shares that are counts of people in disguise: shown where neither the count nor what it leaves is small."""
    hidden: dict[str, Any] = {}
    roles = {name: how_many(getattr(figures, name), figures.people) for name in ("only_gave", "only_received", "both")}
    if any(0 < count < people for count in roles.values()):
        hidden |= dict.fromkeys(roles)
    told = {0, figures.enrolled}
    for name in PARTICIPATION:
        number = how_many(getattr(figures, name), figures.enrolled)
        # Those who took part in some days did so in more days too: each difference is a number of people as well.
        if any(0 < abs(number - other) < people for other in told):
            hidden[name] = None
        else:
            told.add(number)
    back = how_many(figures.retention, figures.retention_people)
    if not both_large(back, figures.retention_people, people):
        hidden |= dict.fromkeys(("retention", "retention_people"))
    if figures.newcomers < people:
        hidden |= dict.fromkeys(("newcomers", *NEWCOMERS, *WAITS))
    elif not both_large(figures.newcomers_began, figures.newcomers, people):
        hidden |= dict.fromkeys((*NEWCOMERS, *WAITS))
    else:
        began = [how_many(getattr(figures, name), figures.newcomers_began) for name in NEWCOMERS[1:]]
        if any(0 < count < people for count in (*began, figures.newcomers_began - sum(began))):
            hidden |= dict.fromkeys(NEWCOMERS[1:])
    return hidden


def protected_network(figures: Statistics, counted: Iterable[Act], people: int) -> dict[str, Any]:
    """Figures about who helps whom, and about the few who give most."""
    hidden: dict[str, Any] = {}
    for name, part in (("top_tenth_given", 10), ("top_fifth_given", 5)):
        if top_people(figures.tied_people, part) < people:
            hidden[name] = None
    if figures.tied_people < max(FEWEST_IN_NETWORK, people):
        return hidden | dict.fromkeys((*NETWORK, *BETWEEN_TWO, "top_tenth_given", "top_fifth_given"))
    if not all(is_harmless(Cell.of(acts), people) for acts in _returned(list(counted))):
        hidden |= dict.fromkeys(BETWEEN_TWO)
    return hidden


def _returned(acts: Sequence[Act]) -> tuple[list[Act], list[Act]]:
    """The acts between two who helped each other, and those between any whose help can come round to them."""
    import networkx as nx

    pairs = {(act.giver, act.receiver) for act in acts}
    number: dict[MemberId, int] = {}
    circles: Iterable[set[MemberId]] = nx.strongly_connected_components(cast(Any, nx.DiGraph(sorted(pairs))))
    for place, circle in enumerate(circles):
        number.update(dict.fromkeys(circle, place))
    return (
        [act for act in acts if (act.receiver, act.giver) in pairs],
        [act for act in acts if number[act.giver] == number[act.receiver]],
    )


def both_large(count: int, of: int, people: int) -> bool:
    """Whether those counted, and those left over, are nobody or enough."""
    return of >= people and not 0 < count < people and not 0 < of - count < people


def how_many(share: float | None, of: int) -> int:
    """The number of people behind a share of some."""
    return round((share or 0) * of)
