"""The page about measures says of every figure what the figure says of itself."""

import re
from pathlib import Path

from projections.figures.measures.network import graph_definitions
from projections.figures.measures.statistics import definitions

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "measures.md"
ROW = re.compile(r"^\| `([a-z0-9_.]+)` \| (.+) \|$", re.MULTILINE)


def test_the_page_about_measures_has_every_figure_once_in_its_own_words() -> None:
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))

    assert rows == [*definitions().items(), *((f"graph.{name}", said) for name, said in graph_definitions().items())]
