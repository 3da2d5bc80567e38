"""Modules are named for one noun, short, used, and free of import cycles."""

import ast
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import grimp
import networkx as nx

from tests.house_rules.tree import PACKAGES, ROOT, files, modules, name
from web.app import PAGES

LONGEST = 300
LISTS = {"ledger/refusals.py"}
"""Lists of entries, which can be longer because nobody reads them from end to end."""
MOST_MODULES_IN_A_FOLDER = 20
SAME_NAME = {"Posting": "the verifier must not depend on the ledger, so it has its own"}
"""Class names that stand for the same idea in two modules, and why the class is not shared."""
STARTED_BY_NAME = re.compile(r"web\.commands\.\w+|web\.wording\.extraction")
"""Commands are loaded by name when they are run, and the extraction of sentences is a program of its own."""
TIMELESS = (
    r"ledger/catalogue\.py",
    r"ledger/tags\.py",
    r"ledger/\w+/facts\.py",
    r"ledger/\w+/rules\.py",
    r"projections/",
)
SAY_NOTHING = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "managers",
    "service",
    "services",
    "base",
    "core",
    "common",
}


def test_every_module_has_a_specific_name() -> None:
    vague = [name(path) for path in modules(*PACKAGES, "tests") if SAY_NOTHING & {path.stem, path.parent.name}]

    assert vague == [], "name the noun that it is about"


def test_every_module_is_short() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in modules(*PACKAGES, "tests")}

    assert {module: lines for module, lines in lengths.items() if lines > LONGEST and module not in LISTS} == {}, (
        "look for the missing noun"
    )


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in modules(*PACKAGES)}

    assert [name(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_modules_are_in_the_three_packages_in_tests_or_in_docs() -> None:
    homes = {name(path).split("/")[0] for path in files() if path.suffix == ".py"}

    assert homes <= {*PACKAGES, "tests", "docs"}, "code lives in one of the three packages"


def test_facts_rules_and_read_models_never_read_the_clock() -> None:
    """They take the time as an argument, so that the same log always gives the same pages."""
    timeless = {
        pattern: [path for path in modules("ledger", "projections") if re.match(pattern, name(path))]
        for pattern in TIMELESS
    }

    assert all(timeless.values()), "a pattern matches no module any more"
    assert [f"{name(path)}:{line}" for paths in timeless.values() for path in paths for line in clock_calls(path)] == []


def clock_calls(path: Path) -> list[int]:
    """The lines on which a module reads the clock."""
    return clock_calls_in(path.read_text())


def clock_calls_in(source: str) -> list[int]:
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        call.lineno for call in calls if isinstance(call, ast.Attribute) and call.attr in {"now", "utcnow", "today"}
    ]


@cache
def imports() -> nx.DiGraph:
    """Module -> module that it imports, for the three packages. Imports for types alone are left out."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True)
    return nx.DiGraph({module: graph.find_modules_directly_imported_by(module) for module in graph.modules})


def test_modules_do_not_import_each_other_in_a_cycle() -> None:
    assert cycles(imports()) == []


def cycles(graph: nx.DiGraph) -> list[list[str]]:
    """Groups of modules that import each other."""
    return [sorted(group) for group in nx.strongly_connected_components(graph) if len(group) > 1]


def test_every_module_is_imported_by_another() -> None:
    packages = {name(path.parent).replace("/", ".") for path in modules(*PACKAGES)}

    with_handlers = {handler.fn.__module__ for handler in PAGES}
    unused = {module for module, importers in imports().in_degree() if not importers} - packages - with_handlers
    assert {module for module in unused if not STARTED_BY_NAME.fullmatch(module)} == set()


def test_no_two_modules_have_a_class_of_the_same_name() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for path in modules(*PACKAGES):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(name(path))

    shared = {class_name: paths for class_name, paths in homes.items() if len(paths) > 1}
    assert {class_name: paths for class_name, paths in shared.items() if class_name not in SAME_NAME} == {}
    assert set(SAME_NAME) <= set(shared), "a name is not shared any more: take it off the list"


def test_no_folder_has_too_many_modules() -> None:
    counts = Counter(name(path.parent) for path in modules(*PACKAGES))

    assert {folder: number for folder, number in counts.items() if number > MOST_MODULES_IN_A_FOLDER} == {}


def test_these_rules_would_notice() -> None:
    assert cycles(nx.DiGraph([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")])) == [["a", "b", "c"]]
    assert clock_calls_in("when = datetime.now(UTC)\nlater = moment.hour") == [1]
    assert imports().has_edge("web.app", "projections.views")
    assert all((ROOT / path).is_file() for path in LISTS)


def test_scripts_are_executable() -> None:
    scripts = [path for path in files() if path.suffix != ".py" and path.read_bytes()[:2] == b"#!"]

    assert ROOT / ".ci" / "run" in scripts
    assert [name(path) for path in scripts if not path.stat().st_mode & 0o100] == []
