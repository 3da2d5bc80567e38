"""The reference pages, and the drawing of the packages, are what the code says."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("script", ["docs.write_reference", "docs.draw_architecture"])
def test_generated_documents_are_up_to_date(script: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", script, "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (told.returncode, told.stdout) == (0, ""), told.stderr
