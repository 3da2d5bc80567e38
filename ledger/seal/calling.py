"""One request to a witness over the web: short, small, and to the address that was named and no other."""

import ssl
from http.client import HTTPException
from typing import NamedTuple
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

SECONDS_TO_ANSWER = 5
LARGEST_REPLY_BYTES = 64 * 1024


class Unanswered(Exception):
    """No answer that can be used; the words say why, to stand after "no word yet from library:"."""


class Reply(NamedTuple):
    """What came back."""

    status: int
    body: bytes


def call(url: str, data: bytes | None = None) -> Reply:
    """Posts the data, or asks for what is there. Follows no redirect, and raises Unanswered for what cannot be used."""
    if not url.startswith(("http://", "https://")):
        raise Unanswered("its address does not begin with http")
    # Put together by hand: what is not in it (redirects, files, passwords in the address) is not done.
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler(context=ssl.create_default_context())):
        opener.add_handler(handler)
    headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "common-hours", "Connection": "close"}
    request = Request(url, data, headers)  # noqa: S310 - the scheme was looked at above
    try:
        with opener.open(request, timeout=SECONDS_TO_ANSWER) as answer:
            body = answer.read(LARGEST_REPLY_BYTES + 1)
            status = int(answer.status)
    except TimeoutError:
        raise Unanswered(f"it did not answer within {SECONDS_TO_ANSWER} seconds") from None
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            raise Unanswered(f"it did not answer within {SECONDS_TO_ANSWER} seconds") from None
        words = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason) or "no answer"
        raise Unanswered(f"it cannot be reached ({words})") from error
    if len(body) > LARGEST_REPLY_BYTES:
        raise Unanswered("its answer is too long")
    return Reply(status, body)
