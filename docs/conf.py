"""Sphinx settings for `make docs`: the site contains the pages at the root of the project and everything in docs/."""

import tomllib
from pathlib import Path
from typing import Any

_root = Path(__file__).parents[1]
_project: dict[str, Any] = tomllib.loads((_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "Common Hours"
author = "the authors of Common Hours"
release = version = _project["version"]
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = ["*.md", "docs/**"]
myst_heading_anchors = 4
highlight_language = "text"
html_title = f"{project} {release}"
html_show_copyright = False
html_show_sphinx = False
html_theme = "furo"

_CONTENTS = {
    "README": {
        "Learn": ["docs/tutorials/*"],
        "Do": ["docs/how-to/*"],
        "Look up": ["docs/reference/*", "docs/glossary"],
        "Understand": ["docs/explanation/*", "docs/decisions/README"],
        "The project": ["CONTRIBUTING", "CHANGELOG", "SECURITY", "docs/README"],
    },
    "docs/decisions/README": {"Decisions": ["*"]},
}
"""The pages that the sidebar lists below a page, by heading."""


def setup(app: Any) -> None:
    """Called by Sphinx. Add the lists for the sidebar while building, so that the pages themselves stay plain Markdown."""
    app.connect("source-read", _add_contents)


def _add_contents(_app: Any, page: str, source: list[str]) -> None:
    for caption, pages in _CONTENTS.get(page, {}).items():
        source[0] += "\n".join(["\n\n```{toctree}", ":hidden:", ":glob:", f":caption: {caption}", "", *pages, "```"])
