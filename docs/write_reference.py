"""Write the reference pages from the code: commands and settings; facts, and who can call what.

Run `python docs/write_reference.py` when commands or settings have changed; a test fails while their page is out of date. The
other two change with every fact and page, so they are not kept but written when the documentation is built.
"""

import inspect
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import click
import msgspec

from ledger.agreements.facts import Category
from ledger.catalogue import facts
from ledger.exchanges.facts import Leg
from web.app import PAGES
from web.commands.main import hours
from web.framework.access import rule_of
from web.settings import Settings

REFERENCE = Path(__file__).parent / "reference"
WRITTEN = "<!-- Written from the code by docs/write_reference.py. Change the code, then run it. -->\n\n"


def pages() -> dict[str, str]:
    """The text of every page that is written from the code, by file name."""
    return {name: WRITTEN + "\n".join(lines()) for name, lines in (KEPT | BUILT).items()}


def _facts() -> Iterator[str]:
    yield "# Facts\n"
    yield "Every kind of fact, by the name it is stored under. Dates are days, times are instants, and lengths are whole minutes."
    yield "What people type is stored outside the log; the entry contains only a commitment to it.\n"
    for name, kind in facts().items():
        yield f"## {name} (version {kind.stored.version})\n"
        yield f"{inspect.getdoc(kind)}\n"
        yield from _fields(kind)
    for part in (Leg, Category):
        yield f"## {part.__name__} (part of a fact)\n"
        yield f"{inspect.getdoc(part)}\n"
        yield from _fields(part)


def _fields(kind: type[msgspec.Struct]) -> Iterator[str]:
    yield "| field | holds |\n|---|---|"
    hints = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        yield f"| `{field.name}` | {_shown(hints[field.name])} |"
    yield ""


def _shown(hint: Any) -> str:
    origin = get_origin(hint)
    if origin is Annotated:
        return _shown(get_args(hint)[0])
    if origin is Literal:
        return " or ".join(f"“{value}”" for value in get_args(hint))
    if origin is tuple:
        return f"any number of: {_shown(get_args(hint)[0])}"
    if origin in (Union, types.UnionType):
        return " or ".join("left out" if part is type(None) else _shown(part) for part in get_args(hint))
    names = {"str": "text", "int": "whole number", "date": "day", "bool": "yes or no", "Path": "path"}
    name: str = hint.__name__
    return names.get(name, name)


def _commands() -> Iterator[str]:
    yield "# The `hours` command\n"
    yield from _command(hours, "hours")


def _command(command: click.Command, name: str) -> Iterator[str]:
    context = click.Context(command, info_name=name)
    level = "##" if " " in name or name == "hours" else "###"
    yield f"{level} {name}\n"
    yield f"```\n{command.get_help(context).replace(chr(8), '')}\n```\n"
    if isinstance(command, click.Group):
        for subname in command.list_commands(context):
            subcommand = command.get_command(context, subname)
            assert subcommand is not None, "a listed command exists"
            yield from _command(subcommand, f"{name} {subname}")


def _settings() -> Iterator[str]:
    yield "# Settings\n"
    yield "Settings are read from the environment when a command starts. Options on the command line override them.\n"
    yield "| variable | meaning | default |\n|---|---|---|"
    hints = get_type_hints(Settings, include_extras=True)
    for field in msgspec.structs.fields(Settings):
        meanings = [extra.description for extra in get_args(hints[field.name])[1:] if isinstance(extra, msgspec.Meta)]
        yield f"| `HOURS_{field.name.upper()}` | {meanings[0]} | {_default(field.default)} |"
    yield ""


def _default(value: Any) -> str:
    if value is True or value is False:
        return "yes" if value else "no"
    return f"`{value}`" if str(value) and value != () else "empty"


def _routes() -> Iterator[str]:
    yield "# Who can call what\n"
    yield "Each handler has a rule that says who can call it; the app does not start if one has none. Visitors who are not"
    yield "signed in are asked to sign in. A page whose existence is private answers as if it did not exist.\n"
    yield "| method | path | who |\n|---|---|---|"
    for handler in PAGES:
        methods = ", ".join(sorted(str(method) for method in handler.http_methods if method != "OPTIONS"))
        yield f"| {methods} | `{min(handler.paths)}` | {rule_of(handler).who} |"
    yield ""


KEPT = {"commands.md": _commands, "settings.md": _settings}
BUILT = {"facts.md": _facts, "routes.md": _routes}


def main() -> int:
    """Write every page. With --check, only report which of those that are kept are out of date, and exit with 1 if any is."""
    stale = [name for name, text in pages().items() if name in KEPT and _current(name) != text]
    if "--check" in sys.argv:
        for name in stale:
            print(f"docs/reference/{name} is out of date: run python docs/write_reference.py")
        return 1 if stale else 0
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
    return 0


def _current(name: str) -> str:
    page = REFERENCE / name
    return page.read_text(encoding="utf-8") if page.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
