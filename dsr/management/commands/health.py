"""`manage.py health`: what /healthz knows, for people and for cron on the machine itself; exit code 1 when it is failing."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from dsr.health import FAILING, report
from dsr.wording.alarms import ALARMS


class Command(BaseCommand):
    """Needs no token: who may run this may read the database."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="everything, as /healthz answers it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the status and, for every alarm, what is wrong and what to do."""
        found = report(now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2))
        else:
            self.stdout.write(found["status"])
            for alarm in found["alarms"]:
                what, remedy = ALARMS[alarm["code"]]
                marks = [alarm.get("where"), alarm.get("detail")]
                where = f" ({', '.join(mark for mark in marks if mark)})" if any(marks) else ""
                self.stdout.write(f"{'!' if alarm['urgent'] else '-'} {alarm['code']}{where}: {what}\n    {remedy}")
        if found["status"] == FAILING:
            sys.exit(1)
