"""What the community and each group gave and received: by month, by kind of help, and by how many people."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa

from ledger.catalogue import Posting
from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.groups.facts import GroupJoined, GroupLeft
from ledger.identifiers import CategoryKey, GroupId, is_group, is_member
from projections.engine.read_model import IncomingEntry, ReadModel, count, table, word
from projections.engine.tables import Row, TableWriter

MONTHS = table(
    "contribution_months",
    word("scope", key=True),
    word("month", key=True),
    count("given"),
    count("received"),
    count("exchanges"),
    count("gifts"),
    clustered=True,
)
CATEGORIES = table(
    "contribution_categories",
    word("scope", key=True),
    word("month", key=True),
    word("category", key=True),
    word("kind", key=True),
    count("given"),
    count("received"),
    count("exchanges"),
    count("gifts"),
    clustered=True,
)
TOTALS = table(
    "contribution_totals",
    word("scope", key=True),
    count("given"),
    count("received"),
    count("exchanges"),
    count("gifts"),
    count("people"),
)
PEOPLE = table("contribution_people", word("scope", key=True), word("member", key=True), count("times"), clustered=True)
MEMBERSHIPS = table("contribution_belongings", word("member", key=True), word("groups"))
COUNTED = table("contribution_counted", word("item", key=True), word("groups"))

Scope = GroupId | Literal["community"]
COMMUNITY = "community"


class MonthTotal(NamedTuple):
    """What counts in one month, YYYY-MM, by the day help was given. Minutes."""

    month: str
    given: int
    received: int
    exchanges: int
    gifts: int


class CategoryTotal(NamedTuple):
    """What counts of one kind of help. A skill exchange counts in each of its two categories."""

    category: CategoryKey
    kind: Literal["help", "skill-exchange", "gift"]
    given: int
    received: int
    exchanges: int
    gifts: int


class Total(NamedTuple):
    """Everything that counts. Minutes."""

    given: int = 0
    received: int = 0
    exchanges: int = 0
    gifts: int = 0


class Contributions(ReadModel):
    """What was given and received in the community, and by the members of each group at the time it was recorded.

    In the community as many minutes are received as given. A gift counts for the giver's groups, the receiver's, and a
    group that received it. What is taken back is subtracted where it was counted.
    """

    name = "contributions"
    tables = (MONTHS, CATEGORIES, TOTALS, PEOPLE, MEMBERSHIPS, COUNTED)
    concerns = frozenset({ExchangeSettled, ExchangeReversed, GiftRecorded, GiftWithdrawn, GroupJoined, GroupLeft})

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        facts: list[Any] = [incoming.entry.data for incoming in batch]
        people = {one for fact in facts for one in _people(fact)}
        changes = _ScopeChanges(rows.of(MEMBERSHIPS, people), rows.of(COUNTED, _taken_back(facts)))
        for incoming in batch:
            changes.add(incoming.entry.data, incoming.postings)
        months = changes.months()
        totals = {scope: [0] * 5 for scope, _ in months}
        for (scope, _), numbers in months.items():
            _add(totals[scope], numbers)
        before = rows.of(PEOPLE, changes.people.keys())
        for key, change in changes.people.items():
            times = before[key][2] if key in before else 0
            totals[key[0]][_PEOPLE] += (times + change > 0) - (times > 0)
        rows.add(MONTHS, [(*key, *numbers) for key, numbers in months.items()])
        rows.add(CATEGORIES, [(*key, *numbers) for key, numbers in changes.categories.items()])
        rows.add(TOTALS, [(scope, *numbers) for scope, numbers in totals.items()])
        rows.add(PEOPLE, [(*key, change) for key, change in changes.people.items()])
        rows.replace(MEMBERSHIPS, list(changes.moved.items()))
        rows.insert(COUNTED, list(changes.counted.items()))

    def months(self, scope: Scope, first: str, last: str) -> list[MonthTotal]:
        """Each month, YYYY-MM, between these two in which anything was ever recorded."""
        query = sa.select(*list(MONTHS.c)[1:]).where(MONTHS.c.scope == scope)
        query = query.where(MONTHS.c.month >= first, MONTHS.c.month <= last)
        return [MonthTotal(*row) for row in self._all(query.order_by(MONTHS.c.month))]

    def years(self, scope: Scope) -> dict[str, Total]:
        """Year, YYYY -> what counts in it, for every year in which anything was recorded; a sum of months."""
        year = sa.func.substr(MONTHS.c.month, 1, 4).label("year")
        sums = (sa.func.sum(column) for column in list(MONTHS.c)[2:])
        query = sa.select(year, *sums).where(MONTHS.c.scope == scope).group_by("year").order_by("year")
        return {when: Total(*map(int, numbers)) for when, *numbers in self._all(query)}

    def categories(self, scope: Scope, first: str, last: str) -> list[CategoryTotal]:
        """Each category and kind in these months together; a sum of months."""
        months = CATEGORIES.c.month >= first, CATEGORIES.c.month <= last
        query = sa.select(CATEGORIES).where(CATEGORIES.c.scope == scope, *months)
        sums: dict[tuple[Any, Any], list[int]] = {}
        for _, _, category, kind, *numbers in self._all(query):
            _add(sums.setdefault((category, kind), [0] * 4), numbers)
        return [CategoryTotal(*key, *numbers) for key, numbers in sorted(sums.items()) if any(numbers)]

    def total(self, scope: Scope) -> Total:
        """Everything that counts."""
        columns = (TOTALS.c.given, TOTALS.c.received, TOTALS.c.exchanges, TOTALS.c.gifts)
        found = self._all(sa.select(*columns).where(TOTALS.c.scope == scope))
        return Total(*found[0]) if found else Total()

    def span(self, scope: Scope) -> tuple[str, str] | None:
        """The first and the last month, YYYY-MM, in which anything counts; None if nothing does."""
        counts = MONTHS.c.exchanges + MONTHS.c.gifts > 0
        ends = sa.select(sa.func.min(MONTHS.c.month), sa.func.max(MONTHS.c.month))
        ((first, last),) = self._all(ends.where(MONTHS.c.scope == scope, counts))
        return (first, last) if first else None

    def people(self, scope: Scope) -> int:
        """How many different members gave or received anything that counts."""
        return next((people for (people,) in self._all(sa.select(TOTALS.c.people).where(TOTALS.c.scope == scope))), 0)


_EXCHANGES, _GIFTS, _PEOPLE = 2, 3, 4
_COMMUNITY_ONLY = (COMMUNITY,)
_Groups = dict[str, list[str]]


class _ScopeChanges:
    """What a batch adds to the community, and to the groups that people were in when it was recorded."""

    def __init__(self, memberships: dict[str, Row], counted: dict[str, Row]) -> None:
        self.categories: dict[tuple[str, str, str, str], list[int]] = {}
        self.acts: dict[tuple[str, str], list[int]] = {}
        self.people: dict[tuple[str, str], int] = {}
        self.moved: dict[str, str] = {}
        self.counted: dict[str, str] = {}
        self._groups: dict[str, list[str]] = {member: groups.split() for member, groups in memberships.values()}
        self._before: dict[str, str] = dict(counted.values())

    def add(self, fact: Any, postings: Sequence[Posting]) -> None:
        match fact:
            case ExchangeSettled():
                self._exchange(fact, postings, self._current_groups(fact.exchange, _people(fact)), 1)
            case ExchangeReversed():
                self._exchange(fact, postings, self._groups_as_counted(fact.exchange), -1)
            case GiftRecorded():
                self._gift(fact, self._current_groups(fact.gift, _people(fact)), 1)
            case GiftWithdrawn():
                self._gift(fact, self._groups_as_counted(fact.gift), -1)
            case GroupJoined(group=group, member=member):
                self._move(member, {*self._groups.get(member, ()), group})
            case GroupLeft(group=group, member=member):
                self._move(member, {*self._groups.get(member, ())} - {group})
            case _:
                raise AssertionError(f"a {type(fact).__name__} contributes nothing")

    def months(self) -> dict[tuple[str, str], list[int]]:
        """Minutes, exchanges and gifts by scope and month."""
        months = {key: [0, 0, *acts] for key, acts in self.acts.items()}
        for (scope, month, _, _), (given, received, _, _) in self.categories.items():
            _add(months[scope, month], (given, received, 0, 0))
        return months

    def _exchange(self, fact: Any, postings: Sequence[Posting], groups: _Groups, sign: int) -> None:
        month = fact.given_on.isoformat()[:7]
        kind = "help" if len(fact.legs) == 1 else "skill-exchange"
        if not groups and len(postings) == 2:
            self._help_in_no_group(postings, (COMMUNITY, month, fact.legs[0].category, kind), sign)
            return
        touched: set[tuple[str, str, str, str]] = set()
        people: set[tuple[str, str]] = set()
        for index, (account, given, received) in enumerate(postings):
            category = fact.legs[index // 2].category
            for scope in (COMMUNITY, *groups[account]) if account in groups else _COMMUNITY_ONLY:
                key = (scope, month, category, kind)
                numbers = self.categories.setdefault(key, [0, 0, 0, 0])
                numbers[0] += given
                numbers[1] += received
                touched.add(key)
                people.add((scope, account))
        for key in touched:
            self.categories[key][_EXCHANGES] += sign
        self._act({key[0] for key in touched}, month, _EXCHANGES, people, sign)

    def _help_in_no_group(self, postings: Sequence[Posting], key: tuple[str, str, str, str], sign: int) -> None:
        """The most common case: help in one direction, between two people in no group."""
        (giver, given, _), (receiver, _, received) = postings
        numbers = self.categories.setdefault(key, [0, 0, 0, 0])
        numbers[0] += given
        numbers[1] += received
        numbers[_EXCHANGES] += sign
        self._act(_COMMUNITY_ONLY, key[1], _EXCHANGES, ((COMMUNITY, giver), (COMMUNITY, receiver)), sign)

    def _gift(self, fact: Any, groups: _Groups, sign: int) -> None:
        month = fact.given_on.isoformat()[:7]
        sides = [one for one in (fact.giver, fact.receiver) if is_member(one)]
        people = {(scope, one) for one in sides for scope in (COMMUNITY, *groups.get(one, ()))}
        if is_group(fact.receiver):
            people.add((fact.receiver, fact.giver))
        scopes = {scope for scope, _ in people}
        for scope in scopes:
            self.categories.setdefault((scope, month, fact.category, "gift"), [0, 0, 0, 0])[_GIFTS] += sign
        self._act(scopes, month, _GIFTS, people, sign)

    def _act(self, scopes: Iterable[str], month: str, which: int, people: Iterable[tuple[str, str]], sign: int) -> None:
        for scope in scopes:
            self.acts.setdefault((scope, month), [0, 0])[which - _EXCHANGES] += sign
        for key in people:
            self.people[key] = self.people.get(key, 0) + sign

    def _current_groups(self, item: str, people: Iterable[str]) -> _Groups:
        groups = {one: self._groups[one] for one in people if self._groups.get(one)} if self._groups else {}
        if groups:
            self.counted[item] = msgspec.json.encode(groups).decode()
        return groups

    def _groups_as_counted(self, item: str) -> _Groups:
        text = self.counted.get(item) or self._before.get(item)
        return msgspec.json.decode(text, type=_Groups) if text else {}

    def _move(self, member: str, groups: set[str]) -> None:
        self._groups[member] = sorted(groups)
        self.moved[member] = " ".join(self._groups[member])


def _people(fact: Any) -> tuple[str, ...]:
    """The members whose groups an entry counts for."""
    match fact:
        case ExchangeSettled(legs=legs) | ExchangeReversed(legs=legs):
            if len(legs) == 1:
                return (legs[0].giver, legs[0].receiver)
            return tuple(dict.fromkeys(side for leg in legs for side in (leg.giver, leg.receiver)))
        case GiftRecorded() | GiftWithdrawn():
            return (fact.giver, fact.receiver)
        case _:
            return (fact.member,)


def _taken_back(facts: Iterable[Any]) -> Collection[str]:
    reversed_ones = {fact.exchange for fact in facts if type(fact) is ExchangeReversed}
    return reversed_ones | {fact.gift for fact in facts if type(fact) is GiftWithdrawn}


def _add(numbers: list[int], more: Iterable[int]) -> None:
    for index, number in enumerate(more):
        numbers[index] += number
