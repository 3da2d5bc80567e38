"""Templates, compiled once for each language, with its words already in their places."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from web import drawings, words
from web.words import Speech

TEMPLATES = Path(__file__).parent / "templates"

_PLACE = re.compile(r"%\((\w+)\)s")


def environment_for(speech: Speech, also: Mapping[str, object]) -> jinja2.Environment:
    """The templates in one language; `also` are more names that they may use.

    Words of their own are looked up while a template is compiled: asking for each of them anew on every page, a hundred
    times where a list repeats them, took longer than everything else that a page is made of.
    """
    # Its own types know nothing of the extension's methods, nor of filters and globals that are not its own.
    environment: Any = _InOneLanguage(
        speech,
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_compiled_with(speech.catalogue),
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.newstyle_gettext = True
    environment.filters |= {
        "duration": words.duration.spoken(speech),
        "count": words.count.spoken(speech),
        "day": words.day.spoken(speech),
        "weekday": words.weekday.spoken(speech),
        "short_day": words.short_day.spoken(speech),
        "day_in_month": words.day_in_month.spoken(speech),
        "month": words.month.spoken(speech),
        "short_month": words.short_month.spoken(speech),
        "instant": words.instant.spoken(speech),
        "local_day": words.today,
        "filled": filled,
    }
    environment.globals |= {
        "_": _said,
        "gettext": _said,
        "ngettext": _said_for,
        "hours_and_minutes": words.hours_and_minutes,
        "drawn_strokes": drawings.strokes,
        **also,
    }
    return environment


def filled(message: str, /, **values: object) -> Markup:
    """A message of ours with `%(name)s` filled in: its own markup stays, what is filled in is escaped."""
    for name, value in values.items():
        values[name] = escape(value)
    # What is put together of a message of ours and of escaped values is safe.
    return Markup(message % values)  # noqa: S704


def _said(message: str, /, **values: object) -> Markup:
    return filled(words.speech().translated(message), **values)


def _said_for(one: str, many: str, number: int, /, **values: object) -> Markup:
    return filled(words.speech().translated_for(one, many, number), **{"num": number, **values})


def shown(value: object) -> str:
    """A value as it stands on a page: escaped, unless it is markup.

    The same signs as `markupsafe.escape` makes of it, which would also make an object of its own of each piece of text, to
    be joined with the others the next moment: on a page of numbers that took longer than anything else.
    """
    if type(value) is Markup:
        return value
    if hasattr(value, "__html__"):
        return escape(value)
    text = str(value)
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;").replace('"', "&#34;")
    )


class _Showing(CodeGenerator):
    """Writes `environment.shown(...)` where Jinja would write `escape(...)`; all templates here escape."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ARG002
        self.write("environment.shown(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ARG002
        self.write(")")


class _InOneLanguage(jinja2.Environment):
    """Templates whose `_("...")` and `{% trans %}` say what they say in this language, and look nothing up later."""

    code_generator_class = _Showing
    shown = staticmethod(shown)

    def __init__(self, speech: Speech, **options: Any) -> None:
        super().__init__(**options)
        self._translation = _Translation(speech)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template: nodes.Template = self._translation.visit(super()._parse(source, name, filename))
        template.set_environment(self)
        return template


class _Translation(NodeTransformer):
    """Turns each message into its translation, to be `filled`; where it stands on the page, into text and values."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech

    def visit_Call(self, call: nodes.Call) -> nodes.Node:  # noqa: N802 - so named by the visitor of Jinja
        self.generic_visit(call)
        match call:
            case nodes.Call(
                node=nodes.Name(name="_" | "gettext"),
                args=[nodes.Const(value=str(message))],
                dyn_args=None,
                dyn_kwargs=None,
            ):
                said = nodes.Const(self._speech.translated(message), lineno=call.lineno)
                return nodes.Filter(said, "filled", [], call.kwargs, None, None, lineno=call.lineno)
            case _:
                return call

    def visit_Output(self, output: nodes.Output) -> nodes.Node:  # noqa: N802 - so named by the visitor of Jinja
        self.generic_visit(output)
        output.nodes = [part for node in output.nodes for part in _parts(node)]
        return output


def _parts(node: nodes.Expr) -> Iterator[nodes.Expr]:
    """What is to be `filled`, as text of the page with the values between; anything else as it is."""
    match node:
        case nodes.Filter(node=nodes.Const(value=str(message)), name="filled", kwargs=filling):
            values = {str(given.key): given.value for given in filling}
            for place, part in enumerate(_PLACE.split(message)):
                yield values[part] if place % 2 else nodes.TemplateData(part.replace("%%", "%"), lineno=node.lineno)
        case _:
            yield node


class _Compiled(jinja2.BytecodeCache):
    """Templates compiled once in a process, however many communities it serves."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


@lru_cache(maxsize=64)
def _compiled_with(_catalogue: NullTranslations) -> _Compiled:
    return _Compiled()
