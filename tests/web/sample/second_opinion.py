"""Figures of a plan, computed by numpy and networkx without the project's own measures."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np

from web.sample.acts import PlannedAct

Ties = Counter[tuple[int, int]]


def counted(acts: Iterable[PlannedAct]) -> list[PlannedAct]:
    """The acts that count in the end, as they stand then."""
    return [act.corrected for act in acts if act.recording.counts]


def legs(acts: Iterable[PlannedAct]) -> list[tuple[int, int, int]]:
    """(giver, receiver, minutes) of every direction in which hours went, oldest first."""
    found: list[tuple[int, int, int]] = []
    for act in acts:
        if act.minutes:
            found.append((act.giver, act.receiver, act.minutes))
        if act.minutes_back:
            found.append((act.receiver, act.giver, act.minutes_back))
    return found


def ties_of(acts: Iterable[PlannedAct]) -> Ties:
    """Minutes by (giver, receiver)."""
    ties: Ties = Counter()
    for giver, receiver, minutes in legs(acts):
        ties[giver, receiver] += minutes
    return ties


def graph_of(ties: Ties) -> Any:
    """The ties as a directed graph with weights."""
    graph: Any = nx.DiGraph()
    graph.add_weighted_edges_from((giver, receiver, weight) for (giver, receiver), weight in ties.items())
    return graph


def gini(amounts: Sequence[int]) -> float:
    """By the mean difference between any two."""
    values = np.array(amounts, dtype=float)
    return float(np.abs(values[:, None] - values[None, :]).mean() / (2 * values.mean()))


def top_fifth(amounts: Sequence[int]) -> float:
    """What those who have most hold: every fifth, rounded up."""
    ranked = np.sort(np.array(amounts))[::-1]
    return float(ranked[: int(np.ceil(len(ranked) / 5))].sum() / ranked.sum())


def passed_on(graph: Any) -> float:
    """The least flow along the ties that leads to the same balances, of all that was given: help that goes one way."""
    flows: Any = nx.DiGraph()
    for member in graph:
        balance = graph.out_degree(member, weight="weight") - graph.in_degree(member, weight="weight")
        flows.add_node(member, demand=-balance)
    for giver, receiver, weight in graph.edges(data="weight"):
        flows.add_edge(giver, receiver, capacity=weight, weight=1)
    least, _ = nx.network_simplex(flows)
    return least / graph.size(weight="weight")


def figures(acts: Iterable[PlannedAct]) -> dict[str, float]:
    """The figures that a generated community is accepted by."""
    book = counted(acts)
    went, ties = legs(book), ties_of(book)
    graph = graph_of(ties)
    flat, whole = graph.to_undirected(), sum(ties.values())
    gave = [graph.out_degree(member, weight="weight") for member in graph]
    lengths = np.array([minutes / 60 for *_, minutes in went])
    entries = Counter(place for act in book for place in (act.giver, act.receiver))
    givers, receivers = {giver for giver, _ in ties}, {receiver for _, receiver in ties}
    return {
        "top fifth": top_fifth(gave),
        "gini given": gini(gave),
        "r": nx.overall_reciprocity(graph),
        "rw": sum(min(weight, ties.get((b, a), 0)) for (a, b), weight in ties.items()) / whole,
        "one way": passed_on(graph),
        "both": len(givers & receivers) / len(graph),
        "repeats": 1 - len(ties) / len(went),
        "one entry": sum(times == 1 for times in entries.values()) / len(entries),
        "transitivity": nx.transitivity(flat),
        "core": max(map(len, nx.strongly_connected_components(graph))) / len(graph),
        "assortativity": nx.degree_assortativity_coefficient(flat),
        "median hours": float(np.median(lengths)),
        "mean hours": float(lengths.mean()),
    }


def within_pairs(acts: Iterable[PlannedAct], people: int) -> float:
    """How alike two homes' gifts to each other are, once it is taken out who gives much and who receives much."""
    numbers = np.zeros((people, people))
    for act in acts:
        numbers[act.giver, act.receiver] += 1
    others = ~np.eye(people, dtype=bool)
    rest = np.log(numbers + 0.5) * others
    for _ in range(40):
        rest = (rest - rest.sum(axis=1, keepdims=True) / (people - 1)) * others
        rest = (rest - rest.sum(axis=0, keepdims=True) / (people - 1)) * others
    upper = np.triu_indices(people, 1)
    there, back = rest[upper], rest.T[upper]
    return float(np.corrcoef(np.concatenate([there, back]), np.concatenate([back, there]))[0, 1])


def is_in_order(values: Sequence[Any]) -> bool:
    """Whether nothing comes before what it follows."""
    return all(before <= after for before, after in pairwise(values))
