"""Every link, path and make target in the documentation exists."""

import re
from pathlib import Path

from tests.house_rules.tree import ROOT, files, name

FENCE = re.compile(r"^ *(```|~~~).*?^ *\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
IN_BACKTICKS = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
HEADING = re.compile(r"^#+\s+(.+?)\s*#*$", re.MULTILINE)
ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
PLACEHOLDER = re.compile(r"[<>{}$…]|\.\.\.")
TRACKED = {*files()}
TOP = {path.name for path in ROOT.iterdir()}


def documents() -> list[Path]:
    """The pages at the root of the project, and every page in docs/."""
    return [
        path for path in files() if path.suffix == ".md" and (path.parent == ROOT or name(path).startswith("docs/"))
    ]


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page."""
    headings = (re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in HEADING.findall(prose(page)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken_link(page: Path, link: str) -> bool:
    """Whether a link within this repository leads to no file, or to no heading."""
    target, _, anchor = link.partition("#")
    file = (page.parent / target).resolve() if target else page
    if not file.is_relative_to(ROOT) or not (file.is_dir() or file in TRACKED):
        return True
    return bool(anchor) and file.suffix == ".md" and anchor not in anchors(file)


def is_a_path(words: str) -> bool:
    """Whether words in backticks name a file or folder of this repository, and not a URL or a command."""
    first = words.split("/")[0]
    if " " in words or words.startswith(("/", "-")) or PLACEHOLDER.search(words):
        return False
    return ("/" in words and first in TOP) or words in {"Makefile", "LICENSE", "README.md"} or words.endswith(".toml")


def missing_path(words: str) -> bool:
    """Whether a path, or a pattern with stars, matches nothing here."""
    return not any(ROOT.glob(words.rstrip("/")))


def wrong(findings: dict[Path, list[str]]) -> dict[str, list[str]]:
    """The pages with findings."""
    return {name(page): found for page, found in findings.items() if found}


def test_every_link_works() -> None:
    links = {page: [link for link in LINK.findall(prose(page)) if not ELSEWHERE.match(link)] for page in documents()}

    assert wrong({page: [link for link in links[page] if broken_link(page, link)] for page in links}) == {}


def test_every_path_in_backticks_exists() -> None:
    paths = {page: [words for words in IN_BACKTICKS.findall(prose(page)) if is_a_path(words)] for page in documents()}

    assert wrong({page: [path for path in paths[page] if missing_path(path)] for page in paths}) == {}


def test_every_make_target_that_is_shown_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shown = {page: re.findall(r"(?:^|`|\$ )make ([a-z-]+)", page.read_text(), re.MULTILINE) for page in documents()}

    assert wrong({page: [target for target in shown[page] if target not in targets] for page in shown}) == {}


def test_these_checks_notice_mistakes() -> None:
    here = ROOT / "README.md"

    assert broken_link(here, "docs/no-such-page.md") and broken_link(here, "../outside.md")
    assert is_a_path("ledger/hours.py") and is_a_path("tests/") and not is_a_path("/exchanges/new")
    assert not is_a_path("ledger/events/<noun>.py") and not is_a_path("hours serve")
    assert missing_path("ledger/no_such_noun.py") and not missing_path("ledger/*.py")
