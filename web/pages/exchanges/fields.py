"""The form for help and gifts: what it offers to choose from, what it shows at first, and how each field is read."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ledger import tags
from ledger.deciding.context import DecisionContext
from ledger.deciding.requests import LONGEST_TEXT
from ledger.exchanges.facts import Leg
from ledger.hours import DAY_MINUTES, minutes_from
from ledger.identifiers import (
    COMMUNITY,
    AccountId,
    CategoryKey,
    ExchangeId,
    GroupId,
    MemberId,
    is_group,
    is_identifier,
    is_member,
    new_command_id,
)
from ledger.members.names import LONGEST_NAME
from ledger.members.rules import must_be_loggable
from ledger.refusals import Refusal, TooLong, TooShort, UnknownCategory, UnknownGroup
from ledger.time_bank import TimeBank
from projections.exchanges import ExchangeView
from projections.views import Views
from web.framework.call import Call
from web.framework.forms import Form, ascii_digits
from web.wording.names import MOST_CHOICES, Person, find_member, names_of
from web.wording.translation import N_, current_locale, gettext, refusal_sentence

LONGEST_BODY_BYTES = 192 * 1024
"""Enough for a note that is five times too long, so that it can be shown again beside the mistake."""

DAYS_SHOWN = 7
ANOTHER_DAY = "day"
WAYS = ("gave", "received", "exchange", "gift")
Short = Annotated[str, Meta(max_length=30)]
Name = Annotated[str, Meta(max_length=LONGEST_NAME)]


class HappeningForm(msgspec.Struct, kw_only=True):
    """The fields that help and gifts share. Only coordinators who log for two others fill in `second`."""

    others: bool = False
    other: Short = ""
    other_name: Name = ""
    second: Short = ""
    second_name: Name = ""
    category: Annotated[str, Meta(max_length=40)] = ""
    given_on: Short = ""
    day: Short = ""
    month: Short = ""
    year: Short = ""
    note: Annotated[str, Meta(max_length=LONGEST_TEXT)] = ""


_LENGTHS = ("hours", "minutes", "hours_back", "minutes_back")
_TOO_SHORT = N_("Enter how long it took: 1 minute or more")
_TOO_LONG = N_("Help on one day cannot be longer than 24 hours. Log each day separately")

SENTENCES = {
    **{f"{field}.too_small": _TOO_SHORT for field in _LENGTHS},
    **{f"{field}.too_large": _TOO_LONG for field in _LENGTHS},
    "note.unreadable": N_("This text has a character that cannot be saved. Type it again without that character"),
}


class FieldReader:
    """Reads one form field by field, and puts each mistake beside its field. Everything typed is kept."""

    def __init__(self, call: Call, form: Form[Any]) -> None:
        self.form = form
        self.choices: dict[str, tuple[Person, ...]] = {}
        self.found: dict[str, str] = {}
        self._call = call

    def person(self, field: str, *, me: MemberId | None) -> MemberId | None:
        """Return the member chosen from the list or typed below it. A typed name takes precedence."""
        name = self.form.value(f"{field}_name").strip()
        chosen = self.form.value(field)
        if not name and not chosen:
            self.form.refuse(field, gettext("Choose a person, or type a name"))
            return None
        if field in self.form.problems or f"{field}_name" in self.form.problems:
            return None
        sought = find_member(self._call, name or chosen, me=me)
        member = MemberId(chosen) if chosen in [person.id for person in sought.choices] else sought.member
        if member is None:
            self.choices[field] = sought.choices
            self.form.refuse(f"{field}_name" if name else field, sought.sentence.rstrip("."))
            return None
        self.found[field] = member
        return member

    def receiver(self, field: str, *, me: MemberId | None) -> AccountId | None:
        """Return the receiver of a gift: a member, a group or the community."""
        chosen = self.form.value(field)
        if self.form.value(f"{field}_name").strip() or not (chosen == COMMUNITY or is_group(chosen)):
            member = self.person(field, me=me)
            return AccountId(member) if member else None
        if chosen != COMMUNITY and self._call.views.groups.of(GroupId(chosen)) is None:
            self._refuse(field, UnknownGroup())
        self.found[field] = chosen
        return AccountId(chosen)

    def minutes(self, suffix: str = "") -> int:
        """Return how long it took, to the minute; 0 after a mistake."""
        hours_field, minutes_field = f"hours{suffix}", f"minutes{suffix}"
        if hours_field in self.form.problems or minutes_field in self.form.problems:
            return 0
        hours, minutes = (_number(self.form.value(field)) for field in (hours_field, minutes_field))
        length = minutes_from(hours or 0, minutes or 0)
        if length < 1:
            self._refuse(hours_field, TooShort())
        elif length > DAY_MINUTES:
            self._refuse(hours_field, TooLong())
        return length

    def category(self, field: str = "category") -> CategoryKey:
        """Return the kind of help, one of those agreed."""
        chosen = CategoryKey(self.form.value(field))
        if chosen not in self._context.agreements.category_keys:
            self._refuse(field, UnknownCategory())
        return chosen

    def given_on(self) -> date:
        """Return the day it happened; today after a mistake."""
        today = self._context.agreements.local(self._call.bank.handler.now()).date()
        given_on = self._day(today)
        if given_on is None:
            self.form.refuse("given_on", gettext("Enter the date it happened, for example 21 11 2026"))
            return today
        try:
            must_be_loggable(given_on, today=today, by=self._context.member(self._call.visitor.member))
        except Refusal as refusal:
            self._refuse("given_on", refusal)
        return given_on

    def in_order(self, fields: Sequence[str]) -> None:
        """Sort the mistakes as the form shows its fields, from top to bottom."""
        found = self.form.problems
        known = [field for field in fields if field in found]
        self.form.problems = {field: found[field] for field in (*known, *(left for left in found if left not in known))}

    @cached_property
    def _context(self) -> DecisionContext:
        return self._call.bank.handler.context([tags.AGREEMENTS, tags.member(self._call.visitor.member)])

    def _day(self, today: date) -> date | None:
        chosen = self.form.value("given_on")
        try:
            if chosen != ANOTHER_DAY:
                return date.fromisoformat(ascii_digits(chosen)) if chosen else None
            day, month, year = (_number(self.form.value(part)) for part in ("day", "month", "year"))
            if day is None or month is None or (year is None and self.form.value("year").strip()):
                return None
            return date(_whole_year(year, today), month, day)
        except ValueError:
            return None

    def _refuse(self, field: str, refusal: Refusal) -> None:
        self.form.refuse(field, refusal_sentence(refusal).rstrip("."))


def labels_of(bank: TimeBank) -> dict[str, str]:
    """Return the current name of each kind of help by its key."""
    return {str(category.key): category.label for category in bank.agreements.categories}


def today_of(bank: TimeBank) -> date:
    """Return today's date in the community's time zone, by the ledger's clock."""
    return bank.agreements.local(bank.handler.now()).date()


def form_choices(call: Call, fields: FieldReader, *, gifts: bool = False) -> dict[str, Any]:
    """Return everything that the template of a form needs."""
    form: Form[Any] = fields.form
    others = bool(form.value("others")) and call.visitor.is_coordinator
    chosen = [AccountId(form.value(field)) for field in ("other", "second") if is_identifier(form.value(field))]
    recent = [] if others else _recent(call.visitor.member, call.views)
    groups = [AccountId(group.id) for group in call.views.groups.of_member(call.visitor.member)] if gifts else []
    known = call.views.members.many([MemberId(account) for account in chosen if is_member(account)])
    extra = [account for account in chosen if account in known or is_group(account)]
    people = list(dict.fromkeys([*recent, *(account for account in extra if account not in groups), *groups]))
    names = names_of(call, people)
    options = [(account, names[account]) for account in people]
    return {
        "form": form,
        "others": others,
        "options": [*options, (COMMUNITY, gettext("Everyone in the community"))] if gifts else options,
        "several": fields.choices,
        "categories": list(labels_of(call.bank).items()),
        "days": _days_to_choose(today_of(call.bank)),
        "both_agree": call.bank.agreements.words_needed == "both",
        "as_of": call.views.as_of().number,
    }


def first_values(call: Call) -> dict[str, list[str]]:
    """Return what the form shows at first: what the link asked for, or the exchange to be corrected."""
    today, query = today_of(call.bank), call.query
    values = {"way": ["gave"]} | _values_of_day(today, today)
    if query.one("way") in WAYS:
        values["way"] = [query.one("way")]
    if is_identifier(query.one("with")) and call.views.members.of(MemberId(query.one("with"))):
        values["other"] = [query.one("with")]
    if query.one("for") == "others" and call.visitor.is_coordinator:
        values["others"] = ["yes"]
    corrects = query.one("corrects")
    before = call.views.exchanges.of(ExchangeId(corrects)) if is_identifier(corrects) else None
    if before is None or before.state != "reversed":
        return values
    is_party = any(call.visitor.member in (leg.giver, leg.receiver) for leg in before.legs)
    return _values_of(call, before) if is_party or call.visitor.is_coordinator else values


def hidden_fields(shape: type[HappeningForm], fields: FieldReader, today: date) -> list[tuple[str, str]]:
    """Return the form as hidden fields for the page that confirms it, with people and day as understood."""
    values = {field.name: fields.form.value(field.name) for field in msgspec.structs.fields(shape)}
    values |= {"other": "", "other_name": "", "second": "", "second_name": ""} | fields.found
    values |= {"day": "", "month": "", "year": ""}
    values |= {name: value for name, (value,) in _values_of_day(fields.given_on(), today).items()}
    values |= {"command": fields.form.command or new_command_id()}
    return [(name, value) for name, value in values.items() if value]


def _days_to_choose(today: date) -> list[tuple[str, str]]:
    """Return the last seven days as answers. The answer is a date, so it means the same after midnight."""
    labels = [gettext("Today, %(day)s"), gettext("Yesterday, %(day)s")] + ["%(day)s"] * (DAYS_SHOWN - 2)
    days = [today - timedelta(days=back) for back in range(DAYS_SHOWN)]
    return [
        (day.isoformat(), label.replace("%(day)s", current_locale().skeleton("MMMMEEEEd", day)))
        for day, label in zip(days, labels, strict=True)
    ]


def _values_of_day(given_on: date, today: date) -> dict[str, list[str]]:
    """Return the fields of a form that show this day."""
    if 0 <= (today - given_on).days < DAYS_SHOWN:
        return {"given_on": [given_on.isoformat()]}
    parts = {"day": given_on.day, "month": given_on.month, "year": given_on.year}
    return {"given_on": [ANOTHER_DAY]} | {name: [str(part)] for name, part in parts.items()}


def _values_of(call: Call, before: ExchangeView) -> dict[str, list[str]]:
    """Return the form as it would have been filled in for this exchange."""
    note = call.bank.people.words([before.note]).get(before.note, "")
    values = {"corrects": [str(before.id)], "note": [note]} | _values_of_day(before.given_on, today_of(call.bank))
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
    values = dict(zip(("hours", "minutes", "category"), (*divmod(leg.minutes, 60), leg.category), strict=True))
    return {f"{name}{suffix}": [str(value)] for name, value in values.items()}


def _recent(member: MemberId, views: Views) -> list[AccountId]:
    """Return the people a member exchanged with most recently, as long as they are members."""
    ties = [
        tie.other for tie in views.balances.people(AccountId(member), limit=2 * MOST_CHOICES) if is_member(tie.other)
    ]
    rows = views.members.many([MemberId(other) for other in ties])
    active = [other for other in ties if (row := rows.get(MemberId(other))) and row.status == "member"]
    return active[:MOST_CHOICES]


def _number(typed: str) -> int | None:
    """Return a number typed with digits of any script, or None."""
    plain = ascii_digits(typed.strip())
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 9 else None


def _whole_year(year: int | None, today: date) -> int:
    """Read 26 as 2026, and no year as this one."""
    if year is None:
        return today.year
    return today.year // 100 * 100 + year if year < 100 else year
