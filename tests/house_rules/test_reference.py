"""Pages that are written from the code are up to date: the reference, and the drawing of the packages."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("script", ["docs.write_reference", "docs.draw_architecture"])
def test_generated_pages_are_up_to_date(script: str) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", script, "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (checked.returncode, checked.stdout) == (0, ""), checked.stderr
