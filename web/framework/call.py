"""`Call`: a request with its visitor, its form, the community's time bank, and the ways to respond.

A handler is a plain function that takes `call: Call`, decorated by `get` or `post` with who may call it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import litestar
import msgspec
from litestar import Response
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.response import Redirect
from litestar.types import Empty, EmptyType

from ledger.deciding.requests import Caller, Command, Recorded
from ledger.identifiers import CommandId, MemberId, new_command_id
from ledger.refusals import CommandIdReused, Refusal, TooBusy
from ledger.time_bank import TimeBank
from projections.views import Views
from web.framework.access import Rule, WebRequest
from web.framework.errors import note_security
from web.framework.fields import Fields, posted_fields
from web.framework.forms import Form, decode
from web.framework.middleware import Cookies
from web.framework.rendering import Renderer, page, see_other
from web.framework.seals import Seals
from web.settings import Settings
from web.sign_in.codes import SendEmail
from web.wording.translation import N_, gettext

T = TypeVar("T")
Shape = TypeVar("Shape", bound=msgspec.Struct)

NOT_FRESH = N_("Confirm that it is you first: sign in again with the link on this page. Then press the button again")


def get(path: str, *, may: Rule) -> litestar.get:
    """Register a page, made in a thread."""
    return litestar.get(path, sync_to_thread=True, may=may)


def post(
    path: str, *, may: Rule, fresh: bool = False, status_code: int = 303, request_max_body_size: int | EmptyType = Empty
) -> litestar.post:
    """Register what a form or button does, in a thread. By default it redirects.

    With `fresh`, `call.do` refuses people who did not sign in a few minutes ago. A device left open or a stolen cookie is not enough.
    """
    return litestar.post(
        path,
        sync_to_thread=True,
        may=may,
        fresh=fresh,
        status_code=status_code,
        request_max_body_size=request_max_body_size,
    )


class Site(msgspec.Struct, frozen=True):
    """What the pages of one community share."""

    bank: TimeBank
    views: Views
    settings: Settings
    renderer: Renderer
    cookies: Cookies
    seals: Seals
    send_email: SendEmail | None
    now: Callable[[], datetime]


class PageCall:
    """One request, with its visitor and the community's time bank."""

    def __init__(self, request: WebRequest, site: Site, body: bytes = b"") -> None:
        self.request = request
        self.site = site
        self.visitor = request.user
        self.bank = site.bank
        self.views = site.views
        self.seals = site.seals
        self.now = site.now()
        self._body = body

    @cached_property
    def query(self) -> Fields:
        """The query of the address."""
        return Fields(list(self.request.query_params.multi_items()))

    @cached_property
    def fields(self) -> Fields:
        """The posted form, or the query of a page."""
        return posted_fields(self.request, self._body) if self.request.method == "POST" else self.query

    def form(self, shape: type[Shape], sentences: Mapping[str, str] | None = None) -> Form[Shape]:
        """Decode the fields as this form."""
        return decode(shape, self.fields, sentences)

    def caller(self, form: Form[Any], on_behalf: MemberId | None = None) -> Caller:
        """Return the visitor with the command id of the form, so that sending it twice carries it out once."""
        return Caller(CommandId(form.command or new_command_id()), self.visitor.member, on_behalf=on_behalf)

    def do(
        self, form: Form[Any], command: Callable[[], Command], *, beside: str, on_behalf: MemberId | None = None
    ) -> Recorded | None:
        """Carry out the command of a form without mistakes. None means that the form has to be shown again.

        Then a refusal is in the form, beside the field it is about or else the field `beside`. The form keeps its command
        id for the next try, unless another command has used it.
        """
        if self.request.route_handler.opt.get("fresh") and not self.visitor.is_fresh:
            form.refuse(beside, gettext(NOT_FRESH))
        if form.problems:
            return None
        if not form.command:
            raise ClientException("This form has no command.")
        try:
            recorded = self.bank.do(command(), by=self.caller(form, on_behalf))
        except TooBusy:
            raise
        except Refusal as refusal:
            form.refuse_for(refusal, beside)
            if isinstance(refusal, CommandIdReused):
                form.command = ""
            return None
        self.views.follow()
        return recorded

    def note_security(self, event: str) -> None:
        """Log something that may be part of an attack."""
        note_security(self.request, event)

    def done(self, notices: Mapping[str, str]) -> str:
        """Return the notice for what was just done, which the address names."""
        done = self.query.one("done")
        return gettext(notices[done]) if done in notices else ""

    def url(self, handler: str, /, **parts: object) -> str:
        """Return the address of a page by the name of its handler."""
        return self.site.renderer.url(handler, **parts)

    def page(self, template: str, **context: Any) -> Response[str]:
        """Respond with a page; its status is 422 if its form has mistakes."""
        return page(self.request, template, **context)

    def see_other(
        self,
        handler: str,
        /,
        *,
        cookies: Sequence[Cookie] = (),
        background: BackgroundTask | None = None,
        **parts: object,
    ) -> Redirect:
        """Redirect to the page of a handler after a POST."""
        return see_other(self.url(handler, **parts), cookies=cookies, background=background)


Call: TypeAlias = NamedDependency[PageCall]
"""The type of the parameter `call`, which the framework passes to every handler."""


def page_from_cursor(read_page: Callable[[], T]) -> T:
    """Read a page of a list from a cursor in the address; 400 if the cursor is invalid."""
    try:
        return read_page()
    except ValueError as error:
        raise ClientException("That page of the list does not exist.") from error
