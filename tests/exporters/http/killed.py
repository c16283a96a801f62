"""Applies a plan to the stand-in in a process of its own and kills itself right after the journal took the N-th step of a
state: `python -m tests.exporters.http.killed FOLDER done:3`. SENT is killed before the call leaves, DONE after its answer.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from exporters.contract import lines_from_json
from exporters.journal import FileJournal
from exporters.registry import load_stores, open_store
from tests.exporters.http.test_rest_erasing import NOW, law

if TYPE_CHECKING:
    from exporters.journal import Step


class Deadly(FileJournal):
    """A journal that ends the process."""

    at = ("", 0)
    seen = 0

    def put(self, step: Step) -> None:
        super().put(step)
        self.seen += step.state.value == self.at[0]
        if self.seen == self.at[1] and step.state.value == self.at[0]:
            os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, point: str) -> None:
    journal = Deadly(folder / "journal")
    state, _, number = point.partition(":")
    journal.at = (state, int(number))
    open_store(load_stores(folder / "stores.yaml")["crm"]).apply(
        lines_from_json(json.loads((folder / "lines.json").read_text(encoding="utf-8"))),
        approval="a",
        now=NOW,
        check=lambda: None,
        keep_until=law,
        journal=journal,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
