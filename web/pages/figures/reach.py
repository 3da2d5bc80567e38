"""Whether help reaches all groups alike: each compared with everyone else, as far as chance allows."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from web.wording.translation import gettext, later


class GroupReach(NamedTuple):
    """One group beside everybody else: minutes received for each member who took part."""

    group: str
    minutes: int
    beside: str
    ratio: float | None
    low: float | None
    high: float | None


class AccessFinding(NamedTuple):
    """Whether help reaches the groups alike; `between` is the share of all differences that lies between groups."""

    finding: str
    rows: Sequence[GroupReach]
    between: float | None


def access_of(figures: Mapping[str, Any], names: Mapping[str, str]) -> AccessFinding | None:
    """Whether help reaches the groups alike; None where it is not shown. Groups stand in the order of their names."""
    groups: Sequence[Mapping[str, Any]] | None = figures.get("access")
    if not groups:
        return None
    rows = [
        GroupReach(
            names.get(one["group"], ""),
            round(one["received_per_member"]),
            _beside_others(one["low"], one["high"]),
            one["ratio"],
            one["low"],
            one["high"],
        )
        for one in groups
    ]
    rows.sort(key=lambda row: row.group)
    alike = all(row.low is None or row.high is None or row.low <= 1 <= row.high for row in rows)
    finding = later("Help reaches every group equally") if alike else later("Help reaches some groups more than others")
    return AccessFinding(gettext(finding), rows, figures.get("theil_between"))


def _beside_others(low: float | None, high: float | None) -> str:
    """How a group stands beside everybody else, as far as chance allows to say so."""
    if low is None or high is None:
        return ""
    if low > 1:
        return gettext("more than elsewhere")
    return gettext("less than elsewhere") if high < 1 else gettext("about as much as elsewhere")
