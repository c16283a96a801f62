"""`manage.py clock`: when an answer is due, with the arithmetic; for one request or a CSV file of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dsr.law.calendars import Scope
from dsr.law.clock import due_dates
from dsr.law.rights import Right
from dsr.management import clock_input
from dsr.management.output import DeskCommand, fail

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

OPTIONS = {
    "jurisdiction": ("PLACE", "where the controller answers, e.g. DE-BY"),
    "received": ("TIME", "local time of receipt, e.g. 2026-05-04T18:30"),
    "timezone": ("ZONE", "the controller's, e.g. Europe/Berlin"),
    "right": ("RIGHT", ", ".join(Right)),
    "regime": ("CODE", "EU_GDPR …; follows from the place when left out"),
    "scope": ("SCOPE", ", ".join(Scope)),
    "buffer-days": ("DAYS", "internal buffer before the act-by date"),
    "extended-to": ("DATE", "where the controller names the date of an extension itself"),
}


class Command(DeskCommand):
    """Asks the pure clock (dsr.law.clock); reads no database."""

    help = __doc__ or ""
    requires_system_checks = []

    def add_more(self, parser: CommandParser) -> None:
        """The facts a due date depends on."""
        for name, (kind, text) in OPTIONS.items():
            parser.add_argument(f"--{name}", default="", metavar=kind, help=text)
        spans = "identity, clarification or fee; no END while open"
        parser.add_argument("--suspend", action="append", default=[], metavar="START:END:KIND", help=spans)
        parser.add_argument("--holiday", action="append", default=[], metavar="DATE", help="a local holiday")
        parser.add_argument("--extended", action="store_true", help="with the extension")
        parser.add_argument(
            "--batch", default="", metavar="FILE", help="a CSV file, - for standard input; one JSON line a row"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compute and print; bad input becomes one line on stderr and exit code 2."""
        self.as_json = bool(options["json"])
        try:
            if options["batch"]:
                self._batch(options["batch"])
            else:
                self._single(options)
        except ValueError as wrong:
            raise fail(str(wrong)) from wrong

    def _single(self, options: dict[str, Any]) -> None:
        given = clock_input.clock_input(
            **{name: options[name] for name in (option.replace("-", "_") for option in OPTIONS)},
            extended=options["extended"],
            suspensions=[clock_input.suspension(word) for word in options["suspend"]],
            holidays=options["holiday"],
        )
        answer = due_dates(given)
        self.one(clock_input.as_json(answer) if self.as_json else clock_input.as_text(answer))

    def _batch(self, name: str) -> None:
        # Everything is computed before anything is printed: a bad row must not leave half an answer behind.
        answers = [(row_id, due_dates(given)) for row_id, given in clock_input.batch(clock_input.read(name))]
        for row_id, clock in answers:
            due = clock.due_on.isoformat() if clock.due_on else None
            self.stdout.write(json.dumps({"id": row_id, "due_on": due}, ensure_ascii=False))
