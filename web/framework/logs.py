"""The log of a server: one line for each thing that happened, with its time, level and request, and nothing personal.

Errors are named by their kind, code and place, because their texts may repeat what somebody typed. A burst of the same line
is written once, and then counted.
"""

import atexit
import logging
import secrets
import sys
import threading
import time
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

import msgspec

from ledger.log.failures import failure_of, frames_of

LogFormat = Literal["text", "json"]

SECONDS_OF_A_BURST = 60.0
MOST_BURSTS = 1_000
OWN = "hours"
"""Loggers below this name pass no personal data. What other libraries pass is left out, except for numbers."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered, which is also in the response."""

security_log = logging.getLogger("hours.security")


def new_request_id() -> str:
    """Return an id for a request, which says nothing about who sent it."""
    return secrets.token_hex(6)


def start_logging(log_format: LogFormat, stream: TextIO | None = None) -> "LogHandler":
    """Write everything that is logged in this process to standard error."""
    handler = LogHandler(stream or sys.stderr)
    handler.setFormatter(LogFormatter(log_format))
    handler.addFilter(_with_request_id)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a line that cannot be written must not print its values
    threading.excepthook = _log_thread_error
    sys.excepthook = lambda _kind, error, _frames: logging.getLogger("hours.process").error("It ended", exc_info=error)
    atexit.register(handler.flush_bursts)
    return handler


def log_security(event: str, route: str, client: str = "") -> None:
    """Log something that may be an attack. `client` is a pseudonym of the network it came from, or empty."""
    facts = {"event": event, "route": route} | ({"client": client} if client else {})
    security_log.warning(" ".join(f"{name}={value}" for name, value in facts.items()), extra={"facts": facts})


class LogFormatter(logging.Formatter):
    """Formats a record as one line of text or JSON."""

    def __init__(self, log_format: LogFormat) -> None:
        super().__init__()
        self._is_json = log_format == "json"

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        error = record.exc_info[1] if record.exc_info else None
        line: dict[str, Any] = {
            "time": at,
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_id", ""),
            "message": message_of(record),
        }
        if error is not None:
            line |= {"error": failure_of(error), "frames": frames_of(error)}
        if repeated := getattr(record, "repeated", 0):
            line["repeated"] = repeated
        if self._is_json:
            return msgspec.json.encode(line | getattr(record, "facts", {})).decode()
        said = f"{at} {record.levelname} {record.name} [{line['request'] or '-'}] {line['message']}"
        if error is not None:
            said += f": {line['error']} at {' < '.join(line['frames']) or 'an unknown place'}"
        return f"{said} ({repeated} more like this)" if repeated else said


class LogHandler(logging.StreamHandler[TextIO]):
    """Writes the first of many equal lines, and how many more there were once a minute has passed."""

    def __init__(self, stream: TextIO, seconds: float = SECONDS_OF_A_BURST) -> None:
        super().__init__(stream)
        self._seconds = seconds
        self._bursts: dict[tuple[object, ...], _Burst] = {}
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, or count it. The caller holds the handler's lock."""
        now = time.monotonic()
        self._write_counts(now)
        key = _burst_key(record)
        if key in self._bursts:
            self._bursts[key].more += 1
            self._bursts[key].last = record
            if self._timer is None:
                self._timer = threading.Timer(self._seconds, self.flush_bursts)
                self._timer.daemon = True
                self._timer.start()
            return
        if len(self._bursts) < MOST_BURSTS:
            self._bursts[key] = _Burst(record, now + self._seconds)
        super().emit(record)

    def flush_bursts(self) -> None:
        """Write how many lines were left out so far."""
        with self.lock or threading.Lock():
            self._timer = None
            self._write_counts(float("inf"))

    def _write_counts(self, now: float) -> None:
        for key in [key for key, burst in self._bursts.items() if burst.until <= now]:
            burst = self._bursts.pop(key)
            if burst.more:
                burst.last.repeated = burst.more
                super().emit(burst.last)


class _Burst:
    """Equal records within a minute: the last of them, and how many came after the first."""

    def __init__(self, record: logging.LogRecord, until: float) -> None:
        self.last = record
        self.until = until
        self.more = 0


def message_of(record: logging.LogRecord) -> str:
    """Return a record's message on one line. Values that other libraries pass are replaced by their types."""
    text = str(record.msg).partition("\n")[0]
    if record.name.split(".")[0] == OWN:
        text = record.getMessage()
    elif record.args:
        values = record.args if isinstance(record.args, tuple) else (record.args,)
        kept = tuple(each if isinstance(each, (int, float)) else type(each).__name__ for each in values)
        with suppress(TypeError, ValueError):  # then the template alone says what happened
            text %= kept
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def _burst_key(record: logging.LogRecord) -> tuple[object, ...]:
    error = record.exc_info[1] if record.exc_info else None
    place = frames_of(error)[:1] if error is not None else []
    return (record.name, record.levelno, message_of(record), type(error).__name__, *place)


def _with_request_id(record: logging.LogRecord) -> bool:
    record.request_id = request_id.get()
    return True


def _log_thread_error(error: threading.ExceptHookArgs) -> None:
    if error.exc_value is not None:
        logging.getLogger("hours.threads").error("A thread ended", exc_info=error.exc_value)
