"""One line a measurement, and an exit code that says whether every limit was kept."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FOLDER = Path(__file__).parent
_NO_BENCH = {"__init__", "__main__", "measure", "world"}


@dataclass
class Board:
    """What a bench measured. `over` says whether anything broke its limit."""

    over: bool = field(default=False, init=False)

    def most(self, name: str, measured: float, limit: float, unit: str = "") -> None:
        """A measurement that may not exceed its limit."""
        self._line(name, measured, limit, unit, kept=measured <= limit)

    def least(self, name: str, measured: float, limit: float, unit: str = "") -> None:
        """A measurement that must reach its limit."""
        self._line(name, measured, limit, unit, kept=measured >= limit)

    def _line(self, name: str, measured: float, limit: float, unit: str, *, kept: bool) -> None:
        self.over |= not kept
        print(
            f"{name}: measured {_short(measured)}{unit}, limit {_short(limit)}{unit}, {'ok' if kept else 'over'}",
            flush=True,
        )

    def leave(self) -> None:
        """End the process: 1 when a limit was broken."""
        sys.exit(int(self.over))


def _short(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) < 1000 else f"{value:,.0f}"


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(work: Callable[[], object], yardstick: Callable[[], object], *, rounds: int = 3) -> float:
    """How many times as long as the yardstick the work takes: the median over rounds in which they run in turn."""
    return median(seconds(work) / seconds(yardstick) for _ in range(rounds))


def available() -> Sequence[str]:
    """The names of all benches."""
    return sorted({path.stem if path.suffix else path.name for path in FOLDER.iterdir() if _is_bench(path)})


def _is_bench(path: Path) -> bool:
    if path.name.startswith(("_", ".")) or path.stem in _NO_BENCH:
        return False
    return path.suffix == ".py" or (path / "__main__.py").is_file()


def run_all() -> None:
    """Every bench in a process of its own, so that the peak memory of one is not the next one's; 1 when any was over."""
    codes = [subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode for name in available()]
    sys.exit(int(any(codes)))
