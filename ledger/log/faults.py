"""What can go wrong with the place where entries are kept, in plain words."""

from typing import Literal

Fault = Literal["missing", "locked", "damaged", "read-only", "full", "gone", "refused", "foreign", "newer", "closed"]


class Conflict(Exception):
    """Something this decision rests on has been recorded since it was read: read again, and decide again."""

    def __init__(self) -> None:
        super().__init__("Something this rests on has been recorded in the meantime. Read again, then try again.")


class LogUnavailable(Exception):
    """The log cannot be read or written now; the message says what is wrong and what to do, and the next try may work.

    `kind` names the fault for pages, health checks and tests. `unsure` is true when the last append may have been kept
    all the same (the connection broke before the answer came): look the command up before answering anybody.
    """

    def __init__(self, kind: Fault, message: str, unsure: bool = False) -> None:
        super().__init__(kind, message, unsure)
        self.kind: Fault = kind
        self.message = message
        self.unsure = unsure

    def __str__(self) -> str:
        return self.message
