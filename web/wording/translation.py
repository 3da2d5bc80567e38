"""Text in the reader's language, which is chosen once per request: translations, lengths of time, numbers and dates."""

import gettext as catalogues
from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cached_property, lru_cache, wraps
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, negotiate_locale, numbers
from babel.lists import format_list
from markupsafe import Markup

from ledger.refusals import Refusal

TRANSLATIONS = Path(__file__).parents[1] / "translations"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
LONGEST_HEADER = 500
CACHED = 2_048
"""How many formatted values of each kind are cached."""

Value = TypeVar("Value", bound=Hashable)


def cached(format_value: Callable[[Value], str]) -> Callable[[Value], str]:
    """Cache formatted values by language: on a page of numbers, formatting costs more than everything else."""

    @lru_cache(CACHED)
    def format_in(_locale: "ReaderLocale", value: Value) -> str:
        return format_value(value)

    @wraps(format_value)
    def format_cached(value: Value, /) -> str:
        return format_in(current_locale(), value)

    return format_cached


def gettext(message: str, /, **values: object) -> str:
    """Translate a message into the reader's language and fill in `%(name)s`."""
    translated = current_locale().catalogue.gettext(message)
    return translated % values if values else translated


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """Translate a message in the form for this number, which replaces `%(num)s`."""
    return current_locale().catalogue.ngettext(one, many, number) % {"num": count(number), **values}


def N_(message: str) -> str:  # noqa: N802 - the usual name for this
    """Mark a message for translators where it is defined; `gettext` translates it where it is shown."""
    return message


def refusal_sentence(refusal: Refusal) -> str:
    """Return the sentence of a refusal, with minutes among its details written as lengths of time."""
    details = {
        name: duration(detail) if name.endswith("minutes") and isinstance(detail, int) else detail
        for name, detail in refusal.details.items()
    }
    return gettext(refusal.sentence).format(**details)


@cached
def duration(minutes: int) -> str:
    """Format whole minutes as people say them: "2 h 30 min", "45 min", "3 h", with no-break spaces.

    Babel's unit names are wrong for hours in several languages, so the strings are ours. Only tables for auditors have
    minus signs: members see given and received side by side, never a difference.
    """
    hours, rest = divmod(abs(minutes), 60)
    if hours and rest:
        text = gettext("%(hours)s %(minutes)s", hours=_hours(hours), minutes=_minutes(rest))
    else:
        text = _minutes(rest) if rest else _hours(hours)
    return ("\N{MINUS SIGN}" if minutes < 0 else "") + text.replace(" ", NO_BREAK_SPACE)


def hours_and_minutes(minutes: int) -> list[tuple[str, str]]:
    """Format whole minutes as pairs of number and unit, for large figures: [("41", "h"), ("30", "min")]."""
    hours, rest = divmod(abs(minutes), 60)
    parts = [_hours(hours)] if hours or not rest else []
    if rest:
        parts.append(_minutes(rest))
    return [(number, unit) for number, _space, unit in (part.partition(" ") for part in parts)]


@cached
def count(number: int) -> str:
    """Format a whole number with the reader's digits and grouping."""
    return numbers.format_decimal(number, locale=current_locale().locale)


@cached
def day(when: date) -> str:
    """ "21 November 2026"."""
    return current_locale().date_as(when, "long")


@cached
def weekday(when: date) -> str:
    """ "Saturday 21 November 2026"."""
    return current_locale().date_as(when, "full")


@cached
def short_day(when: date) -> str:
    """ "21 Nov", where the year is shown elsewhere; with a no-break space."""
    return current_locale().skeleton("MMMd", when).replace(" ", NO_BREAK_SPACE)


@cached
def day_in_month(when: date) -> str:
    """ "Sat 21", in a list divided into months; with a no-break space."""
    return current_locale().skeleton("Ed", when).replace(" ", NO_BREAK_SPACE)


@cached
def month(when: date) -> str:
    """ "November 2026"."""
    return current_locale().skeleton("yMMMM", when)


@cached
def short_month(when: date) -> str:
    """ "Nov", below a chart."""
    return current_locale().skeleton("MMM", when)


@cached
def instant(at: datetime) -> str:
    """ "21 November 2026 at 19:42", in the community's time zone."""
    locale = current_locale()
    local = at.astimezone(locale.zone)
    time = dates.format_time(local, "HH:mm", locale=locale.locale)
    return gettext("%(day)s at %(time)s", day=locale.date_as(local.date(), "long"), time=time)


def today(at: datetime) -> date:
    """Return the date of an instant in the community's time zone."""
    return at.astimezone(current_locale().zone).date()


class ReaderLocale:
    """A language with its translations and formats, and the community's time zone."""

    def __init__(
        self, tag: str, locale: Locale, catalogue: catalogues.NullTranslations, zone: ZoneInfo = ZoneInfo("UTC")
    ) -> None:
        self.tag = tag
        self.locale = locale
        self.catalogue = catalogue
        self.zone = zone

    @cached_property
    def direction(self) -> str:
        """ "ltr" or "rtl"."""
        return self.locale.text_direction

    def date_as(self, when: date, length: str) -> str:
        """Format a date in the long or full form of the language."""
        written = dates.format_date(when, length, locale=self.locale)
        # British usage: no comma after the day of the week.
        return written.replace(", ", " ", 1) if self.locale.language == "en" else written

    def skeleton(self, parts: str, when: date) -> str:
        """Format some parts of a date in the order of the language."""
        return dates.format_skeleton(parts, when, locale=self.locale)


class Languages:
    """The languages of the app, and which of them a reader gets."""

    def __init__(self, locales: Mapping[str, ReaderLocale], default: str) -> None:
        self._locales = dict(locales)
        self.default = locales[default]
        # The browsers of one neighbourhood send few different headers.
        self._negotiate_cached = lru_cache(64)(self._negotiate)

    def locale_for(self, accept_language: str) -> ReaderLocale:
        """Return the first language in the header that is available, else the community's own."""
        return self._negotiate_cached(accept_language[:LONGEST_HEADER])

    def _negotiate(self, accept_language: str) -> ReaderLocale:
        preferred = _language_tags(accept_language)
        found = negotiate_locale(preferred, list(self._locales), sep="-") if preferred else None
        return self._locales.get(found or "", self.default)


def load_languages(community_language: str, zone: ZoneInfo) -> Languages:
    """Return English and every language with a compiled catalogue. The community's own is the default if it is among them."""
    locales = {"en": ReaderLocale("en", Locale("en", "GB"), _UNTRANSLATED, zone)}
    for catalogue in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.mo")):
        name = catalogue.parent.parent.name
        with catalogue.open("rb") as compiled:
            tag = name.replace("_", "-")
            locales[tag] = ReaderLocale(tag, Locale.parse(name), catalogues.GNUTranslations(compiled), zone)
    own = negotiate_locale([community_language.replace("_", "-")], list(locales), sep="-") or "en"
    return Languages(locales, own)


@contextmanager
def use_locale(locale: ReaderLocale) -> Generator[None]:
    """Use this language inside the block."""
    token = _current.set(locale)
    try:
        yield
    finally:
        _current.reset(token)


def current_locale() -> ReaderLocale:
    """Return the language of this request."""
    return _current.get(_ENGLISH)


def join_markup(parts: Sequence[Markup]) -> Markup:
    """Join names or clauses into a list in the reader's language: "Ana, Bo and Chidi"."""
    joined = format_list(list(map(str, parts)), locale=current_locale().locale) if parts else ""
    return Markup(joined)  # noqa: S704 - the parts are escaped already, and the words between them are Babel's


def _hours(number: int) -> str:
    return ngettext("%(num)s h", "%(num)s h", number)


def _minutes(number: int) -> str:
    return ngettext("%(num)s min", "%(num)s min", number)


def _language_tags(accept_language: str) -> list[str]:
    """Return the tags of an Accept-Language header, most preferred first, without those that cannot be parsed."""
    weighed: list[tuple[float, str]] = []
    for choice in accept_language.split(","):
        tag, _semicolon, quality = choice.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
            Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
        if weight > 0:
            weighed.append((weight, tag))
    return [tag for _weight, tag in sorted(weighed, key=lambda choice: -choice[0])]


_UNTRANSLATED = catalogues.NullTranslations()
_ENGLISH = ReaderLocale("en", Locale("en", "GB"), _UNTRANSLATED)
_current: ContextVar[ReaderLocale] = ContextVar("locale")
