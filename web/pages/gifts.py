"""The page of one gift, and taking it back when it was logged by mistake."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.application.time_bank import TimeBank
from ledger.identifiers import GiftId, new_command_id
from projections.views import Views
from web.forms import Fields, Form, query_fields
from web.frame import page, see_other
from web.pages.answer_forms import AnswerForm, answer
from web.pages.choices import labels_of
from web.pages.exchanges import told
from web.pages.people import Names
from web.pages.typed import LONGEST_BODY_BYTES
from web.visitors import Asked, Visitor


@get("/gifts/{gift_id:str}", sync_to_thread=True)
def show_gift(
    request: Asked,
    gift_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str]:
    """Who gave what kind of gift to whom, and when."""
    return _gift_page(request, GiftId(gift_id), Form[AnswerForm](), visitor, bank, views)


@post("/gifts/{gift_id:str}/withdrawal", status_code=303, sync_to_thread=True, request_max_body_size=LONGEST_BODY_BYTES)
def withdraw_gift(
    request: Asked,
    gift_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    fields: NamedDependency[Fields],
) -> Response[str] | Redirect:
    """A gift was logged by mistake and counts no longer; once, with a word of why."""
    gift = GiftId(gift_id)
    form = answer(
        fields, visitor, views, lambda command, wish: bank.gifts.withdraw(gift, reason=wish.reason, command=command)
    )
    if form.problems:
        return _gift_page(request, gift, form, visitor, bank, views)
    return see_other(request.app.state.frame.url("show_gift", gift_id=gift), done="taken-back")


PAGES = (show_gift, withdraw_gift)


def _gift_page(
    request: Asked, gift: GiftId, form: Form[AnswerForm], visitor: Visitor, bank: TimeBank, views: Views
) -> Response[str]:
    as_of = views.catch_up()
    view = views.exchanges.gift(gift)
    if view is None:
        raise NotFoundException
    said_by = [speaker for moment in view.timeline for speaker in (moment.actor, moment.on_behalf)]
    is_part = visitor.member in (view.giver, view.receiver, view.recorded_by)
    # An auditor counts gifts; what neighbours wrote to each other is not theirs to read.
    words = [] if visitor.audits and not (is_part or visitor.coordinates) else [view.note]
    words += [moment.words for moment in view.timeline] if is_part or visitor.coordinates else []
    return page(
        request,
        "gift.html",
        form=form,
        view=view,
        story=told(view.timeline),
        names=Names(bank, views).of([visitor.member, view.giver, view.receiver, view.recorded_by, *said_by]),
        labels=labels_of(bank),
        words=bank.people.words(words),
        may_withdraw=view.state == "recorded" and (is_part or visitor.coordinates),
        sees_entries=visitor.coordinates or visitor.audits,
        has_slip=request.app.state.seals.are_begun,
        command=new_command_id(),
        done=query_fields(request).one("done"),
        as_of=as_of.number,
    )
