"""Fields: what a browser sent by name, in the query of an address or in a form."""

import re
from collections.abc import Sequence
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.exceptions import ClientException

MOST_FIELDS = 500
_CANNOT_BE_STORED = re.compile("[\0\ud800-\udfff]")


def can_be_stored(text: str) -> bool:
    """Whether every database can hold a text: PostgreSQL refuses zero bytes, and lone surrogates are in no encoding."""
    return _CANNOT_BE_STORED.search(text) is None


class Fields:
    """What the browser sent, by name. A name may occur several times; its values are in order."""

    def __init__(self, pairs: Sequence[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def typed(self, name: str) -> list[str]:
        """Return every value of a name as it was sent, to be checked and shown again."""
        return self._values.get(name, [])

    def all(self, name: str) -> list[str]:
        """Return every value of a name, or 400 if one of them could not be stored."""
        values = self.typed(name)
        if not all(map(can_be_stored, values)):
            raise ClientException("This contains characters that cannot be stored.")
        return values

    def one(self, name: str) -> str:
        """Return the first value of a name, or an empty string."""
        return next(iter(self.all(name)), "")


def posted_fields(request: Request[Any, Any, Any], body: bytes) -> Fields:
    """Return the fields of a posted form, or 400 if the body is not a form.

    `request.form()` would keep the last 1,024 bodies in memory, with the codes and notes in them.
    """
    kind = request.content_type[0]
    if kind not in {"application/x-www-form-urlencoded", "multipart/form-data", ""}:
        raise ClientException("This page expected a form.")
    if kind == "multipart/form-data":
        pairs = multipart_fields(request.headers["content-type"], body)
        if len(pairs) > MOST_FIELDS:
            raise ClientException("This form has too many fields.")
        return Fields(pairs)
    try:
        # Bytes that are not UTF-8 become lone surrogates, which `decode` refuses beside their field.
        text = body.decode("utf-8", errors="surrogateescape")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="surrogateescape")
    except ValueError as error:
        raise ClientException("This form has too many fields.") from error
    return Fields(pairs)


def multipart_fields(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """Return the names and contents of a multipart form in order, with files as text.

    The standard library's email parser never fails: a body that is not such a form has no parts. It is slow for long bodies,
    which the app's limit prevents. Bytes that are not UTF-8 become lone surrogates, as in other forms.
    """
    head = f"content-type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    fields: list[tuple[str, str]] = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if name and isinstance(content, bytes):
            fields.append((str(name), content.decode("utf-8", errors="surrogateescape")))
    return fields
