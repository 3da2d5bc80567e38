"""A file is about one noun: named for it, and no longer than it can be read in one go."""

import ast
import re
from pathlib import Path

from tests.house_rules.tree import PACKAGES, ROOT, files, modules, name

LONGEST = 300
LISTS = {"ledger/refusals.py"}
"""One entry after the other, so that their length asks nothing of the reader."""
TIMELESS = re.compile(r"ledger/(catalogue|tags)\.py|ledger/\w+/(facts|rules|accounts)\.py|projections/")
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


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [name(path) for path in modules(*PACKAGES, "tests") if SAY_NOTHING & {path.stem, path.parent.name}]

    assert vague == [], "name the noun that it is about"


def test_no_module_is_longer_than_can_be_read_in_one_go() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in modules(*PACKAGES, "tests")}

    assert {module: lines for module, lines in lengths.items() if lines > LONGEST and module not in LISTS} == {}, (
        "look for the missing noun"
    )


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in modules(*PACKAGES)}

    assert [name(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_modules_live_in_the_three_packages_their_tests_and_the_script_that_writes_docs() -> None:
    homes = {name(path).split("/")[0] for path in files() if path.suffix == ".py"}

    assert homes <= {*PACKAGES, "tests", "docs"}, "code lives in one of the three packages"


def test_rules_and_read_models_never_look_at_the_clock() -> None:
    """Time comes in as an argument, so that the same log always gives the same pages."""
    timeless = [path for path in modules("ledger", "projections") if TIMELESS.match(name(path))]

    assert [f"{name(path)}:{line}" for path in timeless for line in looks_at_the_clock(path)] == []


def looks_at_the_clock(path: Path) -> list[int]:
    """The lines on which a module asks what time it is."""
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    return [
        call.lineno for call in calls if isinstance(call, ast.Attribute) and call.attr in {"now", "utcnow", "today"}
    ]


def test_what_a_person_runs_is_executable() -> None:
    scripts = [path for path in files() if path.suffix != ".py" and path.read_bytes()[:2] == b"#!"]

    assert ROOT / ".ci" / "run" in scripts
    assert [name(path) for path in scripts if not path.stat().st_mode & 0o100] == []
