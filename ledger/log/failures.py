"""Names of failures that a log can keep: the kind of an error and its code, and never its text.

The text of a driver or of a bug may repeat what somebody typed.
"""

import errno
from collections.abc import Iterator
from pathlib import Path
from traceback import extract_tb

MOST_CAUSES = 5
MOST_FRAMES = 12


def failure_of(error: BaseException) -> str:
    """Return the kind of an error and the code that the database or the system gave for it, as OperationalError (SQLITE_FULL)."""
    codes = (_code_of(cause) for cause in _causes(error))
    code = next((code for code in codes if code), "")
    return f"{type(error).__name__} ({code})" if code else type(error).__name__


def frames_of(error: BaseException) -> list[str]:
    """Return where an error was raised, innermost first: file, line and function, without the code or any value."""
    frames = list(extract_tb(error.__traceback__))[-MOST_FRAMES:]
    return [f"{'/'.join(Path(each.filename).parts[-3:])}:{each.lineno} {each.name}" for each in reversed(frames)]


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    for _ in range(MOST_CAUSES):
        if not isinstance(cause, BaseException):
            return
        yield cause
        cause = getattr(cause, "orig", None) or cause.__cause__ or cause.__context__


def _code_of(error: BaseException) -> str:
    number = getattr(error, "errno", None)
    named = errno.errorcode.get(number, "") if isinstance(number, int) else ""
    kinds = (getattr(error, name, None) for name in ("sqlite_errorname", "sqlstate", "kind"))
    return next((kind for kind in kinds if isinstance(kind, str) and kind), named)
