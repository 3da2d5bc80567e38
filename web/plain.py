"""Answers for programs: bytes or a plain sentence, with what caches between us need to know."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from litestar import MediaType, Response

from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.published import HashesOutOfReach, NotAsSealed, NothingSealed, NotUnderTheSeal
from web.visitors import Asked
from web.words import count, gettext

KEEP = "public, max-age=31536000, immutable"
"""For what never changes, and anybody may have."""
ASK_AGAIN = "public, no-cache"
"""For what grows: it may be kept, and is asked for again each time, at the price of a few bytes."""
SECONDS_TO_RETRY = 5

Answer = Response[Any]


def given(request: Asked, data: bytes, media_type: str, keeping: str = "") -> Answer:
    """Bytes with a mark of their content; nothing but the mark for whoever has them already."""
    mark = f'W/"{hashlib.sha256(data).hexdigest()[:32]}"'  # weak: on the way they may be compressed
    headers = {"etag": mark, "cache-control": keeping} if keeping else {}
    seen = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if keeping and ("*" in seen or mark.removeprefix("W/") in seen):
        return Response(None, status_code=304, headers=headers)
    return Response(data, media_type=media_type, headers=headers)


def said(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Answer:
    """One plain sentence instead of what was asked for."""
    return Response(f"{sentence}\n", status_code=status, media_type=MediaType.TEXT, headers=headers)


def or_said(make: Callable[[], Answer]) -> Answer:
    """What was asked for, or a sentence that says why it cannot be had."""
    try:
        return make()
    except NothingSealed:
        return said(404, gettext("This book has not been sealed yet."))
    except NotUnderTheSeal:
        return said(404, gettext("The last seal does not cover that."))
    except NotAsSealed as wrong:
        return said(503, gettext("Entry %(number)s is not what was sealed.", number=count(wrong.number)))
    except (HashesOutOfReach, SealRefused):
        waiting = {"retry-after": str(SECONDS_TO_RETRY)}
        return said(503, gettext("The seal is out of reach for a moment. Please try again."), waiting)
