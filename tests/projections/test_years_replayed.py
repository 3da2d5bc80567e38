"""Every number and every first time in members' years agrees with a plain replay of the log."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date

import pytest

from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled, Leg
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.identifiers import COMMUNITY, ExchangeId, GiftId, MemberId, is_member
from ledger.log.store import Log
from projections.years import first_times
from tests.cast import ANA, BO, CHIDI, RUTH, TODAY, facts_in, help_of
from tests.projections.elm_street import LAST_MONTH, ElmStreet

LAST_YEAR = date(2025, 12, 31)
NEW_YEAR = date(2026, 1, 1)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_year_agrees_with_a_plain_replay_of_the_log(street: ElmStreet, seed: int) -> None:
    something_happens(street, random.Random(seed))

    for member in (ANA, BO, CHIDI, RUTH):
        acts = counting_acts(street.bank.log, member)
        assert street.views.years.all(member) == sorted({act[0].isoformat()[:4] for act in acts}, reverse=True)
        for year in ("2025", "2026"):
            compare(street, member, year, acts)
    assert street.views.check() == []


def something_happens(street: ElmStreet, chance: random.Random) -> None:
    """Forty random acts: help, skill exchanges, gifts, some on the same days, and some taken back."""
    garden = street.formed(ANA, BO)
    exchanges: list[tuple[ExchangeId, MemberId]] = []
    gifts: list[tuple[GiftId, MemberId]] = []
    for _ in range(40):
        one, other = chance.sample((ANA, BO, RUTH), 2)
        on = chance.choice((date(2025, 12, 30), LAST_YEAR, NEW_YEAR, LAST_MONTH, TODAY))
        category = chance.choice(("garden", "repairs", "food"))
        match chance.randrange(5):
            case 0 | 1:
                minutes = chance.randrange(1, 90)
                exchanges.append((street.helped(one, other, minutes, category=category, on=on), other))
            case 2:
                legs = (help_of(ANA, BO, 10, category), help_of(BO, ANA, 20, "home"))
                exchanges.append((street.swapped_skills(legs, on), BO))
            case 3:
                to = chance.choice((other, CHIDI, COMMUNITY, garden))
                gifts.append((street.gave(one, to, category=category, on=on), one))
            case _ if exchanges and chance.random() < 0.7:
                exchange, party = exchanges.pop(chance.randrange(len(exchanges)))
                street.took_back(exchange, asked_by=party)
            case _ if gifts:
                gift, giver = gifts.pop(chance.randrange(len(gifts)))
                street.withdrew(gift, giver)
            case _:
                pass


Act = tuple[date, str, str, str, str, int]
"""Day, item, way, category, with whom, minutes."""


def counting_acts(log: Log, member: MemberId) -> list[Act]:
    """What counts for a member after the whole log, an act for each direction."""
    acts: dict[str, list[Act]] = {}
    for fact in facts_in(log):
        match fact:
            case ExchangeSettled(exchange=exchange, legs=legs, given_on=on):
                name = "help" if len(legs) == 1 else "swap"
                acts[exchange] = [
                    (on, exchange, f"{name}-{side}", leg.category, other, leg.minutes)
                    for leg in legs
                    for side, other in sides(leg, member)
                ]
            case ExchangeReversed(exchange=exchange):
                del acts[exchange]
            case GiftRecorded(gift=gift, giver=giver, receiver=receiver, given_on=on):
                both = ((giver, receiver, "gift-given"), (receiver, giver, "gift-received"))
                acts[gift] = [(on, gift, way, fact.category, other, 0) for one, other, way in both if one == member]
            case GiftWithdrawn(gift=gift):
                del acts[gift]
            case _:
                pass
    return [act for some in acts.values() for act in some]


def sides(leg: Leg, member: MemberId) -> list[tuple[str, str]]:
    pairs = ((leg.giver, leg.receiver, "given"), (leg.receiver, leg.giver, "received"))
    return [(side, other) for one, other, side in pairs if one == member]


def compare(street: ElmStreet, member: MemberId, wanted: str, acts: list[Act]) -> None:
    """Compare every number and every first time of a year with the acts that count."""
    year = street.views.years.of(member, wanted)
    own = [act for act in acts if act[0].isoformat()[:4] == wanted]
    assert {(day.day, *day.shared) for day in year.days} == summed(own, lambda act: (act[0],))
    assert {(one.member, *one.shared) for one in year.people} == summed(
        [act for act in own if is_member(act[4])], lambda act: (act[4],)
    )
    kinds = Counter((act[2], act[3]) for act in own)
    minutes: Counter[tuple[str, str]] = Counter()
    for act in own:
        minutes[act[2], act[3]] += act[5]
    assert {(kind.way, kind.category, kind.minutes, kind.times) for kind in year.kinds} == {
        (*key, minutes[key], times) for key, times in kinds.items()
    }
    found_firsts = first_times(street.views.years, street.views.exchanges, member, year)
    known: dict[str, list[Act]] = defaultdict(list)
    for act in acts:
        for what in first_names(act):
            known[what].append(act)
    earliest = {what: min(act[0] for act in some) for what, some in known.items()}
    assert {f"{one.what} {one.of}".strip(): one.on for one in found_firsts} == {
        what: on for what, on in earliest.items() if on.isoformat()[:4] == wanted
    }
    for one in found_firsts:
        assert (one.on, one.item) in {act[:2] for act in known[f"{one.what} {one.of}".strip()]}


def first_names(act: Act) -> list[str]:
    """The names of the first times that an act can be."""
    _, _, way, category, other, _ = act
    name, side = way.split("-")
    names = [f"gift-{side}" if name == "gift" else side, f"kind {category}"]
    names += ["swap"] if name == "swap" else []
    return [*names, f"neighbour {other}"] if is_member(other) else names


def summed(acts: list[Act], key: Callable[[Act], tuple[object, ...]]) -> set[tuple[object, ...]]:
    """Key -> minutes given and received, different exchanges, gifts given and received."""
    groups: dict[tuple[object, ...], list[Act]] = defaultdict(list)
    for act in acts:
        groups[key(act)].append(act)
    return {
        (
            *name,
            sum(act[5] for act in some if act[2].endswith("given")),
            sum(act[5] for act in some if act[2].endswith("received")),
            len({act[1] for act in some if not act[2].startswith("gift")}),
            sum(act[2] == "gift-given" for act in some),
            sum(act[2] == "gift-received" for act in some),
        )
        for name, some in groups.items()
    }
