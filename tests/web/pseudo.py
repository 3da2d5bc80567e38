"""Two made-up languages, one of them written from the right: whatever stays plain English on a page was left out."""

import gettext
import re
from datetime import date
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from babel import Locale

from web.wording.translation import Languages, ReaderLocale

OPEN, CLOSE = "\N{LEFT WHITE LENTICULAR BRACKET}", "\N{RIGHT WHITE LENTICULAR BRACKET}"
ACCENTS = str.maketrans("aeiouyncsAEIOUYNCS", "áéíóúýñçšÁÉÍÓÚÝÑÇŠ")
KEPT = re.compile(r"%\(\w+\)s|%%|<[^>]*>|\{\w+\}")
SPOKEN_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title", "data-label"}
UNSPOKEN = {"script", "style", "code"}


def pseudo_languages() -> Languages:
    """A longer, accented left-to-right language, and a right-to-left one."""
    zone = ZoneInfo("Europe/London")
    left = PseudoSpeech("en-x-pseudo", Locale("en", "GB"), Pseudo(), zone)
    right = PseudoSpeech("ar-x-pseudo", Locale("ar"), Pseudo(), zone)
    return Languages({"en": left, "ar": right}, "en")


class Pseudo(gettext.NullTranslations):
    """Words with accents, a third longer, in brackets; places to fill in and tags are kept."""

    def gettext(self, message: str) -> str:
        return accented(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return accented(msgid1 if n == 1 else msgid2)


class PseudoSpeech(ReaderLocale):
    """Days in brackets, too, so that they count as translated."""

    def date_as(self, when: date, length: str) -> str:
        return f"{OPEN}{super().date_as(when, length)}{CLOSE}"

    def skeleton(self, parts: str, when: date) -> str:
        return f"{OPEN}{super().skeleton(parts, when)}{CLOSE}"


def accented(message: str) -> str:
    """The message in the made-up language."""
    parts = KEPT.split(message)
    kept = [*KEPT.findall(message), ""]
    words = "".join(part.translate(ACCENTS) + keep for part, keep in zip(parts, kept, strict=True))
    return f"{OPEN}{words}{' ~~~' * (len(message) // 12)}{CLOSE}"


def left_in_english(page: str, *known: str) -> list[str]:
    """Words of a page that went through no translation; `known` are names and other words that people typed."""
    reader = _Reader()
    reader.feed(page)
    found: list[str] = []
    for text in reader.spoken:
        for word in sorted(known, key=len, reverse=True):
            text = text.replace(word, " ")
        while OPEN in text and (shorter := re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", text)) != text:
            text = shorter
        found += re.findall(r"[^\W\d_]{2,}", text)
    return found


class _Reader(HTMLParser):
    """Everything on a page that is read by somebody, block by block."""

    def __init__(self) -> None:
        super().__init__()
        self.spoken: list[str] = [""]
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in UNSPOKEN
        self.spoken += [value for name, value in attrs if name in SPOKEN_ATTRIBUTES and value]
        if tag not in {"bdi", "b", "span", "a", "time"}:
            self.spoken.append("")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in UNSPOKEN
        if tag not in {"bdi", "b", "span", "a", "time"}:
            self.spoken.append("")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.spoken[-1] += data
