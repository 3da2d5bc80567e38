"""What the project uses of brotli, which comes without types."""

MODE_GENERIC: int
MODE_TEXT: int

class error(Exception): ...  # noqa: N801 - that is its name there

def compress(string: bytes, mode: int = ..., quality: int = ..., lgwin: int = ..., lgblock: int = ...) -> bytes: ...
def decompress(string: bytes) -> bytes: ...
