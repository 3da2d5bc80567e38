"""Fills an empty time bank with a generated community, by the same commands that anyone uses."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from ledger.agreements.rules import DEFAULT_CATEGORIES
from ledger.exchanges.commands import AskForReversal, ReportExchange, help_given
from ledger.exchanges.facts import Leg
from ledger.identifiers import ExchangeId, MemberId
from ledger.members.commands import InviteMember
from ledger.time_bank import TimeBank
from web.sample import names
from web.sample.acts import LONGEST_DAYS, steps
from web.sample.names import MEMBERS
from web.sample.neighbours import LIVELY, Habits, Neighbour, settle
from web.sample.recording import PlanRecorder, SampleClock, SampleHandler, at
from web.sample.village import live

CATEGORIES: Sequence[str] = [category.key for category in DEFAULT_CATEGORIES]

NEWCOMERS_DAYS = 21
LEAVES_AFTER = 0.7
STORY_MINUTES = 4 * 60
"""Room below the debit limit for the last days, which are not part of the plan."""


Progress = Callable[[int, int], None]


def fill(
    bank: TimeBank,
    clock: SampleClock,
    *,
    habits: Habits = LIVELY,
    members: int = MEMBERS,
    years: float = 2,
    seed: int = 1,
    until: datetime | None = None,
    has_story: bool = True,
    progress: Progress = lambda done, of: None,
) -> dict[str, MemberId]:
    """Make the sample neighbourhood in an empty time bank that was opened with this clock. Return its members by name.

    It ends at `until`, or now. With a story there are leading characters, groups, notes, and something waiting for an
    answer today. Without one, there is only what `settle` and `live` plan. The same seed and end give the same community.
    """
    chance = random.Random(seed)  # noqa: S311 - not a secret
    last = until or datetime.now(UTC)
    first_day, last_day = days_of(last, years)
    cast = names.cast(max(members, names.FEWEST), seed)
    neighbours = settle(habits, len(cast), first_day, last_day, CATEGORIES, chance)
    if has_story:
        neighbours = _with_parts(neighbours, cast, first_day, last_day)
    handler = SampleHandler(bank, clock)
    recorder = PlanRecorder(bank, handler, random.Random(seed), names_of=cast, in_full=has_story)  # noqa: S311
    _begin(handler, recorder, neighbours, habits, first_day, last_day, has_groups=has_story)
    if has_story:
        plan_last_days(handler, recorder.ids, last)
    days = (last_day - first_day).days + 1
    own = habits.debit_limit_minutes + (STORY_MINUTES if has_story else 0)
    habits = msgspec.structs.replace(habits, debit_limit_minutes=own)
    for step in steps(live(neighbours, habits, first_day + timedelta(days=1), last_day, chance)):
        handler.run_until(step.moment)
        recorder.write(step)
        progress((step.moment.date() - first_day).days, days)
    handler.run_until(last)
    handler.flush()
    clock.moment = None
    assert not handler.refused, f"the plan follows the rules of the ledger: {handler.refused[:3]}"
    progress(days, days)
    return recorder.ids


def days_of(last: datetime, years: float) -> tuple[date, date]:
    """The first and last day of a history that ends the day before a moment."""
    return (last - timedelta(days=round(365.25 * years))).date(), last.date() - timedelta(days=1)


def _with_parts(neighbours: list[Neighbour], cast: list[str], first_day: date, last_day: date) -> list[Neighbour]:
    """Leading characters are there from the beginning, and newcomers have done nothing yet. Nobody else changes."""
    changed: list[Neighbour] = []
    for neighbour, name in zip(neighbours, cast, strict=True):
        if name in names.NEWCOMERS:
            came = last_day - timedelta(days=NEWCOMERS_DAYS - 4 * names.NEWCOMERS.index(name))
            neighbour = neighbour._replace(joined_on=came, gives=0.0, receives=0.0)
        elif name in names.LEADING:
            likelihood = 2.5 if name == names.MEMBER else 1.0
            neighbour = neighbour._replace(
                joined_on=min(neighbour.joined_on, first_day + timedelta(days=3)),
                rests_on=date.max,
                gives=max(neighbour.gives, likelihood),
                receives=max(neighbour.receives, likelihood),
                without_internet=name in names.WITHOUT_INTERNET,
            )
        if name == names.LEAVER:
            leaves = first_day + timedelta(days=round((last_day - first_day).days * LEAVES_AFTER))
            neighbour = neighbour._replace(left_on=leaves, rests_on=leaves - timedelta(days=LONGEST_DAYS))
        changed.append(neighbour)
    return changed


def _begin(
    handler: SampleHandler,
    recorder: PlanRecorder,
    neighbours: Sequence[Neighbour],
    habits: Habits,
    first_day: date,
    last_day: date,
    *,
    has_groups: bool,
) -> None:
    """Found the community, and plan its groups and when members come and go."""
    handler.run_until(at(first_day, 7))
    recorder.found(habits)
    formed: list[datetime] = []
    for number, name in enumerate(names.GROUPS if has_groups else ()):
        day = first_day + timedelta(days=3 + 40 * number * (last_day - first_day).days // 730)
        formed.append(at(day, 10))
        handler.plan(formed[-1], lambda name=name: recorder.form_group(name))
    for neighbour in neighbours[1:]:
        recorder.plan_member(neighbour, formed)


def plan_last_days(handler: SampleHandler, ids: Mapping[str, MemberId], now: datetime) -> None:
    """Plan what the member and the coordinator of the demo find waiting when they sign in."""

    def report(days: float, reporter: str, legs: list[tuple[str, str, int, str]], note: str) -> None:
        moment = now - timedelta(days=days)
        handler.plan(moment, lambda: _report(handler, ids, moment, reporter, legs, note))

    member, joseph, lan, samuel, leila, grace = names.MEMBER, *(names.NEIGHBOURS[place] for place in (0, 1, 2, 3, 5))
    report(
        2.2, joseph, [(joseph, member, 75, "repairs")], "Mended the kitchen tap and showed how to change the washer."
    )
    report(
        1.3,
        grace,
        [(grace, member, 60, "learning"), (member, grace, 120, "home")],
        "An hour of guitar for two hours of sewing.",
    )
    report(3.1, member, [(member, lan, 90, "forms")], "The housing form, every line of it.")
    report(1.6, samuel, [(samuel, names.COORDINATOR, 45, "lifts")], "Drove the folding tables to the library hall.")
    _plan_reversal(handler, ids, leila, member, now)
    handler.plan(
        now - timedelta(hours=20), lambda: handler.queue(InviteMember(name=names.INVITED), ids[names.COORDINATOR])
    )


def _report(
    handler: SampleHandler,
    ids: Mapping[str, MemberId],
    moment: datetime,
    reporter: str,
    legs: list[tuple[str, str, int, str]],
    note: str,
) -> ExchangeId:
    """Queue the report of an exchange of the day before."""
    report = ReportExchange(
        legs=tuple(_leg(ids, *leg) for leg in legs), given_on=(moment - timedelta(days=1)).date(), note=note
    )
    return ExchangeId(f"x-{handler.queue(report, ids[reporter]).new_id}")


def _plan_reversal(
    handler: SampleHandler, ids: Mapping[str, MemberId], giver: str, receiver: str, now: datetime
) -> None:
    """An exchange settled nine days ago, in which the giver noticed a mistake yesterday."""
    reported_at, exchanges = now - timedelta(days=9), list[ExchangeId]()
    legs = [(giver, receiver, 120, "computers")]
    note, reason = "Set up the new phone and moved the photos.", "It was an hour and a half, I looked at my calendar."
    handler.plan(reported_at, lambda: exchanges.append(_report(handler, ids, reported_at, receiver, legs, note)))
    handler.plan(
        now - timedelta(hours=22), lambda: handler.queue(AskForReversal(exchanges[0], reason=reason), ids[giver])
    )


def _leg(ids: Mapping[str, MemberId], giver: str, receiver: str, minutes: int, category: str) -> Leg:
    return help_given(ids[giver], ids[receiver], minutes, category)
