"""What the demo's database and stores hold before the web server starts: tables, stores, people at work, running cases."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command

from dsr.demo import cases, office, stores
from dsr.work import wake

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class Progress:
    """Says what is done, with the seconds since the start."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._began = time.monotonic()

    def __call__(self, text: str) -> None:
        """Report one finished step."""
        self._say(f"{time.monotonic() - self._began:5.1f} s  {text}")


def build(*, now: datetime, say: Callable[[str], None]) -> None:
    """Make what is missing, as of `now` (aware UTC); a second call finds everything there and changes nothing."""
    done = Progress(say)
    call_command("migrate", interactive=False, verbosity=0)
    done("database tables are up to date")
    call_command("collectstatic", interactive=False, verbosity=0)
    done("style sheets and scripts are in place")
    written = stores.build_files(Path(settings.VAR_DIR) / "demo", today=now.date())
    done(f"demo stores {'built' if written else 'are there'}: billing, RADIUS and recordings of an invented provider")
    controller = office.open_office()
    done(f"staff and subscriber accounts of {controller.name} are there")
    with wake.asleep():
        opened = cases.open_all(controller=controller, now=now, done=done)
        opened += cases.open_further(controller=controller, now=now, writes=True)
    done(f"{opened} requests opened" if opened else "requests are there")


def fill(*, now: datetime, say: Callable[[str], None], pause: float) -> None:
    """Bring every right to every stage it has, while the demo runs: `pause` seconds after each request belong to the others."""
    done = Progress(say)
    with wake.asleep():
        opened = cases.open_further(controller=office.open_office(), now=now, writes=False, pause=pause)
    done(
        f"{opened} more requests opened: every right at every stage"
        if opened
        else "every right is there at every stage"
    )
