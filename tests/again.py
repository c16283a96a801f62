"""`python -m tests.again ARGS`: pytest with ARGS; what fails is asked once more, alone on a quiet machine, and is named either way.

Thousands of tests with real servers, browsers and killed processes share a few cores; now and then one of them times out because its
neighbours took the machine. That is told apart from a fault by asking again, one test at a time. A test that passes only the second time
is printed as unsteady, for somebody to mend. More than `FEW` failures are never chance and are not asked again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

FAILED = 1
FEW = 4
_LAST = Path(".pytest_cache/v/cache/lastfailed")


def main(arguments: list[str]) -> int:
    """The exit code of pytest: of the first run, or of the second when a few tests failed in the first."""
    _LAST.unlink(missing_ok=True)
    code = subprocess.call([sys.executable, "-m", "pytest", *arguments])
    if code != FAILED or not _LAST.exists():
        return code
    failed = sorted(json.loads(_LAST.read_text(encoding="utf-8")))
    if not 0 < len(failed) <= FEW or not all("::" in one for one in failed):
        return code
    again = subprocess.call(
        [sys.executable, "-m", "pytest", "-n", "0", *failed], env={**os.environ, "PYTEST_ADDOPTS": "-p no:randomly"}
    )
    for one in failed:
        print(f"{'unsteady' if again == 0 else 'failed'}: {one}", flush=True)  # noqa: T201
    return again


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
