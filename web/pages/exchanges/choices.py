"""What the forms about help offer to choose from, and what they show before anything is typed."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from ledger.exchanges.accounts import Account
from ledger.exchanges.facts import ExchangeSettled, Leg
from ledger.identifiers import (
    COMMUNITY,
    AccountId,
    ExchangeId,
    MemberId,
    is_group,
    is_identifier,
    is_member,
    new_command_id,
)
from ledger.time_bank import TimeBank
from projections.exchanges import ExchangeView
from projections.views import Views
from web.framework.call import Call
from web.framework.forms import Form
from web.pages.exchanges.fields import FieldReader, HappeningForm, days_to_choose, today_of, values_of_day
from web.wording.names import MOST_CHOICES, names_of
from web.wording.translation import gettext

WAYS = ("gave", "received", "exchange", "gift")


def labels_of(bank: TimeBank) -> dict[str, str]:
    """What the kinds of help are called today; one that is no longer agreed upon shows its key."""
    return {str(category.key): category.label for category in bank.agreements.categories}


def form_choices(call: Call, typed: FieldReader, *, gifts: bool = False) -> dict[str, Any]:
    """Everything that a form's template needs."""
    form: Form[Any] = typed.form
    others = bool(form.value("others")) and call.visitor.coordinates
    chosen = [AccountId(form.value(field)) for field in ("other", "second") if is_identifier(form.value(field))]
    recent = [] if others else _recent(call.visitor.member, call.views)
    circles = [AccountId(group.id) for group in call.views.groups.of_member(call.visitor.member)] if gifts else []
    known = call.views.members.many([MemberId(account) for account in chosen if is_member(account)])
    extra = [account for account in chosen if account in known or is_group(account)]
    people = list(dict.fromkeys([*recent, *(account for account in extra if account not in circles), *circles]))
    names = names_of(call, people)
    options = [(account, names[account]) for account in people]
    return {
        "form": form,
        "others": others,
        "options": [*options, (COMMUNITY, gettext("Everyone in the community"))] if gifts else options,
        "several": typed.choices,
        "categories": list(labels_of(call.bank).items()),
        "days": days_to_choose(today_of(call.bank)),
        "as_of": call.views.as_of().number,
    }


def first_values(call: Call) -> dict[str, list[str]]:
    """What the form shows at first: what the link asked for, or the exchange that is to be put right."""
    today, asked = today_of(call.bank), call.query
    values = {"way": ["gave"]} | values_of_day(today, today)
    if asked.one("way") in WAYS:
        values["way"] = [asked.one("way")]
    if is_identifier(asked.one("with")) and call.views.members.of(MemberId(asked.one("with"))):
        values["other"] = [asked.one("with")]
    if asked.one("for") == "others" and call.visitor.coordinates:
        values["others"] = ["yes"]
    corrects = asked.one("corrects")
    before = call.views.exchanges.of(ExchangeId(corrects)) if is_identifier(corrects) else None
    if before is None or before.state != "reversed":
        return values
    is_party = any(call.visitor.member in (leg.giver, leg.receiver) for leg in before.legs)
    return _values_of(call, before) if is_party or call.visitor.coordinates else values


def kept_fields(shape: type[HappeningForm], typed: FieldReader, today: date) -> list[tuple[str, str]]:
    """The form as hidden fields for the page that shows what will happen, with people and day as understood."""
    values = {field.name: typed.form.value(field.name) for field in msgspec.structs.fields(shape)}
    people = {"other": "", "other_name": "", "second": "", "second_name": ""} | typed.found
    day = {"day": "", "month": "", "year": ""} | {
        name: value for name, (value,) in values_of_day(typed.given_on(), today).items()
    }
    return [
        (name, value)
        for name, value in (values | people | day | {"command": typed.form.command or new_command_id()}).items()
        if value
    ]


def _values_of(call: Call, before: ExchangeView) -> dict[str, list[str]]:
    """The form as it would have been filled in for this exchange."""
    note = call.bank.people.words([before.note]).get(before.note, "")
    values = {"corrects": [str(before.id)], "note": [note]} | values_of_day(before.given_on, today_of(call.bank))
    legs = list(before.legs)
    if all(call.visitor.member not in (leg.giver, leg.receiver) for leg in legs):
        values |= {"others": ["yes"], "other": [legs[0].giver], "second": [legs[0].receiver]}
        values["way"] = ["exchange" if len(legs) > 1 else "gave"]
    elif len(legs) > 1:
        legs.sort(key=lambda leg: leg.giver != call.visitor.member)
        values |= {"way": ["exchange"], "other": [legs[0].receiver]}
    elif legs[0].giver == call.visitor.member:
        values |= {"way": ["gave"], "other": [legs[0].receiver]}
    else:
        values |= {"way": ["received"], "other": [legs[0].giver]}
    for suffix, leg in zip(("", "_back"), legs, strict=False):
        values |= _values_of_leg(leg, suffix)
    return values


def _values_of_leg(leg: Leg, suffix: str) -> dict[str, list[str]]:
    hours, minutes = divmod(leg.minutes, 60)
    return {
        f"hours{suffix}": [str(hours)],
        f"minutes{suffix}": [str(minutes)],
        f"category{suffix}": [str(leg.category)],
    }


def _recent(member: MemberId, views: Views) -> list[AccountId]:
    """With whom somebody exchanged last, as long as they take part."""
    ties = [
        tie.other for tie in views.balances.people(AccountId(member), limit=2 * MOST_CHOICES) if is_member(tie.other)
    ]
    rows = views.members.many([MemberId(other) for other in ties])
    active = [other for other in ties if (row := rows.get(MemberId(other))) and row.status == "member"]
    return active[:MOST_CHOICES]


NEAR_THE_LIMIT_MINUTES = 5 * 60
"""With less than this open to receive, the page says so in a friendly way."""


class TallyAfter(NamedTuple):
    """Somebody's hours before and after, and what is then still open to receive. Minutes."""

    member: MemberId
    before: Account
    after: Account
    still_open: int

    @property
    def is_tight(self) -> bool:
        """Whether they receive, and come near the debit limit by it."""
        return self.after.balance < self.before.balance and self.still_open < NEAR_THE_LIMIT_MINUTES


def tallies_after(call: Call, legs: Sequence[Leg], given_on: date, members: Sequence[MemberId]) -> list[TallyAfter]:
    """The members' tallies once these legs count, by the ledger's own rule of what a fact moves."""
    settled = ExchangeSettled(exchange=ExchangeId(""), legs=tuple(legs), given_on=given_on)
    agreements = call.bank.agreements
    tallies: list[TallyAfter] = []
    for member in members:
        known = call.views.balances.of(AccountId(member))
        before = Account(id=AccountId(member), given=known.given, received=known.received)
        after = before.after(settled)
        tallies.append(TallyAfter(member, before, after, after.open_to_receive(agreements)))
    return tallies
