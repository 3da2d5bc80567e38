"""Fills an empty time bank with the sample neighbourhood: the same commands as anybody's, no back door into the log."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from ledger.application.time_bank import TimeBank
from ledger.domain.agreements import DEFAULT_CATEGORIES
from ledger.identifiers import GroupId, MemberId
from web.sample import names
from web.sample.diary import Diary, SampleClock
from web.sample.last_days import tell_the_last_days
from web.sample.recording import Clerk
from web.sample.village import Neighbour, live, settle_in

ACTS_PER_MEMBER_MONTH = 0.62
"""Lively, and within what real time banks show (.03 to .64)."""

ENTRIES_PER_ACT = 2
NEWCOMERS_DAYS = 21
LEAVES_AFTER = 0.7
ORIGIN_HOST = "demo"
"""What the origin of a sample's log begins with, so that it is never taken for a real community."""

Tell = Callable[[int, int], None]


def fill(
    bank: TimeBank,
    clock: SampleClock,
    *,
    members: int = 70,
    years: float = 2,
    seed: int = 1,
    entries: int | None = None,
    until: datetime | None = None,
    tell: Tell = lambda done, of: None,
) -> dict[str, MemberId]:
    """Founds the sample neighbourhood in an empty time bank opened with this clock; answers its members by name.

    The story ends at `until`, or now. With `entries` the log grows to about that many, and everything is settled at
    once and without notes: for measuring. The same seed and end give the same story.
    """
    chance = random.Random(seed)  # noqa: S311 - a story, no secret
    last = until or datetime.now(UTC)
    first_day = (last - timedelta(days=round(365.25 * years))).date()
    cast = names.cast(max(members, names.FEWEST), chance)
    neighbours = _with_parts(settle_in(len(cast), first_day, last.date(), _KEYS, chance), cast, first_day, last.date())
    diary = Diary(bank, clock)
    clerk = Clerk(bank, diary, chance, names_of=cast, in_full=entries is None)
    _begin(diary, clerk, neighbours, first_day, last.date())
    acts = round(len(cast) * 12 * years * ACTS_PER_MEMBER_MONTH) if entries is None else entries // ENTRIES_PER_ACT
    days = (last.date() - first_day).days
    for act in live(neighbours, first_day + timedelta(days=1), last.date() - timedelta(days=1), acts, chance):
        diary.live_until(_morning(act.day))
        clerk.hear_of(act)
        tell((act.day - first_day).days, days)
    if entries is None:
        tell_the_last_days(bank, diary, clerk.ids, last)
    diary.live_until(last)
    diary.flush()
    clock.moment = None
    tell(days, days)
    return clerk.ids


_KEYS = [category.key for category in DEFAULT_CATEGORIES]


def _with_parts(neighbours: list[Neighbour], cast: list[str], first_day: date, last_day: date) -> list[Neighbour]:
    """Newcomers come in the last weeks and have done nothing yet; one neighbour leaves; the others keep their ways."""
    changed: list[Neighbour] = []
    for neighbour, name in zip(neighbours, cast, strict=True):
        if name in names.NEWCOMERS:
            came = last_day - timedelta(days=NEWCOMERS_DAYS - 4 * names.NEWCOMERS.index(name))
            neighbour = neighbour._replace(joined_on=came, gives=0.0, receives=0.0)
        elif name == names.LEAVER:
            neighbour = neighbour._replace(
                left_on=first_day + timedelta(days=round((last_day - first_day).days * LEAVES_AFTER))
            )
        elif name == names.MEMBER:
            neighbour = neighbour._replace(gives=max(neighbour.gives, 2.5), receives=max(neighbour.receives, 2.5))
        changed.append(neighbour)
    return changed


def _begin(diary: Diary, clerk: Clerk, neighbours: list[Neighbour], first_day: date, last_day: date) -> None:
    """Founding, groups, and everybody's coming and going, each at its day."""
    opening = _morning(first_day)
    diary.plan(opening, lambda: clerk.found(names.COMMUNITY, names.TIME_ZONE, ORIGIN_HOST))
    diary.live_until(opening)
    groups: list[GroupId] = []
    for number, name in enumerate(names.GROUPS):
        day = first_day + timedelta(days=3 + 40 * number * (last_day - first_day).days // 730)
        diary.plan(_morning(day) + timedelta(hours=2), lambda name=name: groups.append(clerk.form_group(name)))
    for neighbour in neighbours[1:]:
        clerk.expect(neighbour, _morning(neighbour.joined_on), groups)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), UTC)
