"""One call of a page or a button: who calls, what they sent, what can answer it, and how an answer is made.

A handler is a plain function that takes `call: Call`, marked by `get` or `post` with who may call it.
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
from web.framework.access import Rule
from web.framework.forms import Fields, Form, decode, posted_fields
from web.framework.middleware import Cookies
from web.framework.rendering import Renderer, page, see_other
from web.framework.seals import Seals
from web.framework.visitors import WebRequest
from web.settings import Settings
from web.sign_in.codes import Post
from web.wording.translation import gettext

T = TypeVar("T")
Shape = TypeVar("Shape", bound=msgspec.Struct)


def get(path: str, *, may: Rule) -> litestar.get:
    """A page, made in a thread, for those who may see it."""
    return litestar.get(path, sync_to_thread=True, may=may)


def post(
    path: str, *, may: Rule, status_code: int = 303, request_max_body_size: int | EmptyType = Empty
) -> litestar.post:
    """What a form or a button does, in a thread, for those who may press it; it then leads to a page, unless it is one."""
    return litestar.post(
        path, sync_to_thread=True, may=may, status_code=status_code, request_max_body_size=request_max_body_size
    )


class Site(msgspec.Struct, frozen=True):
    """What every page of one community is made with."""

    bank: TimeBank
    views: Views
    settings: Settings
    frame: Renderer
    cookies: Cookies
    seals: Seals
    post: Post | None
    now: Callable[[], datetime]


class PageCall:
    """One request, its visitor, and the community's time bank to answer it from."""

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
        """What stands in the address behind the path."""
        return Fields(list(self.request.query_params.multi_items()))

    @cached_property
    def fields(self) -> Fields:
        """What was sent: a posted form, or the query of a page."""
        return posted_fields(self.request, self._body) if self.request.method == "POST" else self.query

    def form(self, shape: type[Shape], sentences: Mapping[str, str] | None = None) -> Form[Shape]:
        """What was sent, read as this shape."""
        return decode(shape, self.fields, sentences)

    def caller(self, form: Form[Any], on_behalf: MemberId | None = None) -> Caller:
        """The visitor with the command id of the form, so that sending it twice does the thing once."""
        return Caller(CommandId(form.command or new_command_id()), self.visitor.member, on_behalf=on_behalf)

    def do(
        self,
        form: Form[Any],
        command: Callable[[], Command],
        *,
        otherwise: str,
        on_behalf: MemberId | None = None,
    ) -> Recorded | None:
        """Carry out what a form without mistakes asks for. None when the form has to be shown again.

        A refusal is then in the form, beside the field it is about or else beside `otherwise`. The form keeps its command
        id for the next try, unless another one has used it.
        """
        if form.problems:
            return None
        if not form.command:
            raise ClientException("This form has no command.")
        try:
            recorded = self.bank.do(command(), by=self.caller(form, on_behalf))
        except TooBusy:
            raise
        except Refusal as refusal:
            form.refuse_for(refusal, otherwise)
            if isinstance(refusal, CommandIdReused):
                form.command = ""
            return None
        self.views.follow()
        return recorded

    def done(self, sentences: Mapping[str, str]) -> str:
        """The sentence for what was just done, when the address says what."""
        done = self.query.one("done")
        return gettext(sentences[done]) if done in sentences else ""

    def url(self, handler: str, /, **parts: object) -> str:
        """The address of a page by the name of its handler."""
        return self.site.frame.url(handler, **parts)

    def page(self, template: str, **context: Any) -> Response[str]:
        """A page of the app; with mistakes in its form, a 422."""
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
        """Where to look after a POST, by the name of its handler."""
        return see_other(self.url(handler, **parts), cookies=cookies, background=background)


Call: TypeAlias = NamedDependency[PageCall]
"""What a handler asks for, by the name `call`; the framework gives it one."""


def turned(ask: Callable[[], T]) -> T:
    """A page of a list, from a cursor in the address; one that no page made cannot be understood."""
    try:
        return ask()
    except ValueError as error:
        raise ClientException("That page of the list does not exist.") from error
