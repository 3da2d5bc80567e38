"""Every word on a page, in the reader's language: translations, hours, days and instants, chosen once for each request."""

import gettext as catalogues
from collections.abc import Callable, Generator, Hashable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cached_property, lru_cache, wraps
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, negotiate_locale, numbers

from ledger.refusals import Refusal

TRANSLATIONS = Path(__file__).parents[1] / "translations"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
LONGEST_HEADER = 500
REMEMBERED = 2_048
"""How many lengths of time, numbers and days of each kind are kept as said."""

Told = TypeVar("Told", bound=Hashable)


def remembered(say: Callable[[Told], str]) -> Callable[[Told], str]:
    """Says the same thing once in each language: the rules of languages cost more than all else on a page of numbers."""

    @lru_cache(REMEMBERED)
    def once(_language: "Speech", told: Told) -> str:
        return say(told)

    @wraps(say)
    def remember(told: Told, /) -> str:
        return once(speech(), told)

    return remember


def gettext(message: str, /, **values: object) -> str:
    """The message in the reader's language, with `%(name)s` filled in."""
    translated = speech().catalogue.gettext(message)
    return translated % values if values else translated


_ = gettext


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """The message in the form that the reader's language uses for this number; `%(num)s` is the number as written."""
    return speech().catalogue.ngettext(one, many, number) % {"num": count(number), **values}


def later(message: str) -> str:
    """Marks a message for the translators where it is written; `gettext` translates it where it is shown."""
    return message


def refusal_sentence(refusal: Refusal) -> str:
    """What the ledger's "no" says to its reader; lengths of time among its details are said as such."""
    said = {
        name: duration(detail) if name.endswith("minutes") and isinstance(detail, int) else detail
        for name, detail in refusal.details.items()
    }
    return gettext(refusal.sentence).format(**said)


@remembered
def duration(minutes: int) -> str:
    """Whole minutes as people say them: "2 h 30 min", "45 min", "3 h", with no-break spaces.

    Babel's own unit names are wrong for hours in several languages, so the strings are ours. The minus sign is for
    auditors' tables alone: members read given and received side by side, never a difference.
    """
    hours, rest = divmod(abs(minutes), 60)
    if hours and rest:
        said = _("%(hours)s %(minutes)s", hours=_hours(hours), minutes=_minutes(rest))
    else:
        said = _minutes(rest) if rest else _hours(hours)
    return ("\N{MINUS SIGN}" if minutes < 0 else "") + said.replace(" ", NO_BREAK_SPACE)


def hours_and_minutes(minutes: int) -> list[tuple[str, str]]:
    """The same as pairs of figure and unit, for the big tallies: [("41", "h"), ("30", "min")]."""
    hours, rest = divmod(abs(minutes), 60)
    parts = [_hours(hours)] if hours or not rest else []
    if rest:
        parts.append(_minutes(rest))
    return [_figure_and_unit(part) for part in parts]


@remembered
def count(number: int) -> str:
    """A whole number with the reader's own digits and grouping."""
    return numbers.format_decimal(number, locale=speech().locale)


@remembered
def day(when: date) -> str:
    """ "21 November 2026"."""
    return speech().date_as(when, "long")


@remembered
def weekday(when: date) -> str:
    """ "Saturday 21 November 2026"."""
    return speech().date_as(when, "full")


@remembered
def short_day(when: date) -> str:
    """ "21 Nov", for margins whose year is said elsewhere; the space does not break."""
    return speech().skeleton("MMMd", when).replace(" ", NO_BREAK_SPACE)


@remembered
def day_in_month(when: date) -> str:
    """ "Sat 21", for the margin of a book that is divided into months."""
    return speech().skeleton("Ed", when).replace(" ", NO_BREAK_SPACE)


@remembered
def month(when: date) -> str:
    """ "November 2026"."""
    return speech().skeleton("yMMMM", when)


@remembered
def short_month(when: date) -> str:
    """ "Nov", for the foot of a chart."""
    return speech().skeleton("MMM", when)


@remembered
def instant(at: datetime) -> str:
    """ "21 November 2026, 19:42", in the community's time zone."""
    return speech().instant(at)


def today(at: datetime) -> date:
    """The day of an instant on the community's calendar."""
    return at.astimezone(speech().zone).date()


class Speech:
    """One language with its catalogue, its calendar words and the community's time zone."""

    def __init__(
        self, tag: str, locale: Locale, catalogue: catalogues.NullTranslations, zone: ZoneInfo = ZoneInfo("UTC")
    ) -> None:
        self.tag = tag
        self.locale = locale
        self.catalogue = catalogue
        self.zone = zone

    @cached_property
    def direction(self) -> str:
        """ "ltr" or "rtl", for the page."""
        return self.locale.text_direction

    def date_as(self, when: date, length: str) -> str:
        """A day in the language's own long or full form."""
        written = dates.format_date(when, length, locale=self.locale)
        # British usage: no comma after the day of the week.
        return written.replace(", ", " ", 1) if self.locale.language == "en" else written

    def skeleton(self, parts: str, when: date) -> str:
        """Some parts of a day in the language's own order."""
        return dates.format_skeleton(parts, when, locale=self.locale)

    def instant(self, at: datetime) -> str:
        """Day and time of day where the community lives."""
        local = at.astimezone(self.zone)
        day, time = self.date_as(local.date(), "long"), dates.format_time(local, "HH:mm", locale=self.locale)
        return self.catalogue.gettext("%(day)s at %(time)s") % {"day": day, "time": time}


class Languages:
    """The languages that can be spoken, and which one a reader gets."""

    def __init__(self, spoken: Mapping[str, Speech], default: str) -> None:
        self.spoken = dict(spoken)
        self.default = self.spoken[default]
        # Browsers of one neighbourhood send few different headers.
        self._answered = lru_cache(64)(self._negotiated)

    def speech_for(self, accept_language: str) -> Speech:
        """The reader's first wish that is spoken here, else the community's own language."""
        return self._answered(accept_language[:LONGEST_HEADER])

    def _negotiated(self, accept_language: str) -> Speech:
        wishes = _wishes(accept_language)
        found = negotiate_locale(wishes, list(self.spoken), sep="-") if wishes else None
        return self.spoken.get(found or "", self.default)


def spoken_languages(community_language: str, zone: ZoneInfo) -> Languages:
    """English, and every language with a compiled catalogue; the community's own language is the default if it is among them."""
    spoken = {"en": Speech("en", Locale("en", "GB"), _AS_WRITTEN, zone)}
    for catalogue in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.mo")):
        name = catalogue.parent.parent.name
        with catalogue.open("rb") as compiled:
            tag = name.replace("_", "-")
            spoken[tag] = Speech(tag, Locale.parse(name), catalogues.GNUTranslations(compiled), zone)
    own = negotiate_locale([community_language.replace("_", "-")], list(spoken), sep="-") or "en"
    return Languages(spoken, own)


@contextmanager
def speaking(chosen: Speech) -> Generator[None]:
    """Every word inside is in this language."""
    token = _chosen.set(chosen)
    try:
        yield
    finally:
        _chosen.reset(token)


def speech() -> Speech:
    """The language of this request."""
    return _chosen.get(_ENGLISH)


def _hours(number: int) -> str:
    return ngettext("%(num)s h", "%(num)s h", number)


def _minutes(number: int) -> str:
    return ngettext("%(num)s min", "%(num)s min", number)


def _figure_and_unit(said: str) -> tuple[str, str]:
    figure, _space, unit = said.partition(" ")
    return figure, unit


def _wishes(accept_language: str) -> list[str]:
    """Language tags of an Accept-Language header, most wanted first; what cannot be read is left out."""
    weighed: list[tuple[float, str]] = []
    for wish in accept_language.split(","):
        tag, _semicolon, quality = wish.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
            Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
        if weight > 0:
            weighed.append((weight, tag))
    return [tag for _weight, tag in sorted(weighed, key=lambda wish: -wish[0])]


_AS_WRITTEN = catalogues.NullTranslations()
_ENGLISH = Speech("en", Locale("en", "GB"), _AS_WRITTEN)
_chosen: ContextVar[Speech] = ContextVar("speech")
