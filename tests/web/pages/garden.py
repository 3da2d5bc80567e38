"""The garden on the street, with the reports of its closed years, and what its people agreed to."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ledger.groups.commands import JoinGroup
from ledger.identifiers import MemberId
from ledger.members.commands import ChooseVisibility
from ledger.members.facts import Audience
from projections.figures.measures.acts import Act
from projections.figures.privacy.agreed import group_ties
from projections.figures.privacy.groups import Placed
from projections.figures.reports.kept import Report
from projections.figures.reports.ties import TiesOfYear, store_ties
from tests.projections.figures.measures.communities import ring
from tests.web import reports
from tests.web.pages.conftest import Street

HOURS = (40, 35, None, 50, 45, 60, 55, 20, 30, 40, 25, 0)
"""Hours members gave in each month. They received ten more; in March there were too few people to show."""


def months_of(year: int) -> list[dict[str, Any]]:
    """Return the months of a year of the garden, as its report lists them."""
    return [
        {
            "month": f"{year}-{number:02}",
            "given": None if hours is None else hours * 60,
            "received": None if hours is None else (hours + 10) * 60,
            "entries": None if hours is None else 9,
        }
        for number, hours in enumerate(HOURS, start=1)
    ]


def of_garden(street: Street, year: int = 2025, **changed: Any) -> Report:
    """Return a year of the garden: 400 hours given and 455 received, with two kinds of help that can be shown."""
    figures: dict[str, Any] = {
        "given": 400 * 60,
        "received": 455 * 60,
        "members": 24,
        "minutes": None,
        "entries": 212,
        "people": 61,
        "months": months_of(year),
        "by_category": {
            "garden": reports.part(300, 120, 0.6),
            "food": reports.part(150, 70, 0.3),
            "children": None,
            "lifts": None,
        },
    }
    return reports.report(year, scope=street.garden, **(figures | changed))


def month_of_garden(street: Street, year: int, number: int) -> Report:
    """Return the report of a month that matches its year."""
    of_year = of_garden(street, year)
    own = of_year.figures["months"][number - 1]
    month = reports.month_of(of_year, number)
    return msgspec.structs.replace(month, figures=month.figures | {name: own[name] for name in ("given", "received")})


def kept(street: Street, *found: Report) -> None:
    """Store reports of the garden where pages read them."""
    reports.kept(street.views, list(found))


TWENTY_OTHERS = ring(20)


def kept_ties(street: Street, *acts: Act, beside: Sequence[Act] = TWENTY_OTHERS) -> None:
    """Store what members of the garden exchanged in 2025, with `beside` between others who never agreed to anything."""
    garden = (street.garden,)
    placed = [Placed(one, garden, garden) for one in (*acts, *beside)]
    ties = TiesOfYear(group_ties(placed), ["community", street.garden], [])
    with street.views.reports._engine.execution_options(writes=True).begin() as connection:
        store_ties(connection, street.views.reports.identity, "2025", ties)


def chose(street: Street, sees: Audience, *members: MemberId) -> None:
    """Choose who can see who these members help."""
    for member in members:
        street.bank.do(ChooseVisibility(member=member, sees=sees), by=member)


def belong(street: Street, *members: MemberId) -> None:
    """Add members to the garden; Ana is in it already."""
    for member in members:
        street.bank.do(JoinGroup(group=street.garden, member=member), by=member)
