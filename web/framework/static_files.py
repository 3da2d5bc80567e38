"""Styles and pictures, served under a name that holds their content, so that browsers may keep them for ever."""

import gzip
import hashlib
import mimetypes
from pathlib import Path
from typing import Any

import brotli
import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from web.framework.access import ANYBODY

STATIC = Path(__file__).parents[1] / "static"
FOR_EVER = "public, max-age=31536000, immutable"


class StaticFile(msgspec.Struct, frozen=True):
    """One file with its pre-compressed variants; a variant that is not smaller is left out."""

    media_type: str
    plain: bytes
    variants: dict[str, bytes]


class StaticFiles:
    """The static folder, read once at start: compressing on each request would cost more than the page itself."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._names: dict[str, str] = {}
        self._files: dict[str, StaticFile] = {}
        for path in sorted(path for path in folder.iterdir() if path.is_file()):
            plain = path.read_bytes()
            name = f"{path.stem}.{hashlib.sha256(plain).hexdigest()[:12]}{path.suffix}"
            compressed = {"br": brotli.compress(plain), "gzip": gzip.compress(plain, mtime=0)}
            variants = {encoding: data for encoding, data in compressed.items() if len(data) < len(plain)}
            self._names[path.name] = name
            self._files[name] = StaticFile(
                mimetypes.guess_type(path.name)[0] or "application/octet-stream", plain, variants
            )

    def url(self, name: str) -> str:
        """The address of a file for a template: `static_url("hours.css")`."""
        return f"/static/{self._names[name]}"

    def file(self, name: str) -> StaticFile:
        """A file by the name that holds its content."""
        try:
            return self._files[name]
        except KeyError:
            raise NotFoundException from None


@get("/static/{name:str}", sync_to_thread=False, may=ANYBODY)
def static_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """A style or picture, compressed as the browser likes it. From memory, so it needs no thread."""
    found: StaticFile = request.app.state.static.file(name)
    accepted = request.headers.get("accept-encoding", "")
    encoding = next((encoding for encoding in found.variants if encoding in accepted), None)
    headers = {"cache-control": FOR_EVER, "vary": "Accept-Encoding"}
    if encoding:
        headers["content-encoding"] = encoding
    return Response(found.variants[encoding] if encoding else found.plain, media_type=found.media_type, headers=headers)
