"""How texts are compared: for searching, and to see whether two of them look the same."""

import unicodedata

_HIDDEN_LETTERS_AND_MARKS = {
    "\N{COMBINING GRAPHEME JOINER}",
    "\N{HANGUL CHOSEONG FILLER}",
    "\N{HANGUL JUNGSEONG FILLER}",
    "\N{HANGUL FILLER}",
    "\N{HALFWIDTH HANGUL FILLER}",
    "\N{KHMER VOWEL INHERENT AQ}",
    "\N{KHMER VOWEL INHERENT AA}",
    *map(chr, range(0x180B, 0x1810)),  # Mongolian variation selectors
    *map(chr, range(0xFE00, 0xFE10)),  # variation selectors
    *map(chr, range(0xE0100, 0xE01F0)),
}


def folded(text: str) -> str:
    """Fold a text for searching: no accents, no capitals, nothing invisible, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text)
    return " ".join("".join(each for each in decomposed if not _leaves_no_trace(each)).casefold().split())


def displayed(text: str) -> str:
    """Return what is left of a text for a reader's eyes: in one normal form, with single spaces and nothing invisible."""
    composed = unicodedata.normalize("NFKC", "".join(each for each in text if not _is_hidden(each)))
    return " ".join(composed.split())


def same_words(one: str, other: str) -> bool:
    """Whether two texts are the same but for white space and for how their characters are encoded."""
    return unicodedata.normalize("NFKC", one).split() == unicodedata.normalize("NFKC", other).split()


def as_address(text: str) -> str:
    """Fold an address for searching: no capitals, but with accents, because josé@ and jose@ are two people."""
    return unicodedata.normalize("NFC", text).strip().lower()


def searchable(field: str, text: str) -> str:
    """Return what a text of this field is found by: addresses, names and phone numbers only; empty for all others."""
    match field:
        case "email":
            return as_address(text)
        case "name" | "phone":
            return folded(text)
        case "imported":
            return text
        case _:
            return ""


def _leaves_no_trace(character: str) -> bool:
    return unicodedata.combining(character) > 0 or _is_hidden(character)


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or character in _HIDDEN_LETTERS_AND_MARKS
