"""Tests that this machine cannot run: a run says how many, and what they need."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_without_a_browser_a_run_says_how_many_tests_it_left_out_and_how_to_get_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "tests/e2e/test_whose_screen.py"]
    told = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert "Left out: 1 tests. no Chromium on this machine: install the package chromium" in told.stdout
