"""Responses that browsers may store: styles and pictures, whose names contain a hash of their content, and plain data."""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import brotli
import msgspec
from litestar import MediaType, Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from web.framework.access import ANYBODY, WebRequest

STATIC = Path(__file__).parents[1] / "static"
FOR_EVER = "public, max-age=31536000, immutable"
"""The cache-control of public content that never changes."""
REVALIDATE = "public, no-cache"
"""The cache-control of public content that grows: browsers store it, and check each time whether it has changed."""

AnyResponse = Response[Any]


def plain_response(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> AnyResponse:
    """Respond with one plain sentence."""
    return Response(f"{sentence}\n", status_code=status, media_type=MediaType.TEXT, headers=headers)


def data_response(request: WebRequest, data: bytes, media_type: str, cache_control: str = "") -> AnyResponse:
    """Respond with bytes, or with 304 when they may be stored and the reader has them already."""
    if not cache_control:
        return Response(data, media_type=media_type)
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"etag": f"W/{tag}", "cache-control": cache_control}  # weak, because the response may be compressed
    stored = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if stored & {"*", tag}:
        return Response(None, status_code=304, headers=headers)
    return Response(data, media_type=media_type, headers=headers)


class StaticFile(msgspec.Struct, frozen=True):
    """One file with its compressed variants; a variant that is not smaller is left out."""

    media_type: str
    plain: bytes
    variants: dict[str, bytes]


class StaticFiles:
    """The static folder, read once at start: compressing on each request would cost more than making a page."""

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
        """Return the address of a file, for a template: `static_url("hours.css")`."""
        return f"/static/{self._names[name]}"

    def file(self, name: str) -> StaticFile:
        """Return a file by the name with its hash."""
        try:
            return self._files[name]
        except KeyError:
            raise NotFoundException from None


@get("/static/{name:str}", sync_to_thread=False, may=ANYBODY)
def static_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """Send a style or picture, compressed if the browser accepts it. It is in memory, so no thread is needed."""
    found: StaticFile = request.app.state.static.file(name)
    accepted = request.headers.get("accept-encoding", "")
    encoding = next((encoding for encoding in found.variants if encoding in accepted), None)
    headers = {"cache-control": FOR_EVER, "vary": "Accept-Encoding"}
    if encoding:
        headers["content-encoding"] = encoding
    return Response(found.variants[encoding] if encoding else found.plain, media_type=found.media_type, headers=headers)
