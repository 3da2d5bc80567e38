"""The words that an entry is about: a receipt proves which they were, for someone who has them with their salts.

An entry holds only a commitment to each text: SHA-256 over a domain tag, the field, a salt of 32 bytes and the text. Members find the
salts of their own words in the file with everything that is held about them.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from ledger.seal.verifying.bundle_files import read_at_most
from ledger.seal.verifying.note import BadNote

LARGEST_WORDS_BYTES = 64 * 1024 * 1024
_TAG = b"common-hours/sealed/v1"
_SALT_BYTES = 32


class SaltedWords(NamedTuple):
    """A text with the field and the salt that it was sealed with."""

    field: str
    salt: bytes
    text: str

    @property
    def commitment(self) -> str:
        """The commitment that the entry of these words holds."""
        return sha256(b"\x00".join((_TAG, self.field.encode(), self.salt)) + b"\x00" + self.text.encode()).hexdigest()


def read_words(path: Path) -> list[SaltedWords]:
    """The words with salts in a member's own data (JSON). Raise BadNote if there are none, or OSError."""
    data = read_at_most(path, LARGEST_WORDS_BYTES)
    if len(data) > LARGEST_WORDS_BYTES:
        raise BadNote("a file of words cannot be that large")
    try:
        found = list(_salted(json.loads(data)))
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        raise BadNote("this is not the file with a member's own data, in JSON") from None
    if not found:
        raise BadNote("it holds no words with a salt")
    return found


def matching(words: list[SaltedWords], sealed: Mapping[str, str]) -> list[SaltedWords]:
    """Those words that an entry is about, going by its commitments."""
    return [each for each in words if sealed.get(each.field) == each.commitment]


def _salted(held: Any) -> Iterator[SaltedWords]:
    for entry in held["entries"]:
        for field, digits in entry["salts"].items():
            words = SaltedWords(field, bytes.fromhex(digits), entry["words"][field])
            if len(words.salt) != _SALT_BYTES or not words.commitment:  # raises for what cannot be a text
                raise ValueError
            yield words
