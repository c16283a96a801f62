"""`manage.py suppressed --controller SLUG --csv IN.csv --channel email`: who of a campaign file must get no marketing.

Writes the rows that may be sent (`--allowed`, standard output when left out) and, when asked, those that may not.
"""

from __future__ import annotations

import contextlib
import csv
from typing import TYPE_CHECKING, Any, cast

from django.core.management.base import BaseCommand
from django.utils import timezone

from dsr.cases.campaigns import CampaignFile, CampaignFileError, judge
from dsr.law.policies import MarketingChannel
from dsr.management.campaign_files import controller_of, reading, writing
from dsr.management.output import fail

if TYPE_CHECKING:
    from typing import TextIO

    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Row by row, in constant memory; a wrong row is never allowed and is named by its line on standard error."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Where from, where to, through which channel."""
        parser.add_argument("--controller", required=True, metavar="SLUG")
        parser.add_argument("--csv", required=True, metavar="FILE", help="a file, or - for standard input")
        parser.add_argument("--channel", required=True, choices=[channel.value for channel in MarketingChannel])
        parser.add_argument("--allowed", default="-", metavar="FILE", help="a new file; standard output when left out")
        parser.add_argument("--suppressed", metavar="FILE", help="a new file for the rows that must not be sent")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the files and the counts; exit code 2 when a row was wrong or the file cannot be read."""
        controller, channel = controller_of(options["controller"]), MarketingChannel(options["channel"])
        counts = {"allowed": 0, "suppressed": 0, "wrong": 0}
        try:
            with contextlib.ExitStack() as files:
                lines = files.enter_context(reading(options["csv"]))
                given = CampaignFile(controller, lines, letters=channel is MarketingChannel.POST)
                stdout = cast("TextIO", self.stdout)
                out = csv.writer(files.enter_context(writing(options["allowed"], stdout)))
                named = options["suppressed"]
                apart = csv.writer(files.enter_context(writing(named, stdout))) if named else None
                for table in filter(None, (out, apart)):
                    table.writerow(given.heading)
                for judged in judge(controller, given.rows(), channel=channel, now=timezone.now()):
                    if judged.row.wrong:
                        counts["wrong"] += 1
                        self.stderr.write(f"line {judged.row.line}: {judged.row.wrong}")
                        continue
                    counts["suppressed" if judged.suppressed else "allowed"] += 1
                    if not judged.suppressed:
                        out.writerow(judged.row.cells)
                    elif apart:
                        apart.writerow(judged.row.cells)
        except CampaignFileError as error:
            raise fail(str(error)) from None
        self.stderr.write("{allowed} allowed, {suppressed} suppressed, {wrong} wrong".format(**counts))
        if counts["wrong"]:
            raise fail(f"{counts['wrong']} rows were left out")
