"""What the shutdown tests run in processes of their own: a store, a pass of the tick and a page that take their time.

Each touches the file named by SLOW_STARTED when its slow part begins.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporters.contract import Batch, Match, MatchStatus, RowKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from exporters.contract import Subject


def _started() -> None:
    Path(os.environ["SLOW_STARTED"]).touch()


class SlowStore:
    """Knows everybody, and gives a row every twentieth of a second for ten minutes."""

    def __init__(self, config: Any) -> None:
        self._config = config

    def locate(self, subject: Subject) -> Match:
        """Found at once."""
        return Match(MatchStatus.FOUND, (RowKey("customers", (1,)),))

    def collect(self, subject: Subject, keys: tuple[RowKey, ...]) -> Iterator[Batch]:
        """Batch by batch; the worker looks between two of them whether it is to end."""
        for number in range(12_000):
            yield Batch("customers", ("id",), ((number,),))
            _started()
            time.sleep(0.05)


def tick(seconds: float) -> None:
    """`manage.py tick --loop` with one more pass, which takes so many seconds."""
    import django

    django.setup()
    from django.core.management import call_command

    from dsr.work import pulses
    from dsr.work import tick as module

    def slow_pass(now: datetime) -> int:
        _started()
        time.sleep(seconds)
        pulses.keep({"slow_pass_done": ""}, now=now)
        return 1

    def never_reached(now: datetime) -> int:
        pulses.keep({"after_the_end": ""}, now=now)
        return 1

    module.PASSES = (slow_pass, never_reached)
    call_command("tick", "--loop", "--every", "600")


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The product's web application; `/readyz` takes two seconds."""
    from dsr.wsgi import application as real

    if environ["PATH_INFO"] == "/readyz":
        _started()
        time.sleep(2)
    answer: Iterable[bytes] = real(environ, start_response)
    return answer


if __name__ == "__main__":
    tick(float(sys.argv[1]))
