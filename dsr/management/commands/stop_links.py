"""`manage.py stop_links --controller SLUG --csv IN.csv`: the stop link and the two headers for every row of a campaign file.

Reads the columns email, phone and customer_number, writes all columns and stop_url, List-Unsubscribe, List-Unsubscribe-Post.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, cast

from django.core.management.base import BaseCommand
from django.utils import timezone

from dsr.cases.campaigns import LINK_COLUMNS, ONE_CLICK, CampaignFile, CampaignFileError, LinkMaker
from dsr.management.campaign_files import controller_of, reading, writing
from dsr.management.output import fail

if TYPE_CHECKING:
    from typing import TextIO

    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Row by row, in constant memory; wrong rows are left out and named by their line on standard error."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Where from, where to, for whom."""
        parser.add_argument("--controller", required=True, metavar="SLUG")
        parser.add_argument("--csv", required=True, metavar="FILE", help="a file, or - for standard input")
        parser.add_argument("--out", default="-", metavar="FILE", help="a new file; standard output when left out")
        parser.add_argument("--campaign", default="", help="a short name that the links carry")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file; exit code 2 when a row was wrong or the file cannot be read."""
        controller, wrong = controller_of(options["controller"]), 0
        try:
            maker = LinkMaker(controller, now=timezone.now(), campaign=options["campaign"])
            with reading(options["csv"]) as lines, writing(options["out"], cast("TextIO", self.stdout)) as out:
                given = CampaignFile(controller, lines)
                table = csv.writer(out)
                table.writerow([*given.heading, *LINK_COLUMNS])
                for row in given.rows():
                    if row.wrong:
                        wrong += 1
                        self.stderr.write(f"line {row.line}: {row.wrong}")
                        continue
                    link = maker.link(row.contacts[0])
                    table.writerow([*row.cells, link.url, link.header, ONE_CLICK])
        except (CampaignFileError, ValueError) as error:
            raise fail(str(error)) from None
        if wrong:
            raise fail(f"{wrong} rows were left out")
