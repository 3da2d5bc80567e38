"""Names of people, groups and communities: the nickname profile of PRECIS (RFC 8266), so that no name hides a character.

It refuses characters that nobody sees, such as zero-width spaces, direction marks and tags, and writes what looks the same in
one way. Names from before stay as they are; `ledger.personal_data.search.look_alikes` finds those that look the same.
"""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from ledger.refusals import HiddenCharacter, NameNeeded, must_be_text

if TYPE_CHECKING:
    from precis_i18n.profile import Profile

LONGEST_NAME = 100


def checked_name(name: str) -> str:
    """Return a name as it is stored: with single spaces, in normal form. Raise if it is empty, too long, or hides something."""
    if not name.strip():
        raise NameNeeded
    must_be_text("name", name, limit=LONGEST_NAME)
    stored = name = re.sub(r"[\t\r\n ]+", " ", name).strip(" ")
    if not (name.isascii() and name.isprintable()):
        stored = _enforced(name)
    must_be_text("name", stored, limit=LONGEST_NAME)  # the normal form of a character can have eighteen
    return stored


def _enforced(name: str) -> str:
    try:
        return _profile().enforce(name)
    except UnicodeEncodeError as error:
        if error.reason.endswith("empty"):
            raise NameNeeded from error
        raise HiddenCharacter(character=described(error.object[error.start])) from error


@cache
def _profile() -> "Profile":
    from precis_i18n import get_profile  # noqa: PLC0415 - takes longer than most commands, and most names are ASCII

    return get_profile("NicknameCasePreserved")


def described(character: str) -> str:
    """Return the number of a character, and its name in Unicode if it has one: what can be said of one that nobody sees."""
    name = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")
