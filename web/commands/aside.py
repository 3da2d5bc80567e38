"""Being the server's other process: it gives way to everything else, and ends when the server does."""

import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import click

NICENESS = 10

Command = TypeVar("Command", bound=Callable[..., Any])


def aside_options(command: Command) -> Command:
    """The hidden options of every command that is also a chore; their values come in as `quiet` and `aside`."""
    command = click.option("--aside", is_flag=True, hidden=True, help="Give way, and end when standard input does.")(
        command
    )
    return click.option("--quiet", is_flag=True, hidden=True, help="Say nothing at the end.")(command)


def give_way() -> None:
    """Lets everything else on the machine go first, and ends with the process that started this one, however that ends."""
    os.nice(NICENESS)
    threading.Thread(target=_end_with_standard_input, daemon=True).start()


def _end_with_standard_input() -> None:
    while os.read(0, 1):  # not by a buffered reader, which a process that ends may not leave locked
        pass
    os._exit(0)  # what is half made is not written, and made again the next time
