"""What the reports of a year's months count, and what of it groups may be shown: decided once, for all its reports."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from ledger.identifiers import GroupId
from projections.figures.chronicle import Chronicle
from projections.figures.measures.acts import Act
from projections.figures.privacy.cells import FEWEST_TO_COMPARE, Behind, Cell
from projections.figures.privacy.groups import Placed, behind, groups_beside, kinds_beside
from projections.figures.privacy.periods import HiddenMonths, hidden_months, shown_months


class ReportMonth:
    """A closed month: where the acts lie that its reports count, and the groups that there were by then, the oldest first."""

    def __init__(self, told: Chronicle, name: str, places: Sequence[int], formed: Mapping[GroupId, str]) -> None:
        self.name = name
        self.places = places
        self._told = told
        self.formed = [group for group, month in formed.items() if month <= name]

    @cached_property
    def placed(self) -> list[Placed]:
        """Its acts with the groups of the two; a group's figures begin with the month in which it was formed."""
        known = frozenset(self.formed)
        return [
            Placed(self._told.acts[place], *(known.intersection(side) for side in self._told.belonging(place)))
            for place in self.places
        ]

    @cached_property
    def groups(self) -> list[GroupId]:
        """The groups with anything that counts."""
        return active(self.placed, self.formed)

    @cached_property
    def behind(self) -> dict[GroupId, Behind]:
        """What lies behind each group's figures."""
        return {group: behind(group, self.placed) for group in self.groups}

    @cached_property
    def beside(self) -> list[GroupId]:
        """The groups that may be shown together, if the month of the community is shown to everybody."""
        return groups_beside(self.placed, self.groups)


class Year:
    """The closed months of a calendar year, up to one of them."""

    def __init__(self, told: Chronicle, months: Sequence[ReportMonth], formed: Iterable[GroupId]) -> None:
        self._told = told
        self._formed = list(formed)
        self.months = {month.name: month for month in months}

    @cached_property
    def places(self) -> list[int]:
        """Where everything lies that the months' reports count."""
        return [place for month in self.months.values() for place in month.places]

    @cached_property
    def acts(self) -> list[Act]:
        """Everything that they count."""
        return [self._told.acts[place] for place in self.places]

    @cached_property
    def placed(self) -> list[Placed]:
        """The same, with groups."""
        return [one for month in self.months.values() for one in month.placed]

    @cached_property
    def hidden_from_everyone(self) -> frozenset[str]:
        """The months of the community that not everybody may read."""
        return frozenset(name for name, cell in shown_months(self.acts, "everyone").items() if cell is None)

    @cached_property
    def months_of_groups(self) -> dict[GroupId, HiddenMonths]:
        """Which months are hidden for each group, and whether the sum of them may be told."""
        hidden = self.hidden_from_everyone
        return {
            group: hidden_months(
                {name: month.behind[group] for name, month in self.months.items() if group in month.behind},
                "everyone",
                hidden=hidden,
                vetoed=[name for name, month in self.months.items() if name not in hidden and _is_vetoed(month, group)],
                compares_groups=True,
            )
            for group in self._formed
        }

    @cached_property
    def groups_shown(self) -> list[GroupId]:
        """The groups whose year may be shown beside the community's, if that is shown to everybody."""
        able = [group for group in self._formed if self.months_of_groups[group].year_is_safe]
        return groups_beside(self.placed, active(self.placed, able))

    def groups_shown_in(self, month: str) -> list[GroupId]:
        """The groups whose month may be shown."""
        if month in self.hidden_from_everyone:
            return []
        return [group for group in self.months[month].groups if month not in self.months_of_groups[group].hidden]

    def kinds_shown(
        self, attribute: str, community: Mapping[str, Cell | None]
    ) -> dict[GroupId, dict[str, Cell | None]]:
        """The kinds or categories of each group that the year may show, given those of the community that everybody reads."""
        return kinds_beside(self.placed, self.groups_shown, community, lambda act: str(getattr(act, attribute)))


def active(placed: Iterable[Placed], groups: Collection[GroupId]) -> list[GroupId]:
    """Those of these groups with anything that counts."""
    found = {group for one in placed for group in (*one.giver, *one.receiver)}
    return [group for group in groups if group in found]


def _is_vetoed(month: ReportMonth, group: GroupId) -> bool:
    """Whether a group could be shown by itself, and is not for what it would tell beside others."""
    return group in month.behind and group not in month.beside and month.behind[group].may_be_shown(FEWEST_TO_COMPARE)
