"""Who may see whom I help: each chooses it for themselves, on their own page."""

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.application.time_bank import TimeBank
from ledger.events.members import Circle
from projections.views import Views
from web.forms import Fields, Form, decode
from web.pages.member import member_page, seen_member, to_member
from web.pages.orders import carried_out, ordered
from web.visitors import Asked, Visitor
from web.words import later


class VisibilityForm(msgspec.Struct):
    """Who sees it, beside the two."""

    sees: Circle


SENTENCES = {"sees.required": later("Choose who may see it")}


@post("/members/{member_id:str}/visibility", status_code=303, sync_to_thread=True)
def choose_visibility(
    request: Asked,
    member_id: FromPath[str],
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """A member chooses who may see whom they help."""
    member = seen_member(visitor, member_id, views).id
    command = ordered(fields, visitor)
    form: Form[VisibilityForm] = decode(VisibilityForm, fields, SENTENCES)
    if not form.problems:
        sees = form.wish.sees
        answer = carried_out(form, "sees", lambda: bank.members.choose_visibility(member, sees, command=command))
        if answer is not None:
            views.follow()
            return to_member(request, member, "chosen")
    return member_page(request, member, bank, views, form)


PAGES = (choose_visibility,)
