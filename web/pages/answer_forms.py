"""A word to what others logged: the form behind every button on the page of an exchange or a gift."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from ledger.application.commands import LONGEST_WORDS, Answer, Command
from ledger.identifiers import CommandId, MemberId, is_command_id, is_member, new_command_id
from ledger.refusals import Refusal, TooBusy
from projections.views import Views
from web.forms import Fields, Form, decode
from web.visitors import Visitor


class AnswerForm(msgspec.Struct, kw_only=True):
    """An answer: why, where a reason is asked for, and whose word it is when a coordinator passes it on."""

    command: Annotated[str, Meta(max_length=80)] = ""
    reason: Annotated[str, Meta(max_length=LONGEST_WORDS)] = ""
    speaker: Annotated[str, Meta(max_length=30)] = ""
    asked_by: Annotated[str, Meta(max_length=30)] = ""


def answer(
    fields: Fields, visitor: Visitor, views: Views, do: Callable[[Command, AnswerForm], Answer], *, needs: str = ""
) -> Form[AnswerForm]:
    """Carries an answer out and brings the pages up to it; a refusal stands in the form that comes back.

    `needs` names a field that has to be chosen before the ledger is asked.
    """
    form = decode(AnswerForm, fields)
    if needs and not form.value(needs):
        form.refuse(needs, "unknown_choice")
    if form.problems:
        return form
    wish = form.wish
    command = Command(
        id=CommandId(wish.command) if is_command_id(wish.command) else new_command_id(),
        by=visitor.member,
        on_behalf=MemberId(wish.speaker) if is_member(wish.speaker) and wish.speaker != visitor.member else None,
    )
    try:
        do(command, wish)
    except TooBusy:
        raise
    except Refusal as refusal:
        form.refuse_for(refusal, "answer")
        return form
    views.follow()
    return form
