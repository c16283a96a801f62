"""`manage.py tick [--loop]`: one pass of the reconciler, or one every half minute until SIGTERM."""

from __future__ import annotations

import json
import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from dsr.work import budget
from dsr.work.tick import tick

log = logging.getLogger(__name__)
GRACE_SECONDS = 3.0
"""What the pass that runs gets after SIGTERM; what it has committed stays, the next tick goes on."""


class Command(BaseCommand):
    """Any number of copies may run; a timer or cron line without `--loop` does as well."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until SIGTERM or Ctrl-C")
        parser.add_argument(
            "--every", type=int, default=30, metavar="SECONDS", help="pause between passes (default 30)"
        )
        parser.add_argument("--json", action="store_true", help="print what each pass did as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once, or until told to stop; the pass that runs then is finished or, after GRACE_SECONDS, interrupted."""
        stop = threading.Event()

        def end(*_: object) -> None:
            stop.set()
            budget.shorten(GRACE_SECONDS)

        if options["loop"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, end)
        while True:
            if not connection.in_atomic_block:
                close_old_connections()
            self._once(stop, as_json=options["json"], quiet=options["loop"])
            if not options["loop"] or stop.wait(max(1, options["every"])):
                return

    def _once(self, stop: threading.Event, *, as_json: bool, quiet: bool) -> None:
        try:
            done = tick(timezone.now(), stopping=stop.is_set)
        except DatabaseError as error:
            if not quiet:
                raise
            # The loop outlives a restart of the database; /healthz says meanwhile that it is down.
            log.warning("the tick could not write its pulse (%s)", type(error).__name__)
            return
        if as_json:
            self.stdout.write(json.dumps(done))
        elif any(done.values()) or not quiet:
            self.stdout.write(", ".join(f"{name} {count}" for name, count in done.items()))
