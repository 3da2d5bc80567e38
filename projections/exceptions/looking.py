"""Everything that is worth a look: every rule, asked about one book."""

from ledger.events.agreements import Thresholds
from projections.exceptions.accounts import before_limit, limits_used, new_at_limit
from projections.exceptions.book import Book
from projections.exceptions.days import before_leaving, long_days, month_ends
from projections.exceptions.habits import round_hours, taken_back, woken
from projections.exceptions.noted import RULES, Noted
from projections.exceptions.pairs import back_and_forth, circles
from projections.exceptions.voices import both_sides, many_at_once


def exceptions(book: Book, thresholds: Thresholds | None = None) -> list[Noted]:
    """What is worth a look by the thresholds in force, or by others; what rests on the newest entry first."""
    agreed = thresholds or book.thresholds
    standing = book.standing
    found = [
        *both_sides(standing, agreed),
        *back_and_forth(standing, agreed),
        *circles(standing, agreed),
        *long_days(standing, agreed),
        *many_at_once(book.wishes, agreed),
        *round_hours(standing, agreed),
        *month_ends(standing, agreed),
        *before_limit(book.acts, book.limits, agreed),
        *before_leaving(standing, book.left, agreed),
        *woken(book.acts, agreed),
        *new_at_limit(book.acts, book.limits, book.welcomed, agreed),
        *limits_used(book.acts, book.limits, agreed),
        *taken_back(book.acts, agreed),
    ]
    order = {rule: place for place, rule in enumerate(RULES)}
    return sorted(found, key=lambda one: (-one.number, order[one.rule], one.people, one.entries))
