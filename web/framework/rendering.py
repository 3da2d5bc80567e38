"""The frame around every page: templates, the words they may use, the way about, and what a page is made into."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
import msgspec
from jinja2 import nodes
from jinja2.bccache import Bucket
from jinja2.visitor import NodeTransformer
from litestar import MediaType, Response
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from ledger.identifiers import new_command_id
from web.drawing import drawings
from web.framework.access import Rule, rule_of
from web.framework.forms import Form
from web.framework.static_files import StaticFiles
from web.framework.visitors import Visitor, WebRequest
from web.wording import translation as words

_WEB = Path(__file__).parents[1]
TEMPLATES = sorted({template.parent for template in _WEB.rglob("*.html")})
"""The folders with templates: each lies beside the page that it belongs to, so no two have the same name."""

_PART = re.compile(r"\{(\w+):str\}")
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_IS_PLAIN = re.compile(r"[A-Za-z0-9_.~-]+").fullmatch


class MenuItem(msgspec.Struct, frozen=True):
    """One link of the menus: shown to whoever may go there, once there is such a page."""

    handler: str
    label: str


MAIN_MENU = (
    MenuItem("show_home", words.later("Home")),
    MenuItem("show_log", words.later("Log help")),
    MenuItem("show_history", words.later("My history")),
    MenuItem("show_community", words.later("Community")),
)
MORE_MENU = (
    MenuItem("show_story", words.later("My story")),
    MenuItem("show_members", words.later("Members")),
    MenuItem("show_groups", words.later("Groups")),
    MenuItem("show_journal", words.later("Journal")),
    MenuItem("show_audit", words.later("Audit")),
    MenuItem("show_balances", words.later("Balances")),
    MenuItem("show_coordination", words.later("Coordinating")),
    MenuItem("show_agreements", words.later("Agreements")),
    MenuItem("show_seal", words.later("The seal")),
    MenuItem("show_devices", words.later("My devices")),
)


class Renderer:
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
            main_doors=self._doors(MAIN_MENU, visitor, path),
            more_doors=self._doors(MORE_MENU, visitor, path),
            **context,
        )

    def _doors(self, doors: Sequence[MenuItem], visitor: Visitor, path: str) -> list[dict[str, object]]:
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


def environment_for(speech: words.Speech, names: Mapping[str, object]) -> jinja2.Environment:
    """The templates in one language; `names` are more globals for them."""
    # Jinja's types don't know filters and globals other than its own.
    environment: Any = _InOneLanguage(
        speech,
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_compiled_in(speech.tag),
        extensions=["jinja2.ext.i18n"],
    )
    environment.filters |= {
        "duration": words.duration,
        "count": words.count,
        "day": words.day,
        "weekday": words.weekday,
        "short_day": words.short_day,
        "day_in_month": words.day_in_month,
        "month": words.month,
        "short_month": words.short_month,
        "instant": words.instant,
        "local_day": words.today,
    }
    environment.globals |= {
        "hours_and_minutes": words.hours_and_minutes,
        "drawn_strokes": drawings.strokes,
        **names,
    }
    return environment


class _InOneLanguage(jinja2.Environment):
    """Jinja's own i18n, with constant messages translated when a template is compiled.

    Translating them on every page, row by row, made the statement page 18 % slower.
    """

    def __init__(self, speech: words.Speech, **options: Any) -> None:
        super().__init__(**options)
        self.policies["ext.i18n.trimmed"] = True
        install: Any = vars(self)["install_gettext_translations"]
        install(speech.catalogue, newstyle=True)
        self._translator = _Translator(speech.catalogue.gettext)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template: nodes.Template = self._translator.visit(super()._parse(source, name, filename))
        template.set_environment(self)
        return template


class _Translator(NodeTransformer):
    """Replaces each call of `gettext` by its translation; in the text of a page, by text and values."""

    def __init__(self, gettext: Callable[[str], str]) -> None:
        self._gettext = gettext

    def visit_Call(self, call: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's visitor names it
        self.generic_visit(call)
        match call:
            case nodes.Call(
                node=nodes.Name(name="_" | "gettext"),
                args=[nodes.Const(value=str(message))],
                dyn_args=None,
                dyn_kwargs=None,
            ):
                translated = nodes.MarkSafe(nodes.Const(self._gettext(message)), lineno=call.lineno)
                return nodes.Filter(translated, "format", [], call.kwargs, None, None, lineno=call.lineno)
            case _:
                return call

    def visit_Output(self, output: nodes.Output) -> nodes.Node:  # noqa: N802 - Jinja's visitor names it
        self.generic_visit(output)
        output.nodes = [part for node in output.nodes for part in _text_and_values(node)]
        return output


def _text_and_values(node: nodes.Expr) -> Iterator[nodes.Expr]:
    match node:
        case nodes.Filter(node=nodes.MarkSafe(expr=nodes.Const(value=str(message))), name="format", kwargs=given):
            values = {str(pair.key): pair.value for pair in given}
            for place, part in enumerate(_PLACEHOLDER.split(message)):
                yield values[part] if place % 2 else nodes.TemplateData(part.replace("%%", "%"), lineno=node.lineno)
        case _:
            yield node


class _CompiledTemplates(jinja2.BytecodeCache):
    """Compiled templates in memory, so that each is compiled once in a process however many apps it runs."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


@lru_cache
def _compiled_in(_language: str) -> _CompiledTemplates:
    """The cache of one language: Jinja computes filters of constants while it compiles."""
    return _CompiledTemplates()


def _in_path(part: object) -> str:
    text = str(part)
    return text if _IS_PLAIN(text) else quote(text, safe="")


def page(
    request: WebRequest,
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
    frame: Renderer = request.app.state.frame
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
