"""Two invented languages, one of them right-to-left. Plain English on a page in them is untranslated."""

import gettext
import re
from datetime import date
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from babel import Locale

from web.wording.translation import Languages, ReaderLocale

OPEN, CLOSE = "\N{LEFT WHITE LENTICULAR BRACKET}", "\N{RIGHT WHITE LENTICULAR BRACKET}"
ACCENTS = str.maketrans("aeiouyncsAEIOUYNCS", "áéíóúýñçšÁÉÍÓÚÝÑÇŠ")
PLACEHOLDERS = re.compile(r"%\(\w+\)s|%%|<[^>]*>|\{\w+\}")
READ_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title", "data-label"}
UNREAD = {"script", "style", "code"}


def pseudo_languages() -> Languages:
    """A longer, accented left-to-right language, and a right-to-left one."""
    zone = ZoneInfo("Europe/London")
    left = PseudoLocale("en-x-pseudo", Locale("en", "GB"), Pseudo(), zone)
    right = PseudoLocale("ar-x-pseudo", Locale("ar"), Pseudo(), zone)
    return Languages({"en": left, "ar": right}, "en")


class Pseudo(gettext.NullTranslations):
    """Accented text in brackets, a third longer, with the original placeholders and tags."""

    def gettext(self, message: str) -> str:
        return accented(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return accented(msgid1 if n == 1 else msgid2)


class PseudoLocale(ReaderLocale):
    """Dates in brackets, so that they count as translated."""

    def date_as(self, when: date, length: str) -> str:
        return f"{OPEN}{super().date_as(when, length)}{CLOSE}"

    def skeleton(self, parts: str, when: date) -> str:
        return f"{OPEN}{super().skeleton(parts, when)}{CLOSE}"


def accented(message: str) -> str:
    """Return a message in the invented language."""
    parts = PLACEHOLDERS.split(message)
    kept = [*PLACEHOLDERS.findall(message), ""]
    words = "".join(part.translate(ACCENTS) + keep for part, keep in zip(parts, kept, strict=True))
    return f"{OPEN}{words}{' ~~~' * (len(message) // 12)}{CLOSE}"


def left_in_english(page: str, *known: str) -> list[str]:
    """Return the untranslated words of a page, except `known` names and other typed text."""
    reader = _Reader()
    reader.feed(page)
    found: list[str] = []
    for text in reader.texts:
        for word in sorted(known, key=len, reverse=True):
            text = text.replace(word, " ")
        while OPEN in text and (shorter := re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", text)) != text:
            text = shorter
        found += re.findall(r"[^\W\d_]{2,}", text)
    return found


class _Reader(HTMLParser):
    """The text of a page that people read, block by block."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = [""]
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in UNREAD
        self.texts += [value for name, value in attrs if name in READ_ATTRIBUTES and value]
        if tag not in {"bdi", "b", "span", "a", "time"}:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in UNREAD
        if tag not in {"bdi", "b", "span", "a", "time"}:
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts[-1] += data
