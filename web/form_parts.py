"""The parts of a posted form that carries a file."""

from email.parser import BytesParser
from email.policy import HTTP


def parts_of(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """Names and contents, in order, files as text: bytes that are no UTF-8 become lone surrogates, as in other forms.

    By the standard library's reader of mails, which fails at nothing: a body that is no such form has no parts. It must be
    short, which the app's own limit sees to.
    """
    head = f"content-type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    parts: list[tuple[str, str]] = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if name and isinstance(content, bytes):
            parts.append((str(name), content.decode("utf-8", errors="surrogateescape")))
    return parts
