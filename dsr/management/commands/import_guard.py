"""`manage.py import_guard --controller SLUG --csv IN.csv`: which rows of an import may be taken in.

Leaves out whoever was erased or objected to marketing, and writes why by the number of the line, never by a value.
"""

from __future__ import annotations

import contextlib
import csv
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from django.core.management.base import BaseCommand
from django.utils import timezone

from dsr.cases import import_guard
from dsr.cases.campaigns import CampaignFile, CampaignFileError, named_columns
from dsr.law.policies import MarketingChannel
from dsr.management.campaign_files import controller_of, reading, writing
from dsr.management.output import fail

if TYPE_CHECKING:
    from typing import TextIO

    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Row by row, in constant memory; exit code 2 when a row could not be read."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Where from, where to, which columns."""
        parser.add_argument("--controller", required=True, metavar="SLUG")
        parser.add_argument("--csv", required=True, metavar="FILE", help="a file, or - for standard input")
        parser.add_argument("--out", default="-", metavar="FILE", help="a new file; standard output when left out")
        parser.add_argument("--reasons", metavar="FILE", help="a new file: line number and code of what was left out")
        parser.add_argument(
            "--columns", default="", metavar="KIND=NAME,…", help="columns with other names, e.g. email=Mail,phone=Tel"
        )
        parser.add_argument(
            "--channel",
            action="append",
            choices=[channel.value for channel in MarketingChannel],
            help="people who objected to this channel are left out; to any when not given; may be repeated",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the files and the counts, and record the counts."""
        controller, now = controller_of(options["controller"]), timezone.now()
        counts: Counter[str] = Counter()
        try:
            with contextlib.ExitStack() as files:
                lines = files.enter_context(reading(options["csv"]))
                given = CampaignFile(controller, lines, letters=True, columns=named_columns(options["columns"]))
                stdout = cast("TextIO", self.stdout)
                out = csv.writer(files.enter_context(writing(options["out"], stdout)))
                named = options["reasons"]
                reasons = csv.writer(files.enter_context(writing(named, stdout)) if named else self.stderr)
                out.writerow(given.heading)
                if named:
                    reasons.writerow(["line", "code"])
                for row, code in import_guard.guard(
                    controller, given.rows(), now=now, channels=options["channel"] or ()
                ):
                    counts[code or "taken"] += 1
                    (reasons if code else out).writerow([row.line, code] if code else row.cells)
        except CampaignFileError as error:
            raise fail(str(error)) from None
        wrong = sum(count for code, count in counts.items() if code.startswith("not_usable"))
        kept = {
            "rows": counts.total(),
            "taken": counts["taken"],
            "erased": counts["erased"],
            "objected": counts["objected"],
            "not_usable": wrong,
        }
        import_guard.recorded(controller=controller, counts=kept, now=now)
        self.stderr.write(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in kept.items()))
        if wrong:
            raise fail(f"{wrong} rows could not be read and were left out")
