"""Early signs that somebody gives too much, and newcomers whom nobody has asked yet."""

from datetime import date

import pytest

from ledger.identifiers import MemberId
from projections.figures.measures.acts import Act, Membership
from projections.figures.measures.people import newcomers_waiting, overload
from tests.projections.figures.measures.communities import act

LAST = date(2025, 6, 30)


def months(*hours: float, giver: str = "ana", last: date = LAST) -> list[Act]:
    """What somebody gave in the months that end with the last one, in hours; nothing in a month of 0."""
    first = 12 * last.year + last.month - len(hours)
    return [
        act(giver, "bo", int(60 * length), date((first + place) // 12, (first + place) % 12 + 1, 10))
        for place, length in enumerate(hours)
        if length
    ]


def test_a_month_far_above_the_usual_one_is_a_sign() -> None:
    assert overload(months(4, 5, 4, 12), LAST) == {"ana"}


@pytest.mark.parametrize(
    ("hours", "why"),
    [
        ((4, 5, 4, 8), "eight hours are not much, though twice the usual"),
        ((4, 5, 4, 10), "ten hours are the limit, and not above it"),
        ((8, 9, 8, 16), "sixteen hours are twice the usual, and not above it"),
        ((4, 4, 12), "after two months nothing is usual yet"),
        ((4, 5, 4, 30, 4), "that was last month, and is over"),
    ],
)
def test_other_months_are_not_a_sign(hours: tuple[float, ...], why: str) -> None:
    assert overload(months(*hours), LAST) == set(), why


def test_three_heavy_months_in_a_row_are_a_sign_even_if_usual() -> None:
    assert overload(months(21, 21, 21), LAST) == {"ana"}
    assert overload(months(*[21] * 12), LAST) == {"ana"}
    assert overload(months(21, 21, 20), LAST) == set()
    assert overload(months(21, 0, 21, 21), LAST) == set()


def test_what_is_usual_is_of_the_twelve_months_before() -> None:
    long_ago = months(*[2] * 5, last=date(2024, 5, 31))

    assert overload(long_ago + months(9, 9, 9, 12), LAST) == set()
    assert overload(long_ago + months(12), LAST) == set()


def test_months_turn_with_the_year() -> None:
    last = date(2026, 1, 31)

    assert overload(months(21, 21, 21, last=last), last) == {"ana"}


def test_later_acts_receiving_and_gifts_are_not_a_load() -> None:
    heavy = months(21, 21, 21)
    backwards = [act("bo", "ana", one.minutes, one.given_on) for one in heavy]
    gifts = [act("ana", "bo", on=one.given_on, kind="gift") for one in heavy]

    assert overload(heavy, date(2025, 6, 9)) == set()
    assert overload(backwards, LAST) == {"bo"}
    assert overload(gifts, LAST) == set()


def joined(name: str, on: date, left: date | None = None) -> Membership:
    return Membership(MemberId(name), on, left)


def test_a_newcomer_waits_from_the_thirtieth_day_until_the_first_entry() -> None:
    members = [joined("ana", date(2025, 5, 31)), joined("bo", date(2025, 6, 1)), joined("zoe", date(2025, 1, 1))]

    assert newcomers_waiting([], members, LAST) == {"ana", "zoe"}
    assert newcomers_waiting([act("zoe", "bo", on=date(2025, 3, 1))], members, LAST) == {"ana"}
    assert newcomers_waiting([act("ana", "zoe", on=date(2025, 3, 1), kind="gift")], members, LAST) == set()
    assert newcomers_waiting([act("zoe", "bo", on=date(2025, 7, 1))], members, LAST) == {"ana", "zoe"}


def test_those_who_have_left_are_not_waiting() -> None:
    early = date(2025, 1, 1)

    assert newcomers_waiting([], [joined("ana", early, LAST)], LAST) == set()
    assert newcomers_waiting([], [joined("ana", early, date(2025, 7, 1))], LAST) == {"ana"}
