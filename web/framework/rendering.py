"""Rendering pages from templates: filters and globals, menus, translated templates, and responses."""

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
from web.framework.access import Rule, Visitor, WebRequest, rule_of
from web.framework.forms import Form
from web.framework.static_files import StaticFiles
from web.wording import translation
from web.wording.translation import N_

_WEB = Path(__file__).parents[1]
TEMPLATES = sorted({template.parent for template in _WEB.rglob("*.html")})
"""The folders with templates. Each template is beside its page, so no two may have the same name."""

_PARAMETER = re.compile(r"\{(\w+):str\}")
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_IS_URL_SAFE = re.compile(r"[A-Za-z0-9_.~-]+").fullmatch


class MenuItem(msgspec.Struct, frozen=True):
    """A link in a menu, shown to visitors who may open the page, if the app has it."""

    handler: str
    label: str


MAIN_MENU = (
    MenuItem("show_home", N_("Home")),
    MenuItem("show_log", N_("Log help")),
    MenuItem("show_history", N_("My history")),
    MenuItem("show_community", N_("Community")),
)
MORE_MENU = (
    MenuItem("show_story", N_("My story")),
    MenuItem("show_members", N_("Members")),
    MenuItem("show_groups", N_("Groups")),
    MenuItem("show_journal", N_("Journal")),
    MenuItem("show_audit", N_("Audit")),
    MenuItem("show_balances", N_("Balances")),
    MenuItem("show_coordination", N_("Coordinating")),
    MenuItem("show_agreements", N_("Agreements")),
    MenuItem("show_seal", N_("The seal")),
    MenuItem("show_devices", N_("My devices")),
)


class Renderer:
    """Renders templates in the reader's language."""

    def __init__(self, *, community: str, static: StaticFiles, now: Callable[[], datetime]) -> None:
        self._community = community
        self._now = now
        self._paths: Mapping[str, tuple[str, tuple[str, ...]]] = {}
        self._rules: Mapping[str, Rule] = {}
        self._globals = {"url": self.url, "static_url": static.url, "new_command": new_command_id}
        self._templates: dict[translation.ReaderLocale, jinja2.Environment] = {}

    def set_routes(self, handlers: Mapping[str, HTTPRouteHandler]) -> None:
        """Note the path and rule of every handler, which are known once the app is assembled."""
        paths = {name: min(handler.paths) for name, handler in handlers.items()}
        self._paths = {
            name: (_PARAMETER.sub(r"%(\1)s", path), tuple(_PARAMETER.findall(path))) for name, path in paths.items()
        }
        self._rules = {name: rule_of(handler) for name, handler in handlers.items()}

    def url(self, handler: str, /, **parts: object) -> str:
        """Return the address of a page by the name of its handler. Values that are not in the path become the query."""
        pattern, names = self._paths[handler]
        path = pattern % {name: _quoted(parts[name]) for name in names} if names else pattern
        if len(parts) == len(names):
            return path
        query = {name: value for name, value in parts.items() if name not in names and value not in (None, "")}
        return f"{path}?{urlencode(query)}" if query else path

    def html(self, template: str, visitor: Visitor, path: str, context: Mapping[str, object]) -> str:
        """Render a page as text. This never reads a database, so error pages always work."""
        locale = translation.current_locale()
        templates = self._templates.get(locale)
        if templates is None:
            templates = self._templates[locale] = environment_for(locale, self._globals)
        return templates.get_template(template).render(
            visitor=visitor,
            community=self._community,
            locale=locale,
            today=translation.today(self._now()),
            main_menu=self._menu(MAIN_MENU, visitor, path),
            more_menu=self._menu(MORE_MENU, visitor, path),
            **context,
        )

    def _menu(self, items: Sequence[MenuItem], visitor: Visitor, path: str) -> list[dict[str, object]]:
        if not visitor.is_member:
            return []
        return [
            {"label": translation.gettext(item.label), "href": href, "is_current": href == path}
            for item in items
            if item.handler in self._paths and self._rules[item.handler].allows(visitor)
            for href in [self.url(item.handler)]
        ]


def environment_for(locale: translation.ReaderLocale, extra: Mapping[str, object]) -> jinja2.Environment:
    """Return the templates in one language, with extra globals."""
    # Jinja's types know only its own filters and globals.
    environment: Any = _InOneLanguage(
        locale,
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_compiled_in(locale.tag),
        extensions=["jinja2.ext.i18n"],
    )
    formats = (
        *(translation.duration, translation.count, translation.instant, translation.day, translation.weekday),
        *(translation.short_day, translation.day_in_month, translation.month, translation.short_month),
    )
    environment.filters |= {function.__name__: function for function in formats} | {"local_day": translation.today}
    environment.globals |= {
        "hours_and_minutes": translation.hours_and_minutes,
        "drawn_strokes": drawings.strokes,
        **extra,
    }
    return environment


class _InOneLanguage(jinja2.Environment):
    """Jinja's i18n, but constant messages are translated when a template is compiled.

    Translating them on each use made the statement page 18 % slower.
    """

    def __init__(self, locale: translation.ReaderLocale, **options: Any) -> None:
        super().__init__(**options)
        self.policies["ext.i18n.trimmed"] = True
        install: Any = vars(self)["install_gettext_translations"]
        install(locale.catalogue, newstyle=True)
        self._translator = _Translator(locale.catalogue.gettext)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template: nodes.Template = self._translator.visit(super()._parse(source, name, filename))
        template.set_environment(self)
        return template


class _Translator(NodeTransformer):
    """Replaces each call of `gettext` with its translation, and in output with plain text and values."""

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
        case nodes.Filter(node=nodes.MarkSafe(expr=nodes.Const(value=str(message))), name="format", kwargs=arguments):
            values = {str(pair.key): pair.value for pair in arguments}
            for index, part in enumerate(_PLACEHOLDER.split(message)):
                yield values[part] if index % 2 else nodes.TemplateData(part.replace("%%", "%"), lineno=node.lineno)
        case _:
            yield node


class _CompiledTemplates(jinja2.BytecodeCache):
    """Keeps compiled templates in memory, so that each is compiled once per process, however many apps it runs."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


@lru_cache
def _compiled_in(_language: str) -> _CompiledTemplates:
    """Return the cache of one language: Jinja evaluates filters of constants when it compiles."""
    return _CompiledTemplates()


def _quoted(part: object) -> str:
    text = str(part)
    return text if _IS_URL_SAFE(text) else quote(text, safe="")


def page(
    request: WebRequest,
    template: str,
    *,
    status: int = 200,
    form: Form[Any] | None = None,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> Response[str]:
    """Respond with a page. If its form has mistakes, the status is 422 and the title starts with "Error: ".

    Call it in a handler's thread, because it renders the template.
    """
    renderer: Renderer = request.app.state.renderer
    if form is not None:
        context["form"] = form
        status = 422 if form.problems and status == 200 else status
    html = renderer.html(template, request.user, request.url.path, context)
    return Response(html, status_code=status, media_type=MediaType.HTML, headers=headers)


def see_other(
    path: str, *, cookies: Sequence[Cookie] = (), background: BackgroundTask | None = None, **query: str
) -> Redirect:
    """Redirect after a POST with 303, so that reloading does not send the form again."""
    query = {name: value for name, value in query.items() if value}
    target = f"{path}?{urlencode(query)}" if query else path
    return Redirect(target, status_code=303, cookies=list(cookies), background=background)
