"""What the fact in an entry can hold: the keys of its kind, and the shape of each value.

Everything else is rejected: an extra key, or an identifier of another shape, could hold the name of a person. The ledger has its
own definition of the same, in the `facts` modules; this one trusts nothing there. It holds for every version of a kind.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple, cast

Check = Callable[[Any], bool]

_RANDOM = "[0-9a-z-]{1,40}"
MEMBER = f"m-{_RANDOM}"
PERSON = f"(?:host|{MEMBER})"
"""Who can do something: a member, or the host."""
RECEIVER = f"(?:community|[mg]-{_RANDOM})"
EXCHANGE = f"x-{_RANDOM}"
GIFT_ID = f"f-{_RANDOM}"
CATEGORY = "[a-z0-9-]{1,40}"
MOST_MINUTES = 1440
NONCE = "[0-9a-f]{32}"
VIA = "(?:api|cli|import|job|web)"
SEALED_FIELD = "(?:email|name|note|phone|reason|thanks)"
_LONGEST_TEXT = 200
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MOST_CATEGORIES = 100
_LARGEST_THRESHOLD = 1_000_000
_MOST_LEGS = 2


class BadEntry(Exception):
    """These bytes are not an entry of this log; the message says why."""


class DataShape(NamedTuple):
    """The keys that a fact must have, and those that can be left out, each with the check of its value."""

    needed: Mapping[str, Check]
    optional: Mapping[str, Check] = {}
    version: int = 1
    """The newest version of the fact; earlier ones have the same keys."""


def check_shape(entry: Mapping[str, Any]) -> None:
    """Raise BadEntry unless the fact and the envelope of an entry of a known kind hold only what they can hold."""
    if not _is_instant(entry["at"]):
        raise BadEntry("it was recorded at a time that does not exist")
    if not _is_nonce(entry["nonce"]) or not _is_fingerprint(entry["wish"]) or not _is_via(entry["via"]):
        raise BadEntry("its nonce, its fingerprint or the way it was entered is malformed")
    if not _is_person(entry["actor"]) or not _is_person(entry.get("for", "host")):
        raise BadEntry("it was not recorded by a member or the host")
    if not all(map(_is_sealed_field, entry.get("sealed", {}))):
        raise BadEntry("it seals a text of a kind that no entry has")
    shape, data = SHAPES[entry["type"]], entry["data"]
    if not shape.needed.keys() <= data.keys() <= shape.needed.keys() | shape.optional.keys():
        raise BadEntry("its fact lacks something, or holds something that no fact of its kind holds")
    for key, value in data.items():
        if not (shape.needed.get(key) or shape.optional[key])(value):
            raise BadEntry(f"its “{key}” is malformed")
    if entry["type"] in _ABOUT_ONE and ("exchange" in data) == ("gift" in data):
        raise BadEntry("it is not about one exchange or one gift")


def is_day(value: Any) -> bool:
    """Whether this is a day in the calendar, as entries write it."""
    return _is_written_as_day(value) and _exists(value)


def _spelled(pattern: str) -> Check:
    fullmatch = re.compile(pattern).fullmatch
    return lambda value: type(value) is str and fullmatch(value) is not None


def _one_of(*values: str | bool) -> Check:
    return lambda value: type(value) is type(values[0]) and value in values


def _integer(least: int, most: int) -> Check:
    return lambda value: type(value) is int and least <= value <= most


def _list_of(check: Check, least: int, most: int) -> Check:
    def is_list(value: Any) -> bool:
        if type(value) is not list:
            return False
        values = cast("list[Any]", value)
        return least <= len(values) <= most and all(map(check, values))

    return is_list


def _with_keys(**checks: Check) -> Check:
    return lambda value: (
        type(value) is dict
        and cast("dict[str, Any]", value).keys() == checks.keys()
        and all(check(value[key]) for key, check in checks.items())
    )


def _is_text(value: Any) -> bool:
    return type(value) is str and 0 < len(value) <= _LONGEST_TEXT and _CONTROLS.search(value) is None


def _exists(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _is_instant(value: str) -> bool:
    return _is_written_as_instant(value) and _exists(value[:10])


_is_written_as_day = _spelled("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_is_written_as_instant = _spelled(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z")
_is_nonce, _is_fingerprint, _is_via = _spelled(NONCE), _spelled("[0-9a-f]{32}"), _spelled(VIA)
_is_sealed_field = _spelled(SEALED_FIELD)
_is_member, _is_person, _is_receiver = _spelled(MEMBER), _spelled(PERSON), _spelled(RECEIVER)
_is_exchange, _is_gift, _is_group = _spelled(EXCHANGE), _spelled(GIFT_ID), _spelled(f"g-{_RANDOM}")
_is_category = _spelled(CATEGORY)
_is_truth = _one_of(True, False)
_is_role = _one_of("coordinator", "auditor")
_is_limit = _integer(-(2**53) + 1, 2**53 - 1)
_is_leg = _with_keys(category=_is_category, giver=_is_member, minutes=_integer(1, MOST_MINUTES), receiver=_is_member)
_are_legs = _list_of(lambda leg: _is_leg(leg) and leg["giver"] != leg["receiver"], 1, _MOST_LEGS)
_are_categories = _list_of(_with_keys(key=_is_category, label=_is_text), 1, _MOST_CATEGORIES)
_are_kinds = _list_of(_one_of("contacts", "name", "words"), 0, 3)
_is_threshold = _integer(1, _LARGEST_THRESHOLD)
_are_thresholds = _with_keys(
    late_days=_is_threshold,
    near_days=_is_threshold,
    near_percent=_is_threshold,
    day_minutes=_is_threshold,
    minute_wishes=_is_threshold,
    round_acts=_is_threshold,
    burst_acts=_is_threshold,
    burst_days=_is_threshold,
    resting_days=_is_threshold,
    new_days=_is_threshold,
    changed_days=_is_threshold,
    taken_back_acts=_is_threshold,
    taken_back_percent=_is_threshold,
)

_MEMBER_ONLY = DataShape({"member": _is_member})
_WITH_ROLE = DataShape({"member": _is_member, "role": _is_role})
_MEMBERSHIP = DataShape({"group": _is_group, "member": _is_member})
_GIFT = {"gift": _is_gift, "giver": _is_member, "receiver": _is_receiver, "category": _is_category, "given_on": is_day}
_HELP = {"exchange": _is_exchange, "legs": _are_legs, "given_on": is_day}
_EITHER = {"exchange": _is_exchange, "gift": _is_gift}
_ABOUT_ONE = ("thanks-given", "thanks-sharing-chosen")


def _on_exchange(by: str) -> DataShape:
    return DataShape({"exchange": _is_exchange, by: _is_person})


SHAPES: Mapping[str, DataShape] = {
    "community-founded": DataShape(
        {
            "name": _is_text,
            "time_zone": _spelled(r"[A-Za-z0-9_+/-]{1,64}"),
            "language": _spelled("[A-Za-z0-9_-]{1,35}"),
            "origin": _spelled(".{1,300}"),
        }
    ),
    "limits-agreed": DataShape({"debit_limit_minutes": _is_limit}, {"upper_limit_minutes": _is_limit}),
    "confirmation-agreed": DataShape({"words_needed": _one_of("receiver", "both")}),
    "categories-agreed": DataShape({"categories": _are_categories}),
    "exceptions-agreed": DataShape({"thresholds": _are_thresholds}),
    "member-invited": _MEMBER_ONLY,
    "member-welcomed": _MEMBER_ONLY,
    "member-left": _MEMBER_ONLY._replace(version=2),
    "role-given": _WITH_ROLE,
    "coordinator-removal-asked": DataShape({"member": _is_member, "asked_by": _is_person}),
    "role-withdrawn": _WITH_ROLE._replace(version=2),
    "visibility-chosen": DataShape({"member": _is_member, "sees": _one_of("nobody", "coordinators", "groups")}),
    "group-formed": DataShape({"group": _is_group}),
    "group-joined": _MEMBERSHIP,
    "group-left": _MEMBERSHIP,
    "exchange-reported": DataShape(
        {**_HELP, "reported_by": _is_person, "awaiting": _list_of(_is_member, 0, 2)}, {"corrects": _is_exchange}
    ),
    "exchange-confirmed": _on_exchange("confirmed_by"),
    "exchange-settled": DataShape(_HELP),
    "exchange-declined": _on_exchange("declined_by"),
    "exchange-called-off": _on_exchange("called_off_by"),
    "reversal-asked": _on_exchange("asked_by"),
    "reversal-declined": _on_exchange("declined_by"),
    "exchange-reversed": DataShape({**_HELP, "asked_by": _is_person, "approved_by": _is_person}),
    "gift-recorded": DataShape({**_GIFT, "recorded_by": _is_person}),
    "gift-withdrawn": DataShape({**_GIFT, "withdrawn_by": _is_person}),
    "thanks-given": DataShape({"to": _is_member, "given_by": _is_person, "may_be_shown": _is_truth}, _EITHER),
    "thanks-sharing-chosen": DataShape({"chosen_by": _is_person, "may_be_shown": _is_truth}, _EITHER),
    "erasure-asked": DataShape({"member": _is_member, "asked_by": _is_person}),
    "erasure-withdrawn": DataShape({"member": _is_member, "withdrawn_by": _is_person}),
    "personal-data-erased": DataShape(
        {
            "member": _is_member,
            "fields": _are_kinds,
            "ground": _one_of("asked", "no-longer-needed"),
            "asked_by": _is_person,
            "confirmed_by": _is_person,
        },
        version=2,
    ),
}
"""Every kind of fact known here. The verifier keeps a list of its own on purpose: it trusts nothing of the ledger."""

KINDS: Mapping[str, int] = {kind: shape.version for kind, shape in SHAPES.items()}
"""The newest version of each kind."""
