"""What people type about help: who with, how long, of which kind and when; each read, or a sentence beside its field."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ledger import tags
from ledger.agreements.rules import Agreements
from ledger.deciding.context import DecisionContext
from ledger.deciding.requests import LONGEST_TEXT
from ledger.hours import DAY_MINUTES, minutes_from
from ledger.identifiers import COMMUNITY, AccountId, CategoryKey, GroupId, MemberId, is_group
from ledger.members.commands import LONGEST_NAME
from ledger.members.rules import must_be_loggable
from ledger.refusals import Refusal, TooLong, TooShort, UnknownCategory, UnknownGroup
from ledger.time_bank import TimeBank
from web.framework.call import Call
from web.framework.forms import Form, ascii_digits
from web.wording.names import Person, seek
from web.wording.translation import gettext, later, refusal_sentence, speech

LONGEST_BODY_BYTES = 192 * 1024
"""A note of ten thousand letters in any script still arrives, and is answered beside its field."""

DAYS_SHOWN = 7
ANOTHER_DAY = "day"
Short = Annotated[str, Meta(max_length=30)]
Name = Annotated[str, Meta(max_length=LONGEST_NAME)]


class HappeningForm(msgspec.Struct, kw_only=True):
    """What help and gifts have in common. `second` is asked only of coordinators who log for two others."""

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


SENTENCES = {
    "hours.too_small": later("Enter how long it took: 1 minute or more"),
    "minutes.too_small": later("Enter how long it took: 1 minute or more"),
    "hours_back.too_small": later("Enter how long it took: 1 minute or more"),
    "minutes_back.too_small": later("Enter how long it took: 1 minute or more"),
    "hours.too_large": later("Help on one day cannot be longer than 24 hours. Log each day separately"),
    "minutes.too_large": later("Help on one day cannot be longer than 24 hours. Log each day separately"),
    "hours_back.too_large": later("Help on one day cannot be longer than 24 hours. Log each day separately"),
    "minutes_back.too_large": later("Help on one day cannot be longer than 24 hours. Log each day separately"),
    "note.unreadable": later("This text has a character that cannot be saved. Type it again without that character"),
}


class FieldReader:
    """Reads one form field by field. What cannot be meant is refused beside its field; nothing typed is lost."""

    def __init__(self, call: Call, form: Form[Any]) -> None:
        self.form = form
        self.choices: dict[str, tuple[Person, ...]] = {}
        self.found: dict[str, str] = {}
        self._call = call

    def person(self, field: str, *, me: MemberId | None) -> MemberId | None:
        """The member chosen from the list, or meant by the name typed below it; a typed name counts for more."""
        name = self.form.value(f"{field}_name").strip()
        chosen = self.form.value(field)
        if not name and not chosen:
            self.form.refuse(field, gettext("Choose a person, or type a name"))
            return None
        if field in self.form.problems or f"{field}_name" in self.form.problems:
            return None
        sought = seek(self._call, name or chosen, me=me)
        member = MemberId(chosen) if chosen in [person.id for person in sought.choices] else sought.member
        if member is None:
            self.choices[field] = sought.choices
            self.form.refuse(f"{field}_name" if name else field, sought.sentence.rstrip("."))
            return None
        self.found[field] = member
        return member

    def receiver(self, field: str, *, me: MemberId | None) -> AccountId | None:
        """Whom a gift is for: a member, a group, or the whole community."""
        chosen = self.form.value(field)
        if self.form.value(f"{field}_name").strip() or not (chosen == COMMUNITY or is_group(chosen)):
            member = self.person(field, me=me)
            return AccountId(member) if member else None
        if chosen != COMMUNITY and self._call.views.groups.of(GroupId(chosen)) is None:
            self._refuse(field, UnknownGroup())
        self.found[field] = chosen
        return AccountId(chosen)

    def minutes(self, suffix: str = "") -> int:
        """How long it took, in whole minutes; 0 after a refusal. Any minute is fine: quarters are nobody's rule."""
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
        """The kind of help, of those agreed upon."""
        chosen = CategoryKey(self.form.value(field))
        if chosen not in self._agreements.category_keys:
            self._refuse(field, UnknownCategory())
        return chosen

    def given_on(self) -> date:
        """The day it happened; today after a refusal."""
        today = self._agreements.local(self._call.bank.handler.now()).date()
        given_on = self._day(today)
        if given_on is None:
            self.form.refuse("given_on", gettext("Enter the date it happened, for example 21 11 2026"))
            return today
        try:
            must_be_loggable(given_on, today=today, by=self._known.member(self._call.visitor.member))
        except Refusal as refusal:
            self._refuse("given_on", refusal)
        return given_on

    @property
    def _agreements(self) -> Agreements:
        return self._known.agreements

    @cached_property
    def _known(self) -> DecisionContext:
        return self._call.bank.handler.context([tags.AGREEMENTS, tags.member(self._call.visitor.member)])

    def in_order(self, fields: Sequence[str]) -> None:
        """Puts the mistakes in the order in which the form asks."""
        known = [field for field in fields if field in self.form.problems]
        found = self.form.problems
        self.form.problems = {field: found[field] for field in (*known, *(left for left in found if left not in known))}

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


def today_of(bank: TimeBank) -> date:
    """The day on the community's calendar, by the clock that the ledger goes by."""
    return bank.agreements.local(bank.handler.now()).date()


def days_to_choose(today: date) -> list[tuple[str, str]]:
    """The last seven days as answers. The answer is the day itself, so that midnight changes nothing."""
    words = [gettext("Today, %(day)s"), gettext("Yesterday, %(day)s")] + ["%(day)s"] * (DAYS_SHOWN - 2)
    days = [today - timedelta(days=back) for back in range(DAYS_SHOWN)]
    return [
        (day.isoformat(), said.replace("%(day)s", speech().skeleton("MMMMEEEEd", day)))
        for day, said in zip(days, words, strict=True)
    ]


def values_of_day(given_on: date, today: date) -> dict[str, list[str]]:
    """The fields of a form that show this day."""
    if 0 <= (today - given_on).days < DAYS_SHOWN:
        return {"given_on": [given_on.isoformat()]}
    parts = {"day": given_on.day, "month": given_on.month, "year": given_on.year}
    return {"given_on": [ANOTHER_DAY]} | {name: [str(part)] for name, part in parts.items()}


def _number(typed: str) -> int | None:
    """A number as typed with digits of any script; None when nothing, or something else, was typed."""
    plain = ascii_digits(typed.strip())
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 9 else None


def _whole_year(year: int | None, today: date) -> int:
    """26 means 2026, and no year means this one."""
    if year is None:
        return today.year
    return today.year // 100 * 100 + year if year < 100 else year
