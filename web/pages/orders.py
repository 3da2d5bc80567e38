"""What is behind a button: its command, made with the page so that pressing it twice does the thing once, and its "no"."""

from collections.abc import Callable
from typing import Any, TypeVar

from litestar.exceptions import ClientException

from ledger.application.commands import Command
from ledger.identifiers import CommandId, is_command_id
from ledger.refusals import Refusal, TooBusy
from web.forms import Fields, Form
from web.visitors import Visitor

T = TypeVar("T")


def ordered(fields: Fields, visitor: Visitor) -> Command:
    """The visitor's command with the id that the page gave to its form; a form without one did not come from a page."""
    typed = fields.one("command")
    if not is_command_id(typed):
        raise ClientException("The form carries no command.")
    return Command(id=CommandId(typed), by=visitor.member)


def carried_out(form: Form[Any], button: str, do: Callable[[], T]) -> T | None:
    """What the ledger answers; or nothing, and its "no" stands in the form, beside its field or else by the button."""
    try:
        return do()
    except TooBusy:
        raise
    except Refusal as refusal:
        form.refuse_for(refusal, button)
        return None


def turned(ask: Callable[[], T]) -> T:
    """A page of a list, from a cursor in the address; one that no page made cannot be understood."""
    try:
        return ask()
    except ValueError as error:
        raise ClientException("This is no place in the list.") from error
