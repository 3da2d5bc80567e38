"""What each figure counts, read from the struct that holds it: said in one place, shown wherever the figure is."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Annotated, Any, get_args, get_type_hints

import msgspec
from msgspec import Meta

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
    """The description of each field, by its name, in the order in which they are listed; every field has one."""
    hints = get_type_hints(figures, include_extras=True)
    return {name: _description_of(hints[name]) for name in figures.__struct_fields__}


def _description_of(hint: Any) -> str:
    (meant,) = (extra.description for extra in get_args(hint)[1:] if isinstance(extra, Meta))
    assert meant, "each figure says what it counts"
    return meant


Share = float | None
Number = float | None
Days = int | None


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a period, unprotected: for auditors, or to be passed through `projections.privacy`.

    Shares are between 0 and 1; None where there is nothing to take a share of. Each field says what it counts.
    """

    first_day: Annotated[
        date | None, Meta(description="the first day of the period; none if it starts with the first entry")
    ]
    as_of: Annotated[date, Meta(description="the last day of the period")]
    weigh: Annotated[
        Weighting, Meta(description="what connections are weighted by; weighted by minutes, gifts make no connection")
    ]
    kinds: Annotated[tuple[Kind, ...], Meta(description="the kinds that are counted")]

    entries: Annotated[int, Meta(description="exchanges and gifts between members")]
    minutes: Annotated[int, Meta(description="minutes given, which equal minutes received")]
    people: Annotated[int, Meta(description="different people who gave or received")]
    enrolled: Annotated[int, Meta(description="members on the last day")]

    only_gave: Annotated[Share, Meta(description="of these people: gave and received nothing")]
    only_received: Annotated[Share, Meta(description="of these people: received and gave nothing")]
    both: Annotated[Share, Meta(description="of these people: gave and received")]

    participation_30: Annotated[Share, Meta(description="share of members who took part in the last 30 days")]
    participation_90: Annotated[Share, Meta(description="share of members who took part in the last 90 days")]
    participation_365: Annotated[Share, Meta(description="share of members who took part in the last 365 days")]
    participation_ever: Annotated[Share, Meta(description="share of members who ever took part")]
    retention: Annotated[
        Share,
        Meta(description="of those who started in the period, 90 days ago or more: took part again on days 30 to 89"),
    ]
    retention_people: Annotated[int, Meta(description="people counted for retention")]

    newcomers: Annotated[int, Meta(description="members who joined in the period")]
    newcomers_began: Annotated[int, Meta(description="of these members: have given or received since")]
    median_days_to_first_exchange: Annotated[
        Days, Meta(description="days until half of the newcomers gave or received")
    ]
    median_days_to_first_giving: Annotated[Days, Meta(description="days until half of them gave")]
    median_days_to_first_receiving: Annotated[Days, Meta(description="days until half of them received")]
    first_gave: Annotated[Share, Meta(description="share of newcomers who started by only giving on their first day")]
    first_received: Annotated[
        Share, Meta(description="share of newcomers who started by only receiving on their first day")
    ]

    active_member_months: Annotated[
        int, Meta(description="active months: months in which someone took part, added up over all people")
    ]
    entries_per_active_member_month: Annotated[Number, Meta(description="entries per active month")]
    minutes_per_active_member_month: Annotated[Number, Meta(description="minutes per active month")]
    median_minutes_per_entry: Annotated[Number, Meta(description="the usual length of an entry that has a length")]
    turnover: Annotated[Number, Meta(description="minutes given, divided by the credit held on an average evening")]
    holding_days: Annotated[Number, Meta(description="days an hour stays with someone, on average")]

    tied_people: Annotated[int, Meta(description="people with a connection")]
    ties: Annotated[int, Meta(description="pairs, counted once per direction, in which someone helped someone")]
    mutual_pairs: Annotated[int, Meta(description="pairs of people who helped each other")]
    returned_ties: Annotated[Share, Meta(description="of connections: also go the other way")]
    returned_ties_by_chance: Annotated[Share, Meta(description="the same, with receivers shuffled")]
    returned_ties_beyond_chance: Annotated[
        Number, Meta(description="0 means as many as by chance, 1 means all, below 0 means fewer than by chance")
    ]
    rho: Annotated[Number, Meta(description="returned connections, compared with a network of equal density")]

    whole: Annotated[int, Meta(description="the weight of all connections")]
    whole_given_back: Annotated[int, Meta(description="returned by the same person")]
    whole_comes_round: Annotated[int, Meta(description="returned through others")]
    whole_passed_on: Annotated[int, Meta(description="passed on; the three add up to the whole")]
    given_back: Annotated[Share, Meta(description="of the whole: returned by the same person")]
    given_back_by_chance: Annotated[Share, Meta(description="the same, with receivers shuffled")]
    given_back_beyond_chance: Annotated[
        Number, Meta(description="0 means as many as by chance, 1 means all, below 0 means fewer than by chance")
    ]
    comes_round: Annotated[Share, Meta(description="of the whole: returned through others")]
    comes_round_by_chance: Annotated[Share, Meta(description="the same, with receivers shuffled")]
    passed_on: Annotated[Share, Meta(description="of the whole: passed on")]
    passed_on_by_chance: Annotated[Share, Meta(description="the same, with receivers shuffled")]
    faces_are_exact: Annotated[
        bool,
        Meta(description="if not, what comes round is at least this much, and what is passed on is at most this much"),
    ]
    shuffles: Annotated[int, Meta(description="number of shuffles used to work out what chance gives")]
    flows_by_chance: Annotated[
        int, Meta(description="of these: solved for what comes round and is passed on; 0 if too large to solve")
    ]

    median_people_helped: Annotated[Number, Meta(description="different people a typical giver helped")]
    median_helped_by: Annotated[Number, Meta(description="different people who helped a typical receiver")]
    top_tenth_given: Annotated[
        Share, Meta(description="of the whole: given by the top tenth of givers, rounded up to whole people")
    ]
    top_fifth_given: Annotated[
        Share, Meta(description="of the whole: given by the top fifth of givers, rounded up to whole people")
    ]
    gini_given: Annotated[
        Share, Meta(description="0 if everyone gives the same, close to 1 if one person gives everything")
    ]
    gini_received: Annotated[
        Share, Meta(description="0 if everyone receives the same, close to 1 if one person receives everything")
    ]
    effective_givers: Annotated[Number, Meta(description="how many equal givers would share it as evenly")]
    imbalance: Annotated[Share, Meta(description="0 if everyone gives as much as they receive, 1 if nobody does both")]

    by_kind: Annotated[dict[str, SharedPart], Meta(description="entries, minutes, share of entries")]
    by_category: Annotated[dict[str, SharedPart], Meta(description="entries, minutes, share of entries")]
    by_month: Annotated[dict[str, SharedPart], Meta(description="entries, minutes, share of entries")]
    evenness_of_kinds: Annotated[Share, Meta(description="1 if all kinds are equally frequent")]
    evenness_of_categories: Annotated[Share, Meta(description="1 if all categories are equally frequent")]


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
    """The figures of the days from `first_day` to `as_of`, or of everything up to it.

    `acts` are all there are: participation, retention, newcomers and turnover look back beyond the period. Entries,
    people, roles, participation, retention, newcomers and the mix count every kind that was asked for, gifts too; ties
    and all that rests on them weigh, so that by minutes gifts are as if they had not been asked for.
    """
    so_far = select_acts(acts, last_day=as_of, kinds=kinds)
    period = so_far if first_day is None else [act for act in so_far if act.given_on >= first_day]
    part, take_part, back = roles(period), participation(so_far, members, as_of), retention(so_far, as_of, first_day)
    new, flowing, credit = (
        newcomers(so_far, members, as_of, first_day),
        flow(period),
        turnover(so_far, as_of, first_day),
    )
    ties = add_up_ties(period, weigh)
    both_ways, signature = returned(ties), faces(ties, largest=largest)
    shuffled = reciprocity_by_chance(period, weigh, largest=largest)
    circles, burden = breadth(ties), load(ties)
    of_kinds, of_categories = by_kind(period), by_category(period)
    return Statistics(
        first_day=first_day,
        as_of=as_of,
        weigh=weigh,
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        entries=entries_in(period),
        minutes=sum(act.minutes for act in period),
        people=len(people_in(period)),
        enrolled=take_part.enrolled,
        only_gave=part.share(part.only_gave),
        only_received=part.share(part.only_received),
        both=part.share(part.both),
        participation_30=take_part.days_30,
        participation_90=take_part.days_90,
        participation_365=take_part.days_365,
        participation_ever=take_part.ever,
        retention=back.share,
        retention_people=back.people,
        newcomers=new.people,
        newcomers_began=new.began,
        median_days_to_first_exchange=new.median_days_to_first_exchange,
        median_days_to_first_giving=new.median_days_to_first_giving,
        median_days_to_first_receiving=new.median_days_to_first_receiving,
        first_gave=new.first_gave,
        first_received=new.first_received,
        active_member_months=flowing.active_member_months,
        entries_per_active_member_month=flowing.entries_each,
        minutes_per_active_member_month=flowing.minutes_each,
        median_minutes_per_entry=flowing.median_minutes,
        turnover=credit.times,
        holding_days=credit.holding_days,
        tied_people=both_ways.people,
        ties=both_ways.ties,
        mutual_pairs=both_ways.mutual_pairs,
        returned_ties=both_ways.tie_share,
        returned_ties_by_chance=shuffled.returned_ties,
        returned_ties_beyond_chance=beyond_chance(both_ways.tie_share, shuffled.returned_ties),
        rho=both_ways.rho,
        whole=signature.whole,
        whole_given_back=signature.given_back,
        whole_comes_round=signature.comes_round,
        whole_passed_on=signature.passed_on,
        given_back=signature.share(signature.given_back),
        given_back_by_chance=shuffled.given_back,
        given_back_beyond_chance=beyond_chance(both_ways.weight_share, shuffled.given_back),
        comes_round=signature.share(signature.comes_round),
        comes_round_by_chance=shuffled.comes_round,
        passed_on=signature.share(signature.passed_on),
        passed_on_by_chance=shuffled.passed_on,
        faces_are_exact=signature.is_exact,
        shuffles=shuffled.shuffles,
        flows_by_chance=shuffled.flows,
        median_people_helped=circles.people_helped,
        median_helped_by=circles.helped_by,
        top_tenth_given=burden.top_tenth_given,
        top_fifth_given=burden.top_fifth_given,
        gini_given=burden.gini_given,
        gini_received=burden.gini_received,
        effective_givers=burden.effective_givers,
        imbalance=burden.imbalance,
        by_kind=of_kinds,
        by_category=of_categories,
        by_month=by_month(period),
        evenness_of_kinds=evenness(of_kinds),
        evenness_of_categories=evenness(of_categories),
    )


def definitions() -> dict[str, str]:
    """What each figure counts, by its name, in the order in which they are listed."""
    return descriptions_of(Statistics)
