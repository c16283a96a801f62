"""`manage.py tick [--loop]`: one pass of the reconciler, or one every half minute until SIGTERM."""

from __future__ import annotations

import json
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections, connection
from django.utils import timezone

from dsr.work.tick import tick


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
        """Run once, or until told to stop; a pass that runs is finished first."""
        stop = threading.Event()
        if options["loop"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        while True:
            if not connection.in_atomic_block:
                close_old_connections()
            done = tick(timezone.now())
            if options["json"]:
                self.stdout.write(json.dumps(done))
            elif any(done.values()) or not options["loop"]:
                self.stdout.write(", ".join(f"{name} {count}" for name, count in done.items()))
            if not options["loop"] or stop.wait(max(1, options["every"])):
                return
