"""The book at another moment: at an entry, as known at an instant, or as of a day; one of the three, asked for in the address."""

import re
from datetime import date, datetime
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from ledger.log.entry import instant_text
from web.call import Call
from web.forms import Form, ascii_digits
from web.words import gettext, later, speech

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")

SENTENCES = {"known_at.too_long": later("Write the instant like 2026-11-21T18:30")}


class MomentForm(msgspec.Struct):
    """One of the three, or none for the book as it is. An instant without a zone is meant where the community lives."""

    at_entry: Annotated[int, Meta(ge=1, le=999_999_999)] | None = None
    known_at: Annotated[str, Meta(max_length=40)] = ""
    as_of: date | None = None


class Moment(NamedTuple):
    """What a page is to show: everything up to entry `number`; with `as_of`, of that what had happened by the day.

    `asked` is what stands in addresses for it. `last` is the last entry there is.
    """

    number: int
    last: int
    as_of: date | None = None
    known_at: datetime | None = None
    asked: dict[str, str] = {}  # noqa: RUF012 - nobody changes it

    @property
    def is_now(self) -> bool:
        """Whether nothing else than the book as it is was asked for."""
        return not self.asked

    @property
    def day(self) -> str:
        """The day as it is kept; "" for all days."""
        return self.as_of.isoformat() if self.as_of else ""


def moment_asked(call: Call, last: int) -> tuple[Form[MomentForm], Moment]:
    """The moment that a page is asked for; with a mistake in the form, the book as it is."""
    form = call.form(MomentForm, SENTENCES)
    now = Moment(last, last)
    if form.problems:
        return form, now
    wish = form.wish
    typed = [name for name in ("at_entry", "known_at", "as_of") if form.value(name).strip()]
    if len(typed) > 1:
        form.refuse(typed[1], gettext("Ask for one of the three at a time"))
    elif wish.at_entry is not None:
        if wish.at_entry > last:
            form.refuse("at_entry", "too_large", last)
        return form, Moment(min(wish.at_entry, last), last, asked={"at_entry": str(wish.at_entry)})
    elif wish.known_at:
        known_at = _instant(ascii_digits(wish.known_at))
        if known_at is None:
            form.refuse("known_at", gettext("Write the instant like 2026-11-21T18:30"))
        else:
            asked = {"known_at": instant_text(known_at)}
            return form, Moment(call.views.journal.number_by(known_at), last, known_at=known_at, asked=asked)
    elif wish.as_of is not None:
        return form, Moment(last, last, as_of=wish.as_of, asked={"as_of": wish.as_of.isoformat()})
    return form, now


def _instant(typed: str) -> datetime | None:
    """An instant as browsers and entries write it; None for anything else."""
    if not _INSTANT.fullmatch(typed):
        return None
    try:
        moment = datetime.fromisoformat(typed)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=speech().zone)
        instant_text(moment)
    except (ValueError, OverflowError):
        return None
    return moment
