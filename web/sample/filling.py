"""Fills an empty time bank with a made community: the same commands as anybody's, no back door into the log."""

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
from web.sample.diary import LONGEST_DAYS, SampleClock, SampleRecorder, steps
from web.sample.neighbours import Neighbour, settle
from web.sample.plan import LIVELY, Habits
from web.sample.recording import Clerk, at
from web.sample.village import live

CATEGORIES: Sequence[str] = [category.key for category in DEFAULT_CATEGORIES]
MEMBERS = 150
"""Enough that figures about several people may be shown to everybody."""

NEWCOMERS_DAYS = 21
LEAVES_AFTER = 0.7
STORY_MINUTES = 4 * 60
"""What the story of the last days may take beside the plan, so that nobody comes to the debit limit by it."""


Tell = Callable[[int, int], None]


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
    tell: Tell = lambda done, of: None,
) -> dict[str, MemberId]:
    """Founds the sample neighbourhood in an empty time bank opened with this clock; answers its members by name.

    It ends at `until`, or now. With a story some people have parts in it, there are groups and notes, and something waits
    today; without, it is what `settle` and `live` plan and nothing else. The same seed and end give the same community.
    """
    chance = random.Random(seed)  # noqa: S311 - a story, no secret
    last = until or datetime.now(UTC)
    first_day, last_day = days_of(last, years)
    cast = names.cast(max(members, names.FEWEST), seed)
    neighbours = settle(habits, len(cast), first_day, last_day, CATEGORIES, chance)
    if has_story:
        neighbours = _with_parts(neighbours, cast, first_day, last_day)
    diary = SampleRecorder(bank, clock)
    clerk = Clerk(bank, diary, random.Random(seed), names_of=cast, in_full=has_story)  # noqa: S311
    _begin(diary, clerk, neighbours, habits, first_day, last_day, has_groups=has_story)
    if has_story:
        tell_the_last_days(diary, clerk.ids, last)
    days = (last_day - first_day).days + 1
    own = habits.debit_limit_minutes + (STORY_MINUTES if has_story else 0)
    kept = msgspec.structs.replace(habits, debit_limit_minutes=own)
    for step in steps(live(neighbours, kept, first_day + timedelta(days=1), last_day, chance)):
        diary.live_until(step.moment)
        clerk.write(step)
        tell((step.moment.date() - first_day).days, days)
    diary.live_until(last)
    diary.flush()
    clock.moment = None
    assert not diary.refused, f"the plan keeps to the rules of the ledger: {diary.refused[:3]}"
    tell(days, days)
    return clerk.ids


def days_of(last: datetime, years: float) -> tuple[date, date]:
    """The first and the last day of a community's life that is told up to a moment: the day before it."""
    return (last - timedelta(days=round(365.25 * years))).date(), last.date() - timedelta(days=1)


def _with_parts(neighbours: list[Neighbour], cast: list[str], first_day: date, last_day: date) -> list[Neighbour]:
    """Those with a part are there from the beginning; newcomers have done nothing yet; the others keep their ways."""
    changed: list[Neighbour] = []
    for neighbour, name in zip(neighbours, cast, strict=True):
        if name in names.NEWCOMERS:
            came = last_day - timedelta(days=NEWCOMERS_DAYS - 4 * names.NEWCOMERS.index(name))
            neighbour = neighbour._replace(joined_on=came, gives=0.0, receives=0.0)
        elif name in names.LEADING:
            wish = 2.5 if name == names.MEMBER else 1.0
            neighbour = neighbour._replace(
                joined_on=min(neighbour.joined_on, first_day + timedelta(days=3)),
                rests_on=date.max,
                gives=max(neighbour.gives, wish),
                receives=max(neighbour.receives, wish),
                without_internet=name in names.WITHOUT_INTERNET,
            )
        if name == names.LEAVER:
            leaves = first_day + timedelta(days=round((last_day - first_day).days * LEAVES_AFTER))
            neighbour = neighbour._replace(left_on=leaves, rests_on=leaves - timedelta(days=LONGEST_DAYS))
        changed.append(neighbour)
    return changed


def _begin(
    diary: SampleRecorder,
    clerk: Clerk,
    neighbours: Sequence[Neighbour],
    habits: Habits,
    first_day: date,
    last_day: date,
    *,
    has_groups: bool,
) -> None:
    """Founding, groups, and everybody's coming and going, each at its day."""
    diary.live_until(at(first_day, 7))
    clerk.found(habits)
    formed: list[datetime] = []
    for number, name in enumerate(names.GROUPS if has_groups else ()):
        day = first_day + timedelta(days=3 + 40 * number * (last_day - first_day).days // 730)
        formed.append(at(day, 10))
        diary.plan(formed[-1], lambda name=name: clerk.form_group(name))
    for neighbour in neighbours[1:]:
        clerk.expect(neighbour, formed)


def tell_the_last_days(diary: SampleRecorder, ids: Mapping[str, MemberId], now: datetime) -> None:
    """Plans what the member of the demo, and the coordinator, find waiting when they sign in."""

    def report(days: float, teller: str, legs: list[tuple[str, str, int, str]], note: str) -> None:
        moment = now - timedelta(days=days)
        diary.plan(moment, lambda: _report(diary, ids, moment, teller, legs, note))

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
    _ask_to_take_back(diary, ids, leila, member, now)
    diary.plan(
        now - timedelta(hours=20),
        lambda: diary.write(InviteMember(name=names.INVITED), ids[names.COORDINATOR]),
    )


def _report(
    diary: SampleRecorder,
    ids: Mapping[str, MemberId],
    moment: datetime,
    teller: str,
    legs: list[tuple[str, str, int, str]],
    note: str,
) -> ExchangeId:
    """An exchange of the day before, told now."""
    report = ReportExchange(
        legs=tuple(_leg(ids, *leg) for leg in legs), given_on=(moment - timedelta(days=1)).date(), note=note
    )
    return ExchangeId(f"x-{diary.write(report, ids[teller]).new_id}")


def _ask_to_take_back(
    diary: SampleRecorder, ids: Mapping[str, MemberId], giver: str, receiver: str, now: datetime
) -> None:
    """Settled nine days ago; yesterday the giver noticed a mistake and asked."""
    told, kept = now - timedelta(days=9), list[ExchangeId]()
    legs = [(giver, receiver, 120, "computers")]
    note, reason = "Set up the new phone and moved the photos.", "It was an hour and a half, I looked at my calendar."
    diary.plan(told, lambda: kept.append(_report(diary, ids, told, receiver, legs, note)))
    diary.plan(
        now - timedelta(hours=22),
        lambda: diary.write(AskForReversal(kept[0], reason=reason), ids[giver]),
    )


def _leg(ids: Mapping[str, MemberId], giver: str, receiver: str, minutes: int, category: str) -> Leg:
    return help_given(ids[giver], ids[receiver], minutes, category)
