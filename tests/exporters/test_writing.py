"""The page about writing an exporter: its files run as they stand, and the exporter is as short as it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "exporters" / "writing.md"
MOST_LINES = 60


def _files() -> dict[str, str]:
    blocks = re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return dict(blocks)


def test_the_exporter_of_the_page_is_short() -> None:
    code = [line for line in _files()["newsletter.py"].splitlines() if line.strip()]

    assert 20 < len(code) < MOST_LINES


def test_the_exporter_of_the_page_passes_the_kit(tmp_path: Path) -> None:
    for name, text in _files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")  # the project's own settings stay out
    command = [
        sys.executable,
        "-m",
        "pytest",
        "test_newsletter.py",
        "-q",
        "-rs",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:django",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DJANGO"))}
    environment["PYTHONPATH"] = os.pathsep.join((str(tmp_path), str(ROOT)))

    ended = subprocess.run(
        command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True, timeout=120
    )

    assert ended.returncode == 0, ended.stdout[-4000:]
    passed = re.search(r"(\d+) passed", ended.stdout)
    assert passed is not None
    assert int(passed[1]) >= 28, ended.stdout
    assert "Newsletter does not claim Residues" in ended.stdout
    assert "TestNewsletter does not say claim()" in ended.stdout
