"""A release is built only from a clean commit whose tag is its version."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house_rules.tree import ROOT

PYPROJECT = """
[build-system]
requires = ["setuptools>=80"]
build-backend = "setuptools.build_meta"

[project]
name = "tiny"
version = "1.2.0"

[tool.setuptools]
py-modules = []
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A project with our Makefile and one commit."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / ".gitignore").write_text("/dist/\n/build/\n*.egg-info/\n")
    git(folder, "init", "--quiet")
    commit(folder)
    return folder


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "tag.gpgSign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--no-gpg-sign", "--message", "A commit")


def release(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `make release` with the tools of this environment, which is already installed."""
    command = ["make", "release", f"BIN={Path(sys.executable).parent}", "EVERYTHING="]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("tags", [[], ["v1.1.0"], ["1.2.0"]])
def test_nothing_is_built_without_a_tag_for_the_version(tiny: Path, tags: list[str]) -> None:
    for tag in tags:
        git(tiny, "tag", tag)

    assert release(tiny).returncode != 0
    assert not (tiny / "dist").exists()


def test_a_tag_on_an_earlier_commit_does_not_count(tiny: Path) -> None:
    git(tiny, "tag", "v1.2.0")
    (tiny / "more.txt").write_text("more\n")
    commit(tiny)

    assert release(tiny).returncode != 0


@pytest.mark.parametrize("change", ["pyproject.toml", "new.txt"])
def test_nothing_is_built_with_uncommitted_changes(tiny: Path, change: str) -> None:
    git(tiny, "tag", "v1.2.0")
    with (tiny / change).open("a") as file:
        file.write("# changed\n")

    assert release(tiny).returncode != 0
    assert not (tiny / "dist").exists()


def test_a_wheel_and_a_source_archive_are_built_from_a_tagged_commit(tiny: Path) -> None:
    git(tiny, "tag", "v1.2.0")

    made = release(tiny)

    assert made.returncode == 0, made.stdout + made.stderr
    assert {path.name for path in (tiny / "dist").iterdir()} == {"tiny-1.2.0-py3-none-any.whl", "tiny-1.2.0.tar.gz"}
