"""What is called worth a look, and the form in which coordinators agree from where on it is."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from ledger.domain.agreements import THRESHOLD_RANGES
from ledger.events.agreements import Thresholds
from ledger.hours import minutes_from
from web.words import later

_RANGES = THRESHOLD_RANGES


class ExceptionsForm(msgspec.Struct):
    """The thresholds as people type them; the longest day in hours."""

    late_days: Annotated[int, Meta(ge=_RANGES["late_days"][0], le=_RANGES["late_days"][1])]
    near_days: Annotated[int, Meta(ge=_RANGES["near_days"][0], le=_RANGES["near_days"][1])]
    near_percent: Annotated[int, Meta(ge=_RANGES["near_percent"][0], le=_RANGES["near_percent"][1])]
    day_hours: Annotated[int, Meta(ge=1, le=23)]
    minute_wishes: Annotated[int, Meta(ge=_RANGES["minute_wishes"][0], le=_RANGES["minute_wishes"][1])]
    round_acts: Annotated[int, Meta(ge=_RANGES["round_acts"][0], le=_RANGES["round_acts"][1])]
    burst_acts: Annotated[int, Meta(ge=_RANGES["burst_acts"][0], le=_RANGES["burst_acts"][1])]
    burst_days: Annotated[int, Meta(ge=_RANGES["burst_days"][0], le=_RANGES["burst_days"][1])]
    resting_days: Annotated[int, Meta(ge=_RANGES["resting_days"][0], le=_RANGES["resting_days"][1])]
    new_days: Annotated[int, Meta(ge=_RANGES["new_days"][0], le=_RANGES["new_days"][1])]
    changed_days: Annotated[int, Meta(ge=_RANGES["changed_days"][0], le=_RANGES["changed_days"][1])]
    taken_back_acts: Annotated[int, Meta(ge=_RANGES["taken_back_acts"][0], le=_RANGES["taken_back_acts"][1])]
    taken_back_percent: Annotated[int, Meta(ge=_RANGES["taken_back_percent"][0], le=_RANGES["taken_back_percent"][1])]

    def thresholds(self) -> Thresholds:
        """As the ledger takes them."""
        typed = msgspec.structs.asdict(self)
        return Thresholds(day_minutes=minutes_from(typed.pop("day_hours"), 0), **typed)


LABELS: Mapping[str, str] = {
    "late_days": later("Days after which an entry counts as late"),
    "near_days": later("Days within which help there and back, or in a circle, is looked at"),
    "near_percent": later("Percent by which two lengths may differ and still be about equal"),
    "day_hours": later("Hours that one person may give on one day"),
    "minute_wishes": later("Records by one person within a minute"),
    "round_acts": later("Acts of help that are all of whole hours"),
    "burst_acts": later("Acts of help close together"),
    "burst_days": later("Days that are close together"),
    "resting_days": later("Days without anything after which an account rests"),
    "new_days": later("Days in which an account is new"),
    "changed_days": later("Days after limits were changed"),
    "taken_back_acts": later("Acts of help that were taken back"),
    "taken_back_percent": later("Percent of somebody’s help that was taken back"),
}
"""Field of the form -> what it asks for."""


def as_typed(thresholds: Thresholds) -> dict[str, int]:
    """What the form shows of the thresholds in force."""
    values = {name: getattr(thresholds, name) for name in LABELS if name != "day_hours"}
    return {name: values.get(name, thresholds.day_minutes // 60) for name in LABELS}
