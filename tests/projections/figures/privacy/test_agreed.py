"""Who helps whom among those who agreed, attacked: by taking what is drawn from every figure that is published."""

import random
from itertools import count

import pytest

from ledger.identifiers import GroupId, MemberId
from projections.figures.measures.acts import Act
from projections.figures.privacy.agreed import (
    Agreed,
    PublishedFigure,
    PublishedFigures,
    Scope,
    Seen,
    TiesByScope,
    allowed_detail,
    group_ties,
    visible_in_group,
)
from projections.figures.privacy.cells import FEWEST_TO_COMPARE, Cell, is_safe
from projections.figures.privacy.groups import Placed
from tests.projections.figures.measures.communities import act, grown, ring

GARDEN, KITCHEN = GroupId("g-garden"), GroupId("g-kitchen")
EVERYWHERE = PublishedFigures(frozenset({None, GARDEN, KITCHEN}), frozenset())
NOWHERE = PublishedFigures(frozenset(), frozenset())


def placed(acts: list[Act], *, garden: set[str] | None = None, kitchen: frozenset[str] = frozenset()) -> list[Placed]:
    """The acts, while these people belonged to the groups; to the garden everybody, unless told otherwise."""

    def groups(member: str) -> tuple[GroupId, ...]:
        in_garden = (GARDEN,) if garden is None or member in garden else ()
        return (*in_garden, KITCHEN) if member in kitchen else in_garden

    return [Placed(one, groups(one.giver), groups(one.receiver)) for one in acts]


def seeing(*members: str, group: GroupId = GARDEN) -> Seen:
    """A reader who may see these people in a group."""
    return {group: frozenset(map(MemberId, members))}


def agreed(acts: list[Placed], seen: Seen, published: PublishedFigures = EVERYWHERE) -> Agreed:
    return visible_in_group(GARDEN, TiesByScope(group_ties(acts)), seen, published)


def lines(found: Agreed) -> set[tuple[str, str, int | None, int | None]]:
    return {(line.giver, line.receiver, line.minutes, line.times) for line in found.drawn}


def others() -> list[Act]:
    """Twenty neighbours who help one another and have not agreed."""
    return ring(20)


def test_a_line_is_drawn_where_both_of_the_two_agreed() -> None:
    acts = placed([*others(), act("ana", "bo", 90), act("ana", "bo", 30), act("bo", "ana", 60), act("ana", "m-1", 60)])

    both = agreed(acts, seeing("ana", "bo"))
    ana = agreed(acts, seeing("ana"))

    assert (both.named, both.told, both.others) == (("ana", "bo"), "hours", 20)
    assert lines(both) == {("ana", "bo", 120, 2), ("bo", "ana", 60, 1)}
    assert (ana.named, lines(ana)) == (("ana",), set())


def test_nobody_is_shown_in_a_group_in_which_the_reader_cannot_see_them() -> None:
    acts = placed([*others(), act("ana", "bo")], kitchen=frozenset({"ana", "bo"}))

    found = agreed(acts, seeing("ana", "bo", group=KITCHEN))

    assert (found.named, found.drawn, found.others) == ((), (), None)


def test_a_group_shows_only_what_it_counts() -> None:
    """What the two shared before either belonged is not the group's."""
    acts = [*placed([*others(), act("ana", "bo", 60)]), *placed([act("ana", "bo", 600)], garden=set())]

    assert lines(agreed(acts, seeing("ana", "bo"))) == {("ana", "bo", 60, 1)}


def test_members_who_took_part_before_joining_are_named_and_drawn() -> None:
    """Ana belonged, Bo did not yet; both belong now, and let the reader see them."""
    acts = placed([*others(), act("ana", "bo", 60)], garden={"ana", *(f"m-{place}" for place in range(20))})

    found = agreed(acts, seeing("ana", "bo"))

    assert (found.named, len(found.drawn), found.others) == (("ana", "bo"), 1, 20)


def test_gifts_are_lines_without_minutes() -> None:
    acts = placed([*others(), act("ana", "bo", kind="gift")])

    assert lines(agreed(acts, seeing("ana", "bo"))) == {("ana", "bo", 0, 1)}


def test_everyone_can_agree_and_then_nothing_remains() -> None:
    people = [f"m-{place}" for place in range(20)]

    found = agreed(placed(others()), seeing(*people))

    assert (found.told, len(found.named), found.others) == ("hours", 20, 0)


@pytest.mark.parametrize("left", [1, 2, 7])
def test_nobody_is_named_if_hardly_anyone_remains(left: int) -> None:
    agreeing = [f"m-{place}" for place in range(20 - left)]

    found = agreed(placed(others()), seeing(*agreeing))

    assert found == Agreed((), None, (), "nothing", is_too_telling=True)


def test_everything_is_shown_if_no_figures_are_published() -> None:
    found = agreed(placed(others()), seeing(*(f"m-{place}" for place in range(19))), NOWHERE)

    assert (found.told, len(found.named)) == ("hours", 19)
    assert found.others is None, "how many there are is a figure as well"


def test_hours_are_left_out_if_the_rest_would_be_mostly_one_persons() -> None:
    """Twelve did not agree, and Zoe gave most of what they shared: taking the agreed hours away would tell hers."""
    rest = [*ring(12, minutes=15, prefix="z"), *(act("zoe", f"z-{place}", 240) for place in range(11))]
    agreeing = ring(20, minutes=240)
    acts = placed([*rest, *agreeing])
    people = [f"m-{place}" for place in range(20)]
    assert is_safe(Cell.of([*rest, *agreeing]), 10), "the figure itself may be shown"

    found = agreed(acts, seeing(*people))

    assert found.told == "ties"
    assert {(line.minutes, line.times) for line in found.drawn} == {(None, None)}
    assert {(line.giver, line.receiver) for line in found.drawn} == {(one.giver, one.receiver) for one in agreeing}


def test_nothing_is_drawn_if_few_others_shared_anything() -> None:
    """All took part among themselves and agreed; only Ana's help to six strangers is left of the group's figures."""
    acts = placed([*others(), *(act("m-0", f"s-{place}") for place in range(6)), *ring(12, prefix="s")], garden={"m-0"})
    people = [f"m-{place}" for place in range(20)]

    found = agreed(acts, seeing(*people))

    assert found.drawn == () and found.told == "nothing"


def test_another_scope_in_which_little_remains_counts_too() -> None:
    """Of the garden enough is left; of the kitchen, which counts the same two, hardly anything."""
    kitchen = frozenset(f"m-{place}" for place in range(4))
    garden = [*ring(20), *ring(30, prefix="o")]
    acts = placed(garden, kitchen=kitchen)
    seen = seeing("m-0", "m-1", "m-2", "m-3", "m-4", "m-5")

    beside = allowed_detail(TiesByScope(group_ties(acts)), seen, EVERYWHERE)
    alone = allowed_detail(
        TiesByScope(group_ties(acts)), seen, PublishedFigures(frozenset({None, GARDEN}), frozenset())
    )

    assert (alone, beside) == ("hours", "nothing")


def test_hours_are_left_out_if_only_some_months_are_published() -> None:
    acts = placed([*others(), act("ana", "bo")])

    found = agreed(acts, seeing("ana", "bo"), PublishedFigures(frozenset({None}), frozenset({GARDEN})))

    assert found.told == "ties" and lines(found) == {("ana", "bo", None, None)}
    assert found.others is None


def test_the_number_of_others_is_shown_from_ten() -> None:
    """Nine of the garden took part beside Ana and Bo; they did so with ten others, so that the two may be named."""
    garden = {"ana", "bo", *(f"m-{place}" for place in range(9))}
    acts = [*ring(9), *(act(f"m-{place % 9}", f"o-{place}") for place in range(10)), act("ana", "bo")]

    found = agreed(placed(acts, garden=garden), seeing("ana", "bo"))

    assert (found.named, found.others) == (("ana", "bo"), None)


@pytest.mark.parametrize("seed", range(12))
def test_no_published_figure_reveals_those_who_did_not_agree(seed: int) -> None:
    """Whoever agrees, and whatever groups there are: independently of how it is decided, what is left is safe."""
    chance = random.Random(seed)
    acts, members = grown(60 + 20 * (seed % 4), seed=seed, a_month=0.6)
    names = [str(one.member) for one in members]
    groups = [GroupId(f"g-{number}") for number in range(3)]
    belong = {one: tuple(group for group in groups if chance.random() < 0.4) for one in names}
    told = [Placed(one, belong[one.giver], belong[one.receiver]) for one in acts]
    share = chance.choice((0.2, 0.5, 0.8, 0.95, 1.0))
    willing = {one for one in names if chance.random() < share}
    seen = {group: frozenset(MemberId(one) for one in willing if group in belong[one]) for group in groups[:2]}
    published = PublishedFigures(frozenset({None, *groups}), frozenset())
    ties = TiesByScope(group_ties(told))
    drawn = [
        one.act
        for one in told
        if any(
            group in (*one.giver, *one.receiver) and {one.act.giver, one.act.receiver} <= people
            for group, people in seen.items()
        )
    ]
    drawn_numbers = {id(one) for one in drawn}

    answer = allowed_detail(ties, seen, published)

    worst = "hours"
    for scope in (None, *groups):
        counted = [one for one in told if scope is None or scope in (*one.giver, *one.receiver)]
        if not any(id(one.act) in drawn_numbers for one in counted):
            continue
        for side in (counted, [o for o in counted if scope in o.giver], [o for o in counted if scope in o.receiver]):
            if scope is None and side is not counted:
                continue
            left = Cell.of(one.act for one in side if id(one.act) not in drawn_numbers)
            if 0 < len(left.people) < FEWEST_TO_COMPARE:
                worst = "nothing"
            elif not left.is_empty and not is_safe(left, FEWEST_TO_COMPARE) and worst == "hours":
                worst = "ties"
    assert answer == worst


def test_the_order_of_ties_and_of_scopes_changes_nothing() -> None:
    acts, members = grown(80, seed=3, a_month=0.6)
    shuffled = list(acts)
    random.Random(1).shuffle(shuffled)
    seen = seeing(*(str(one.member) for one in members[::3]))

    assert agreed(placed(acts), seen) == agreed(placed(shuffled), seen)


def test_the_community_counts_too_if_no_group_is_published() -> None:
    """Beside the twelve who agreed only one pair shared anything: the community's figures would tell of it."""
    acts = placed([*ring(12), act("zoe", "m-3", 60)])
    people = [f"m-{place}" for place in range(12)]

    community = PublishedFigures(frozenset({None}), frozenset())

    assert allowed_detail(TiesByScope(group_ties(acts)), seeing(*people), community) == "nothing"
    assert allowed_detail(TiesByScope(group_ties(acts)), seeing(*people), NOWHERE) == "hours"


@pytest.mark.parametrize("seed", range(40))
def test_sums_alone_agree_with_checking_each_tie(seed: int) -> None:
    """Somebody stands out by much, by a little, or not at all; some of it is known."""
    chance = random.Random(seed)
    names = [MemberId(f"m-{place}") for place in range(24)]
    acts = [act(giver, names[(place + step) % 24], 60) for place, giver in enumerate(names) for step in (1, 2, 5)]
    whole = sum(one.minutes for one in acts)
    for weight in (chance.uniform(0, 1.2), chance.uniform(0, 1.2), chance.uniform(0, 0.3))[: seed % 4]:
        star = chance.choice(names)
        towards = chance.random() < 0.5
        for other in chance.sample([one for one in names if one != star], 11):
            pair = (other, star) if towards else (star, other)
            acts.append(act(*pair, round(weight * whole / 11)))
    ties = group_ties(placed([one for one in acts if one.minutes]))
    known = chance.sample(ties, chance.randrange(6))

    left = PublishedFigure(ties, lambda tied: True).without(known)

    rest = [tied for tied in ties if tied not in known]
    cell = Cell(
        {(tied.giver, tied.receiver): tied.minutes for tied in rest},
        {(tied.giver, tied.receiver): tied.times for tied in rest},
    )
    assert (left == "harmless") == is_safe(cell, FEWEST_TO_COMPARE)


def test_a_thousand_ties_of_a_group_are_checked_once() -> None:
    """The second reader with the same rights costs nothing new; sums of a figure are kept."""
    numbers = count(1)
    acts = placed([act(f"m-{n % 200}", f"m-{(n * 7 + 1) % 200}", 60, number=next(numbers)) for n in range(1, 1000)])
    ties = TiesByScope(group_ties(acts))
    scope: Scope = GARDEN

    assert ties.figures(scope) is ties.figures(scope) and ties.people(scope) is ties.people(scope)
