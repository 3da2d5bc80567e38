"""The template for translators, `messages.pot`; `python docs/extract_messages.py` updates it.

A language is a folder beside it (`es/LC_MESSAGES/messages.po`), made by `pybabel init` and compiled by `pybabel compile`.
"""

from io import BytesIO
from pathlib import Path
from typing import Any, cast

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg  # pyright: ignore[reportUnknownVariableType]
from babel.messages.pofile import write_po

from projections.figures.measures.network import graph_definitions
from projections.figures.reports.sheet import meanings

ROOT = Path(__file__).parents[1]
TRANSLATIONS = ROOT / "web" / "translations"
TEMPLATE = TRANSLATIONS / "messages.pot"
KEYWORDS = {**DEFAULT_KEYWORDS, "say": None}

_Configuration = tuple[list[tuple[str, str]], dict[str, dict[str, Any]]]


def template() -> bytes:
    """Extract the template, without dates and line numbers, so that it changes only when messages do."""
    with (TRANSLATIONS / "babel.cfg").open(encoding="utf-8") as configuration:
        methods, options = cast("_Configuration", parse_mapping_cfg(configuration))
    catalog = Catalog(project="Common Hours", version="", fuzzy=False, header_comment="# Words of Common Hours.")
    for package in ("ledger", "projections", "web"):
        mapping = [(pattern.removeprefix(f"{package}/"), method) for pattern, method in methods]
        extracted = extract_from_dir(
            ROOT / package,
            mapping,
            {pattern.removeprefix(f"{package}/"): option for pattern, option in options.items()},
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
        )
        for file, _line, message, comments, context in extracted:
            catalog.add(message, None, [(f"{package}/{file}", 0)], auto_comments=comments, context=context)
    for definition in dict.fromkeys([*meanings().values(), *graph_definitions().values()]):
        catalog.add(definition, None, [("projections/figures/reports/sheet.py", 0)])
    written = BytesIO()
    write_po(written, catalog, width=110, omit_header=False, include_lineno=False, sort_output=True)
    lines = written.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith((b'"POT-Creation-Date', b'"Generated-By')))


if __name__ == "__main__":
    TEMPLATE.write_bytes(template())
