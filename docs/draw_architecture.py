"""Draw the parts of the three packages and what each imports, and write the page that shows the drawing.

A part is a folder directly below a package, or a module beside those folders. Run `python docs/draw_architecture.py` after
imports between parts have changed; a test fails while the page is out of date.
"""

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import networkx as nx

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "where-things-are.md"
PACKAGES = ("web", "projections", "ledger")
"""Each may import the ones after it."""
MOST_IN_A_ROW = 6
BOX_WIDTH, BOX_HEIGHT, GAP, ROW_GAP, MARGIN = 132, 32, 14, 46, 16
WIDTH = 2 * MARGIN + MOST_IN_A_ROW * (BOX_WIDTH + GAP) + GAP
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1d2a26; text-anchor: middle }
  .package { fill: #f2f5f1; stroke: #b9c7be }
  .name { font-weight: 600; text-anchor: start }
  .folder { fill: #fff; stroke: #2f6b55; stroke-width: 2 }
  .module { fill: #fff; stroke: #b9c7be }
  .import { fill: none; stroke: #6f8f82; marker-end: url(#tip) }
  marker path { fill: #6f8f82 }
"""


class Part(NamedTuple):
    """A folder directly below a package, or a module there, whose name ends in `.py`."""

    package: str
    name: str

    @property
    def is_folder(self) -> bool:
        return not self.name.endswith(".py")


class Box(NamedTuple):
    """The top left corner of a part in the drawing."""

    left: int
    top: int


def main() -> int:
    """Write the page and its drawing. With --check, only report whether they are out of date, and exit with 1 if so."""
    written = files(ROOT)
    stale = [path for path, text in written.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date: run python docs/draw_architecture.py")
        return 1 if stale else 0
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    return 0


def files(root: Path) -> dict[Path, str]:
    """The page and the drawing, from the modules below this folder."""
    modules = {path: part_of(path.relative_to(root)) for package in PACKAGES for path in _modules(root / package)}
    imports: nx.DiGraph[Part] = nx.DiGraph()
    for part in sorted(set(modules.values())):
        imports.add_node(part)
    for path, part in modules.items():
        for other in sorted(imported_parts(path, root) - {part}):
            if other in imports:
                imports.add_edge(part, other)
    return {PAGE: "\n".join(_page(root, imports)) + "\n", PAGE.with_suffix(".svg"): "\n".join(_drawing(imports)) + "\n"}


def _modules(package: Path) -> list[Path]:
    """Every module except the `__init__` of the package itself, which belongs to no part."""
    return [path for path in sorted(package.rglob("*.py")) if path != package / "__init__.py"]


def part_of(path: Path) -> Part:
    """The part that a module belongs to: `ledger/log/entry.py` belongs to `ledger/log`."""
    return Part(path.parts[0], path.parts[1])


def imported_parts(path: Path, root: Path) -> set[Part]:
    """The parts that a module imports from."""
    found: set[Part] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {_part_named(name, root) for name in names if name.split(".")[0] in PACKAGES}
    return found


def _part_named(name: str, root: Path) -> Part:
    """The part that a dotted name is in, whether it names a module or something inside one."""
    package, _, rest = name.partition(".")
    first = rest.split(".")[0]
    return Part(package, first if (root / package / first).is_dir() else f"{first}.py")


def _page(root: Path, imports: "nx.DiGraph[Part]") -> Iterator[str]:
    yield "<!-- Written from the code by docs/draw_architecture.py. Change the code, then run it. -->\n"
    yield "# Where things are\n"
    yield "There are three packages. `web` imports `projections` and `ledger`, `projections` imports `ledger`, and never the other way."
    yield "Each box is a folder in its package (green) or a module beside the folders (grey). An arrow means “imports”. Arrows that"
    yield "other arrows already imply are left out, and so are arrows between packages."
    yield "[How Common Hours is built](architecture.md) explains why.\n"
    yield f"![The parts of {', '.join(PACKAGES)}, and what each imports]({PAGE.with_suffix('.svg').name})\n"
    for package in PACKAGES:
        yield f"## {package}\n"
        yield "| part | what it is for |\n|---|---|"
        for part in sorted(imports):
            if part.package == package:
                yield f"| `{part.package}/{part.name}` | {_purpose(root / part.package / part.name)} |"
        yield ""


def _purpose(place: Path) -> str:
    """The first paragraph of the docstring of a package or module, on one line."""
    module = place / "__init__.py" if place.is_dir() else place
    words = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return " ".join(words.split("\n\n")[0].split()).replace("|", "\\|")


def _drawing(imports: "nx.DiGraph[Part]") -> Iterator[str]:
    boxes: dict[Part, Box] = {}
    bands: list[tuple[str, int, int]] = []
    top = MARGIN
    for package in PACKAGES:
        graph = imports.subgraph([part for part in imports if part.package == package])
        rows = _rows(graph)
        for number, row in enumerate(rows):
            indent = (WIDTH - len(row) * (BOX_WIDTH + GAP) + GAP) // 2
            for place, part in enumerate(row):
                boxes[part] = Box(indent + place * (BOX_WIDTH + GAP), top + 36 + number * (BOX_HEIGHT + ROW_GAP))
        height = 36 + len(rows) * (BOX_HEIGHT + ROW_GAP) - ROW_GAP + GAP
        bands.append((package, top, height))
        top += height + GAP
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top - GAP + MARGIN}" role="img">'
    yield f"<title>The parts of the packages, and what each imports</title><style>{STYLE}</style>"
    yield '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    yield '<path d="M0 0 8 4 0 8z"/></marker></defs>'
    for package, at, height in bands:
        yield f'<rect class="package" x="{MARGIN}" y="{at}" width="{WIDTH - 2 * MARGIN}" height="{height}" rx="8"/>'
        yield f'<text class="name" x="{MARGIN + GAP}" y="{at + 24}">{package}</text>'
        within = imports.subgraph([part for part in imports if part.package == package])
        yield from (_arrow(boxes[part], boxes[other]) for part, other in sorted(_fewest_arrows(within)))
    for part, box in sorted(boxes.items()):
        yield f'<rect class="{"folder" if part.is_folder else "module"}" x="{box.left}" y="{box.top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="5"/>'
        yield f'<text x="{box.left + BOX_WIDTH // 2}" y="{box.top + 22}">{escape(part.name)}</text>'
    yield "</svg>"


def _rows(graph: "nx.DiGraph[Part]") -> list[list[Part]]:
    """Rows of parts, so that each part is above everything it imports. Parts that import one another share a row."""
    groups = nx.condensation(graph)
    depth: dict[Part, int] = {}
    for group in reversed(list(nx.topological_sort(groups))):
        below = [depth[part] for other in groups.successors(group) for part in groups.nodes[other]["members"]]
        depth.update(dict.fromkeys(groups.nodes[group]["members"], max(below, default=-1) + 1))
    rows: list[list[Part]] = []
    for _, level in groupby(sorted(graph, key=lambda part: (-depth[part], part)), key=lambda part: depth[part]):
        parts = list(level)
        rows += [parts[start : start + MOST_IN_A_ROW] for start in range(0, len(parts), MOST_IN_A_ROW)]
    return rows


def _fewest_arrows(graph: "nx.DiGraph[Part]") -> Sequence[tuple[Part, Part]]:
    """The imports to draw: not those that other arrows already imply, but all between parts that import one another."""
    groups = nx.condensation(graph)
    needed = set(nx.transitive_reduction(groups).edges)
    of: Mapping[Part, int] = groups.graph["mapping"]
    return [edge for edge in graph.edges if (pair := (of[edge[0]], of[edge[1]])) in needed or pair[0] == pair[1]]


def _arrow(upper: Box, lower: Box) -> str:
    """A curve from the importing part down to the imported one, or below both when they share a row."""
    start, end = upper.left + BOX_WIDTH // 2, lower.left + BOX_WIDTH // 2
    bottom = upper.top + BOX_HEIGHT
    if upper.top == lower.top:
        start, end = start + (8 if start < end else -8), end - (8 if start < end else -8)
        return (
            f'<path class="import" d="M{start} {bottom}C{start} {bottom + 26} {end} {bottom + 26} {end} {bottom + 1}"/>'
        )
    bend = min(ROW_GAP, (lower.top - bottom) // 2)
    return f'<path class="import" d="M{start} {bottom}C{start} {bottom + bend} {end} {lower.top - bend} {end} {lower.top - 1}"/>'


if __name__ == "__main__":
    sys.exit(main())
