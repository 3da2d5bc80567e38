"""All figures of a period, each with what it counts."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Annotated, get_type_hints

import msgspec

from projections.figures.measures.activity import SharedPart, by_category, by_kind, by_month, evenness, flow, turnover
from projections.figures.measures.acts import (
    KINDS,
    Act,
    Kind,
    Membership,
    Weighting,
    add_up_ties,
    entries_in,
    people_in,
    select_acts,
)
from projections.figures.measures.people import newcomers, participation, retention, roles
from projections.figures.measures.reciprocity import (
    LARGEST_COMPONENT,
    beyond_chance,
    faces,
    reciprocity_by_chance,
    returned,
)
from projections.figures.measures.spread import breadth, load


def descriptions_of(figures: type[msgspec.Struct]) -> dict[str, str]:
    """Return what each field of a struct counts, by its name, in the order in which they are listed."""
    hints = get_type_hints(figures, include_extras=True)
    return {name: hints[name].__metadata__[0] for name in figures.__struct_fields__}


Share = float | None
Number = float | None
Days = int | None


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a period, unprotected: for auditors, or to be protected by `projections.figures.privacy`.

    Shares are between 0 and 1, or None if there is nothing to take a share of.
    """

    first_day: Annotated[date | None, "the first day of the period; none if it starts with the first entry"]
    as_of: Annotated[date, "the last day of the period"]
    weigh: Annotated[Weighting, "what connections are weighted by; weighted by minutes, gifts make no connection"]
    kinds: Annotated[tuple[Kind, ...], "the kinds that are counted"]

    entries: Annotated[int, "exchanges and gifts between members"]
    minutes: Annotated[int, "minutes given, which equal minutes received"]
    people: Annotated[int, "different people who gave or received"]
    enrolled: Annotated[int, "members on the last day"]

    only_gave: Annotated[Share, "share of the people who gave or received who gave and received nothing"]
    only_received: Annotated[Share, "share of the people who gave or received who received and gave nothing"]
    both: Annotated[Share, "share of the people who gave or received who did both"]

    participation_30: Annotated[Share, "share of members who took part in the last 30 days"]
    participation_90: Annotated[Share, "share of members who took part in the last 90 days"]
    participation_365: Annotated[Share, "share of members who took part in the last 365 days"]
    participation_ever: Annotated[Share, "share of members who ever took part"]
    retention: Annotated[
        Share, "share of those who started in the period, 90 days ago or more, who took part again on days 30 to 89"
    ]
    retention_people: Annotated[int, "people who started in the period, 90 days ago or more"]

    newcomers: Annotated[int, "members who joined in the period"]
    newcomers_began: Annotated[int, "newcomers in the period who have given or received since"]
    median_days_to_first_exchange: Annotated[
        Days, "days after joining by which half of the newcomers had given or received"
    ]
    median_days_to_first_giving: Annotated[Days, "days after joining by which half of the newcomers had given"]
    median_days_to_first_receiving: Annotated[Days, "days after joining by which half of the newcomers had received"]
    first_gave: Annotated[Share, "share of newcomers who started by only giving on their first day"]
    first_received: Annotated[Share, "share of newcomers who started by only receiving on their first day"]

    active_member_months: Annotated[int, "active months: months in which someone took part, added up over all people"]
    entries_per_active_member_month: Annotated[Number, "exchanges and gifts per active month"]
    minutes_per_active_member_month: Annotated[Number, "minutes given or received per active month"]
    median_minutes_per_entry: Annotated[Number, "the usual length of an entry that has a length"]
    turnover: Annotated[Number, "minutes given, divided by the credit held on an average evening"]
    holding_days: Annotated[Number, "days an hour stays with someone before it moves on, on average"]

    tied_people: Annotated[int, "people with a connection"]
    ties: Annotated[int, "pairs, counted once per direction, in which someone helped someone"]
    mutual_pairs: Annotated[int, "pairs of people who helped each other"]
    returned_ties: Annotated[Share, "share of all connections (someone helped someone) that also go the other way"]
    returned_ties_by_chance: Annotated[Share, "connections that would go both ways if receivers were picked at random"]
    returned_ties_beyond_chance: Annotated[
        Number, "0 means as many as by chance, 1 means all, below 0 means fewer than by chance"
    ]
    rho: Annotated[Number, "returned connections, compared with a network of equal density"]

    whole: Annotated[int, "the weight of all connections"]
    whole_given_back: Annotated[int, "returned by the same person"]
    whole_comes_round: Annotated[int, "returned through others"]
    whole_passed_on: Annotated[int, "passed on; the three add up to the whole"]
    given_back: Annotated[Share, "share of all help that the same person returned"]
    given_back_by_chance: Annotated[Share, "the share given back if receivers were picked at random"]
    given_back_beyond_chance: Annotated[
        Number, "0 means as many as by chance, 1 means all, below 0 means fewer than by chance"
    ]
    comes_round: Annotated[Share, "share of all help that came back through others"]
    comes_round_by_chance: Annotated[Share, "the share that would come round if receivers were picked at random"]
    passed_on: Annotated[Share, "share of all help that was passed on, not returned so far"]
    passed_on_by_chance: Annotated[Share, "the share passed on if receivers were picked at random"]
    faces_are_exact: Annotated[
        bool, "if not, what comes round is at least this much, and what is passed on is at most this much"
    ]
    shuffles: Annotated[int, "number of shuffles used to work out what chance gives"]
    flows_by_chance: Annotated[int, "number of shuffles solved for what comes round and is passed on by chance"]

    median_people_helped: Annotated[Number, "different people a typical giver helped"]
    median_helped_by: Annotated[Number, "different people who helped a typical receiver"]
    top_tenth_given: Annotated[Share, "share of all help given by the top tenth of givers, rounded up to whole people"]
    top_fifth_given: Annotated[Share, "share of all help given by the top fifth of givers, rounded up to whole people"]
    gini_given: Annotated[Share, "0 if everyone gives the same, close to 1 if one person gives everything"]
    gini_received: Annotated[Share, "0 if everyone receives the same, close to 1 if one person receives everything"]
    effective_givers: Annotated[Number, "how many equal givers would share the giving as evenly"]
    imbalance: Annotated[Share, "0 if everyone gives as much as they receive, 1 if nobody does both"]

    by_kind: Annotated[dict[str, SharedPart], "entries, minutes, share of entries"]
    by_category: Annotated[dict[str, SharedPart], "entries, minutes, share of entries"]
    by_month: Annotated[dict[str, SharedPart], "entries, minutes, share of entries"]
    evenness_of_kinds: Annotated[Share, "1 if all kinds are equally frequent"]
    evenness_of_categories: Annotated[Share, "1 if all categories are equally frequent"]


def statistics(
    acts: Iterable[Act],
    members: Collection[Membership],
    *,
    as_of: date,
    first_day: date | None = None,
    weigh: Weighting = "minutes",
    kinds: Collection[Kind] = KINDS,
    largest: int = LARGEST_COMPONENT,
) -> Statistics:
    """Compute the figures of the days from `first_day` to `as_of`, or of everything up to then.

    `acts` are all acts, because participation, retention, newcomers and turnover look back beyond the period. Everything
    based on ties leaves out gifts if ties are weighted by minutes; the rest counts every kind in `kinds`.
    """
    so_far = select_acts(acts, last_day=as_of, kinds=kinds)
    period = so_far if first_day is None else [act for act in so_far if act.given_on >= first_day]
    ties = add_up_ties(period, weigh)
    people, returning, both_ways = roles(period), retention(so_far, as_of, first_day), returned(ties)
    split, chance = faces(ties, largest=largest), reciprocity_by_chance(period, weigh, largest=largest)
    of_kinds, of_categories = by_kind(period), by_category(period)
    return Statistics(
        first_day=first_day,
        as_of=as_of,
        weigh=weigh,
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        entries=entries_in(period),
        minutes=sum(act.minutes for act in period),
        people=len(people_in(period)),
        only_gave=people.share(people.only_gave),
        only_received=people.share(people.only_received),
        both=people.share(people.both),
        retention=returning.share,
        retention_people=returning.people,
        tied_people=both_ways.people,
        ties=both_ways.ties,
        mutual_pairs=both_ways.mutual_pairs,
        returned_ties=both_ways.tie_share,
        returned_ties_beyond_chance=beyond_chance(both_ways.tie_share, chance.returned_ties_by_chance),
        rho=both_ways.rho,
        whole=split.whole,
        whole_given_back=split.given_back,
        whole_comes_round=split.comes_round,
        whole_passed_on=split.passed_on,
        given_back=split.share(split.given_back),
        given_back_beyond_chance=beyond_chance(both_ways.weight_share, chance.given_back_by_chance),
        comes_round=split.share(split.comes_round),
        passed_on=split.share(split.passed_on),
        faces_are_exact=split.is_exact,
        by_kind=of_kinds,
        by_category=of_categories,
        by_month=by_month(period),
        evenness_of_kinds=evenness(of_kinds),
        evenness_of_categories=evenness(of_categories),
        # These are named as the figures are.
        **participation(so_far, members, as_of)._asdict(),
        **newcomers(so_far, members, as_of, first_day)._asdict(),
        **flow(period)._asdict(),
        **turnover(so_far, as_of, first_day)._asdict(),
        **chance._asdict(),
        **breadth(ties)._asdict(),
        **load(ties)._asdict(),
    )


def definitions() -> dict[str, str]:
    """Return what each figure counts, by its name, in the order in which they are listed."""
    return descriptions_of(Statistics)
