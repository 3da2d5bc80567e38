"""The frame around every page: templates, the words they may use, the way about, and what a page is made into."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
import msgspec
from litestar import MediaType, Response
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from ledger.identifiers import new_command_id
from web import words
from web.authorisation import Rule, rule_of
from web.compiling import environment_for
from web.forms import Form
from web.static_files import StaticFiles
from web.visitors import Asked, Visitor

_PART = re.compile(r"\{(\w+):str\}")
_IS_PLAIN = re.compile(r"[A-Za-z0-9_.~-]+").fullmatch


class Door(msgspec.Struct, frozen=True):
    """One link of the menus: shown to whoever may go there, once there is such a page."""

    handler: str
    label: str


MAIN_DOORS = (
    Door("show_home", words.later("Home")),
    Door("show_log", words.later("Log")),
    Door("show_history", words.later("My history")),
    Door("show_community", words.later("Community")),
)
MORE_DOORS = (
    Door("show_story", words.later("My story")),
    Door("show_members", words.later("Members")),
    Door("show_groups", words.later("Groups")),
    Door("show_journal", words.later("Journal")),
    Door("show_audit", words.later("Audit")),
    Door("show_balances", words.later("Balances")),
    Door("show_desk", words.later("Coordinator")),
    Door("show_agreements", words.later("Agreements")),
    Door("show_seal", words.later("The seal")),
    Door("show_devices", words.later("My devices")),
)


class Frame:
    """Turns a template and what it shows into a page, in the reader's language."""

    def __init__(
        self,
        *,
        community: str,
        static: StaticFiles,
        now: Callable[[], datetime],
    ) -> None:
        self._community = community
        self._now = now
        self._paths: Mapping[str, tuple[str, tuple[str, ...]]] = {}
        self._rules: Mapping[str, Rule] = {}
        self._names = {"url": self.url, "static_url": static.url, "new_command": new_command_id}
        self._templates: dict[words.Speech, jinja2.Environment] = {}

    def learn(self, handlers: Mapping[str, HTTPRouteHandler]) -> None:
        """The path of every handler by its name, and who may go there: known once the app is put together."""
        paths = {name: min(handler.paths) for name, handler in handlers.items()}
        self._paths = {name: (_PART.sub(r"%(\1)s", path), tuple(_PART.findall(path))) for name, path in paths.items()}
        self._rules = {name: rule_of(handler) for name, handler in handlers.items()}

    def url(self, handler: str, /, **parts: object) -> str:
        """The path of a page by the name of its handler; what the path does not hold becomes the query."""
        form, names = self._paths[handler]
        path = form % {name: _in_path(parts[name]) for name in names} if names else form
        if len(parts) == len(names):
            return path
        query = {name: value for name, value in parts.items() if name not in names and value not in (None, "")}
        return f"{path}?{urlencode(query)}" if query else path

    def html(self, template: str, visitor: Visitor, path: str, context: Mapping[str, object]) -> str:
        """The page as text. Nothing here reads a database, so error pages can be made anywhere."""
        speech = words.speech()
        templates = self._templates.get(speech)
        if templates is None:
            templates = self._templates[speech] = environment_for(speech, self._names)
        return templates.get_template(template).render(
            visitor=visitor,
            community=self._community,
            speech=speech,
            today=words.today(self._now()),
            main_doors=self._doors(MAIN_DOORS, visitor, path),
            more_doors=self._doors(MORE_DOORS, visitor, path),
            **context,
        )

    def _doors(self, doors: Sequence[Door], visitor: Visitor, path: str) -> list[dict[str, object]]:
        if not visitor.is_member:
            return []
        open_doors = [
            door for door in doors if door.handler in self._paths and self._rules[door.handler].allows(visitor)
        ]
        return [
            {"label": words.gettext(door.label), "href": href, "is_here": href == path}
            for door in open_doors
            for href in [self.url(door.handler)]
        ]


def _in_path(part: object) -> str:
    text = str(part)
    return text if _IS_PLAIN(text) else quote(text, safe="")


def page(
    request: Asked,
    template: str,
    *,
    status: int = 200,
    form: Form[Any] | None = None,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> Response[str]:
    """A page of the app. A form with mistakes makes it a 422 whose title begins with "Error: ".

    Called in a handler's thread: the template is rendered here and not on the event loop.
    """
    frame: Frame = request.app.state.frame
    if form is not None:
        context["form"] = form
        status = 422 if form.problems and status == 200 else status
    html = frame.html(template, request.user, request.url.path, context)
    return Response(html, status_code=status, media_type=MediaType.HTML, headers=headers)


def see_other(
    path: str, *, cookies: Sequence[Cookie] = (), background: BackgroundTask | None = None, **query: str
) -> Redirect:
    """Where to look after a POST: 303, so that reloading does not send the form again."""
    kept = {name: value for name, value in query.items() if value}
    target = f"{path}?{urlencode(kept)}" if kept else path
    return Redirect(target, status_code=303, cookies=list(cookies), background=background)
