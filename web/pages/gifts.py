"""The page of one gift, and taking it back when it was logged by mistake."""

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.application.gifts import WithdrawGift
from ledger.identifiers import GiftId
from web.authorisation import PEOPLE_OF_THE_GIFT_AND_COORDINATORS, READERS_OF_THE_GIFT
from web.call import Call, get, post
from web.forms import Form
from web.pages.choices import labels_of
from web.pages.exchanges import AnswerForm, answer, told
from web.pages.people import names_of
from web.pages.typed import LONGEST_BODY_BYTES


@get("/gifts/{gift_id:str}", may=READERS_OF_THE_GIFT)
def show_gift(call: Call, gift_id: FromPath[GiftId]) -> Response[str]:
    """Who gave what kind of gift to whom, and when."""
    return _gift_page(call, gift_id, Form[AnswerForm]())


@post(
    "/gifts/{gift_id:str}/withdrawal", may=PEOPLE_OF_THE_GIFT_AND_COORDINATORS, request_max_body_size=LONGEST_BODY_BYTES
)
def withdraw_gift(call: Call, gift_id: FromPath[GiftId]) -> Response[str] | Redirect:
    """A gift was logged by mistake and counts no longer; once, with a word of why."""
    form = answer(call, lambda wish: WithdrawGift(gift_id, wish.reason))
    if form.problems:
        return _gift_page(call, gift_id, form)
    return call.see_other("show_gift", gift_id=gift_id, done="taken-back")


def _gift_page(call: Call, gift: GiftId, form: Form[AnswerForm]) -> Response[str]:
    as_of = call.views.catch_up()
    view = call.views.exchanges.gift(gift)
    if view is None:
        raise NotFoundException
    said_by = [speaker for moment in view.timeline for speaker in (moment.actor, moment.on_behalf)]
    is_part = call.visitor.member in (view.giver, view.receiver, view.recorded_by)
    # An auditor counts gifts; what neighbours wrote to each other is not theirs to read.
    words = [] if call.visitor.audits and not (is_part or call.visitor.coordinates) else [view.note]
    words += [moment.words for moment in view.timeline] if is_part or call.visitor.coordinates else []
    return call.page(
        "gift.html",
        form=form,
        view=view,
        story=told(view.timeline),
        names=names_of(call, [call.visitor.member, view.giver, view.receiver, view.recorded_by, *said_by]),
        labels=labels_of(call.bank),
        words=call.bank.people.words(words),
        may_withdraw=view.state == "recorded" and (is_part or call.visitor.coordinates),
        sees_entries=call.visitor.keeps_the_book,
        has_slip=call.seals.are_begun,
        done=call.query.one("done"),
        as_of=as_of.number,
    )
