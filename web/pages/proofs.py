"""The seal for programs: the signed note, and proofs under it. Anybody may have them: they hold hashes, and no entry.

Every entry holds a random number, so that its hash cannot be guessed from what it says.
"""

import re
from collections.abc import Sequence

from litestar.params import FromPath

from ledger.seal.verifying.note import BadNote, parse_decimal, to_base64
from web.authorisation import ANYBODY
from web.call import Call, get
from web.plain import ASK_AGAIN, KEEP, Answer, given, or_said, said
from web.words import gettext

TEXT = "text/plain"


@get("/checkpoint", may=ANYBODY)
def show_checkpoint(call: Call) -> Answer:
    """The last seal that was given, as a signed note (C2SP tlog-checkpoint)."""
    return or_said(lambda: given(call.request, call.seals.published.latest().note.data, TEXT, ASK_AGAIN))


@get("/checkpoint/{size:str}", may=ANYBODY)
def show_earlier_checkpoint(call: Call, size: FromPath[str]) -> Answer:
    """The seal that was given over so many entries. Signatures of others may still be added to it, so it is asked for again."""
    try:
        number = parse_decimal(size)
    except BadNote:
        return _mistyped()
    return or_said(lambda: given(call.request, call.seals.published.at(number).note.data, TEXT, ASK_AGAIN))


@get("/proof/inclusion", may=ANYBODY)
def prove_inclusion(call: Call) -> Answer:
    """The path of the leaf `index`, from zero on, to the root over the first `size` entries."""
    asked = _asked(call, "index", "size")
    if asked is None:
        return _mistyped()
    return or_said(lambda: given(call.request, _lines(call.seals.published.inclusion(*asked)), TEXT, KEEP))


@get("/proof/consistency", may=ANYBODY)
def prove_consistency(call: Call) -> Answer:
    """The proof that the first `from` entries are the beginning of the first `to` ones."""
    asked = _asked(call, "from", "to")
    if asked is None:
        return _mistyped()
    return or_said(lambda: given(call.request, _lines(call.seals.published.consistency(*asked)), TEXT, KEEP))


def _asked(call: Call, first: str, second: str) -> tuple[int, int] | None:
    """The two numbers of a proof; each once, in its one spelling, and nothing else, so that no cache holds a proof twice."""
    query = call.request.scope["query_string"].decode("latin-1")
    found = re.fullmatch(f"{first}=([0-9]+)&{second}=([0-9]+)", query)
    try:
        return (parse_decimal(found[1]), parse_decimal(found[2])) if found else None
    except BadNote:
        return None


def _lines(hashes: Sequence[bytes]) -> bytes:
    return "".join(f"{to_base64(node)}\n" for node in hashes).encode()


def _mistyped() -> Answer:
    return said(
        422, gettext("Write each number in digits, without a zero before them: /proof/inclusion?index=5&size=10")
    )
