"""`make bench-stores`: collecting, changing, searching a store of three million sessions; each in a process of its own."""

from __future__ import annotations

import importlib
import subprocess
import sys

from bench.measure import Board

PARTS = ("collecting", "changing", "searching")


def main() -> None:
    """All parts, or the ones named on the command line; the process ends with 1 when a limit was broken."""
    wanted = sys.argv[1:] or PARTS
    if len(wanted) > 1:
        codes = [
            subprocess.run([sys.executable, "-m", "bench.stores", part], check=False).returncode for part in wanted
        ]
        sys.exit(int(any(codes)))
    board = Board()
    importlib.import_module(f"bench.stores.{wanted[0]}").run(board)
    board.leave()


if __name__ == "__main__":
    main()
