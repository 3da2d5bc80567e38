"""The rules for entries that change who may do what: members, roles, groups, agreements and erasure.

Each function carries out one kind of change and returns why it is not allowed; empty if it is. A change that is not allowed is
carried out as well, so that one wrong entry is named once, and not with everything that follows from it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from ledger.seal.verifying.rules.requirements import BOTH, HOST, RECEIVER, Change
from ledger.seal.verifying.rules.standing import MemberRecord, Standing

_LARGEST_LIMIT_MINUTES = 1_000_000
_COORDINATOR = "coordinator"
_NOT_A_COORDINATOR = "it takes a coordinator, and it was none"
_UNKNOWN = "it is about someone who was never invited"
_LAST = "it leaves the community without a coordinator"
_ALONE = "it takes two people, and it was one"

_SECOND_PERSON_SINCE = timedelta(days=7)
"""How long before a request someone must have been a coordinator to be the second person who confirms it."""
_WAITS_FOR = timedelta(days=7)
"""How long the only coordinator waits before confirming what they asked for."""
_LAPSES_AFTER = timedelta(days=31)
"""A request to remove a coordinator lapses after 30 days; the decision can be a little older than its entry."""


def carry_out(standing: Standing, change: Change) -> str:
    """Carry out a change. Return why it is not allowed."""
    return _CHANGES[change.kind](standing, change)


def _by_coordinator(standing: Standing, change: Change) -> str:
    return "" if change.actor == HOST or change.actor in standing.coordinators else _NOT_A_COORDINATOR


def _by_self_or_coordinator(standing: Standing, change: Change) -> str:
    return "" if change.actor == change.data["member"] else _by_coordinator(standing, change)


def _is_last(standing: Standing, member: str) -> bool:
    return standing.coordinators.keys() == {member}


def _are_second_people(standing: Standing, first: str, about: str, asked_at: str) -> set[str]:
    """The coordinators who can confirm what another one asked for at this time, about this member."""
    before = datetime.fromisoformat(asked_at) - _SECOND_PERSON_SINCE
    others = {other for other, since in standing.coordinators.items() if datetime.fromisoformat(since) <= before}
    return others - {first, about}


def _elapsed(since: str, at: str) -> timedelta:
    return datetime.fromisoformat(at) - datetime.fromisoformat(since)


def _found(_standing: Standing, change: Change) -> str:
    return "" if change.actor == HOST else "only the host founds a community"


def _agree_limits(standing: Standing, change: Change) -> str:
    debit = standing.debit_limit_minutes = change.data["debit_limit_minutes"]
    upper = standing.upper_limit_minutes = change.data.get("upper_limit_minutes")
    if not -_LARGEST_LIMIT_MINUTES <= debit <= 0 or (upper is not None and not 0 < upper <= _LARGEST_LIMIT_MINUTES):
        return "there is no such limit"
    return _by_coordinator(standing, change)


def _agree_confirmation(standing: Standing, change: Change) -> str:
    standing.agreeing = BOTH if change.data["words_needed"] == "both" else RECEIVER
    return _by_coordinator(standing, change)


def _agree_categories(standing: Standing, change: Change) -> str:
    keys = [category["key"] for category in change.data["categories"]]
    standing.categories = set(keys)
    return (
        "it lists a kind of help twice" if len(standing.categories) < len(keys) else _by_coordinator(standing, change)
    )


def _invite(standing: Standing, change: Change) -> str:
    if change.data["member"] in standing.members:
        return "it invites someone who was invited before"
    standing.members[change.data["member"]] = MemberRecord()
    return _by_coordinator(standing, change)


def _welcome(standing: Standing, change: Change) -> str:
    member = change.data["member"]
    record = standing.members.get(member)
    if record is None:
        return _UNKNOWN
    if record.has_left or record.is_welcomed:
        return "it welcomes someone who was welcomed before, or has left"
    record.is_welcomed = True
    standing.active.add(member)
    standing.turn(change.number, "active", member)
    return _by_coordinator(standing, change)


def _leave(standing: Standing, change: Change) -> str:
    member = change.data["member"]
    record = standing.members.get(member)
    if record is None:
        return _UNKNOWN
    if record.has_left:
        return "it is about someone who had left"
    fault = _LAST if _is_last(standing, member) else _by_self_or_coordinator(standing, change)
    if change.version > 1 and member in standing.coordinators and change.actor not in (member, HOST):
        # Only what the member asked for themselves lets another coordinator end the membership: the erasure that follows.
        fault = fault or ("" if record.erasure_asked_by == member else _ALONE)
    record.has_left = True
    record.removal_asked_by = ""
    record.roles.clear()
    standing.withdraw_coordinator(change.number, member)
    if member in standing.active:
        standing.active.discard(member)
        standing.turn(change.number, "active", member)
    return fault


def _give_role(standing: Standing, change: Change) -> str:
    member, role = change.data["member"], change.data["role"]
    record = standing.members.get(member)
    if record is None:
        return _UNKNOWN
    if member not in standing.active or role in record.roles:
        return "it gives a role to someone who is not a member at this time, or has it"
    fault = _by_coordinator(standing, change)
    record.roles.add(role)
    if role == _COORDINATOR:
        standing.coordinators[member] = change.at
        standing.turn(change.number, _COORDINATOR, member)
    return fault


def _withdraw_role(standing: Standing, change: Change) -> str:
    member, role = change.data["member"], change.data["role"]
    record = standing.members.get(member)
    if record is None or role not in record.roles:
        return "it takes a role from someone who does not have it"
    fault = _LAST if role == _COORDINATOR and _is_last(standing, member) else _by_coordinator(standing, change)
    if change.version > 1 and role == _COORDINATOR and change.actor not in (member, HOST):
        fault = fault or _not_confirmed_removal(standing, change, record)
    record.roles.discard(role)
    record.removal_asked_by = ""
    if role == _COORDINATOR:
        standing.withdraw_coordinator(change.number, member)
    return fault


def _not_confirmed_removal(standing: Standing, change: Change, record: MemberRecord) -> str:
    first, asked_at = record.removal_asked_by, record.removal_asked_at
    if not first or _elapsed(asked_at, change.at) > _LAPSES_AFTER:
        return _ALONE
    return "" if change.actor in _are_second_people(standing, first, change.data["member"], asked_at) else _ALONE


def _ask_removal(standing: Standing, change: Change) -> str:
    member, asked_by = change.data["member"], change.data["asked_by"]
    record = standing.members.get(member)
    if record is None or member not in standing.coordinators:
        return "it is about someone who is not a coordinator at this time"
    record.removal_asked_by, record.removal_asked_at = asked_by, change.at
    if asked_by != change.actor:
        return "it names somebody else than the person who did it"
    return _LAST if _is_last(standing, member) else _by_coordinator(standing, change)


def _choose_visibility(standing: Standing, change: Change) -> str:
    member = change.data["member"]
    if change.actor != member:
        return "it is a choice that only the member makes"
    return "" if member in standing.active else "it is the choice of someone who is not a member at this time"


def _form_group(standing: Standing, change: Change) -> str:
    group = change.data["group"]
    if group in standing.groups:
        return "it forms a group that was formed before"
    standing.groups.add(group)
    return _by_coordinator(standing, change)


def _join_group(standing: Standing, change: Change) -> str:
    group, member = change.data["group"], change.data["member"]
    if group not in standing.groups or member not in standing.active or (member, group) in standing.belonging:
        return "there is no such group, or its member is not a member at this time, or is in it"
    standing.belonging.add((member, group))
    standing.turn(change.number, "belonging", member, group)
    return _by_self_or_coordinator(standing, change)


def _leave_group(standing: Standing, change: Change) -> str:
    group, member = change.data["group"], change.data["member"]
    if (member, group) not in standing.belonging:
        return "it is about someone who was not in this group"
    standing.belonging.discard((member, group))
    standing.turn(change.number, "belonging", member, group)
    return _by_self_or_coordinator(standing, change)


def _ask_erasure(standing: Standing, change: Change) -> str:
    member = change.data["member"]
    record = standing.members.get(member)
    if record is None or record.is_erased:
        return "it is about someone who was never invited, or was erased"
    if record.erasure_asked_by:
        return "it asks for what has been asked for"
    record.erasure_asked_by, record.erasure_asked_at = change.data["asked_by"], change.at
    if change.data["asked_by"] != change.actor:
        return "it names somebody else than the person who did it"
    return _LAST if _is_last(standing, member) else _by_self_or_coordinator(standing, change)


def _withdraw_erasure(standing: Standing, change: Change) -> str:
    record = standing.members.get(change.data["member"])
    if record is None or not record.erasure_asked_by:
        return "it withdraws what nobody has asked for"
    record.erasure_asked_by = ""
    if change.data["withdrawn_by"] != change.actor:
        return "it names somebody else than the person who did it"
    return _by_self_or_coordinator(standing, change)


def _erase(standing: Standing, change: Change) -> str:
    member, data = change.data["member"], change.data
    record = standing.members.get(member)
    if record is None or record.is_erased:
        return "it is about someone who was never invited, or was erased"
    asked_by, record.erasure_asked_by, record.is_erased = record.erasure_asked_by, "", True
    if data["confirmed_by"] != change.actor:
        return "it names somebody else than the person who did it"
    if not record.has_left:
        return "it erases someone who is still a member"
    if data["confirmed_by"] == member:
        return "nobody confirms their own erasure"
    if data["asked_by"] != (asked_by or change.actor):
        return "it does not say who asked for it"
    if change.version > 1 and (fault := _not_confirmed_erasure(standing, change, record, asked_by)):
        return fault
    is_asked = asked_by == member if change.version > 1 else bool(asked_by)
    if (data["ground"] != "asked" and is_asked) or (data["ground"] == "asked" and not asked_by):
        return "it gives the wrong ground"
    return _by_coordinator(standing, change)


def _not_confirmed_erasure(standing: Standing, change: Change, record: MemberRecord, asked_by: str) -> str:
    member, by = change.data["member"], change.actor
    if by == HOST or asked_by == member:
        return ""
    if not asked_by:
        return "only the host erases someone who did not ask for it"
    others = _are_second_people(standing, asked_by, member, record.erasure_asked_at)
    if by in others:
        return ""
    return _ALONE if others or by != asked_by or _elapsed(record.erasure_asked_at, change.at) < _WAITS_FOR else ""


_CHANGES: Mapping[str, Callable[[Standing, Change], str]] = {
    "community-founded": _found,
    "limits-agreed": _agree_limits,
    "confirmation-agreed": _agree_confirmation,
    "categories-agreed": _agree_categories,
    "exceptions-agreed": _by_coordinator,
    "member-invited": _invite,
    "member-welcomed": _welcome,
    "member-left": _leave,
    "role-given": _give_role,
    "coordinator-removal-asked": _ask_removal,
    "role-withdrawn": _withdraw_role,
    "visibility-chosen": _choose_visibility,
    "group-formed": _form_group,
    "group-joined": _join_group,
    "group-left": _leave_group,
    "erasure-asked": _ask_erasure,
    "erasure-withdrawn": _withdraw_erasure,
    "personal-data-erased": _erase,
}
