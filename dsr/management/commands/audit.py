"""`manage.py audit verify [--case REFERENCE]`: re-compute every link of the event chains of cases and set-up, every tombstone
and every daily anchor; exit 1 when one is broken.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dsr.audit import verify_case, verify_setup, verify_tombstones
from dsr.cases import anchors
from dsr.management.output import DeskCommand, fail
from dsr.models import Case, Controller, Tombstone

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """Prints each fault with case, sequence number and code: gap, link, hash, state, note, head, tombstone, anchor."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """The verb and an optional reference."""
        parser.add_argument("verb", choices=["verify"])
        parser.add_argument("--case", metavar="REFERENCE", help="only the cases of this request")

    def run_verify(self, **options: Any) -> None:
        """Verify all chains, a case at a time."""
        cases = Case.objects.select_related("controller", "request").order_by("received_on", "pk")
        if options["case"]:
            cases = cases.filter(request__reference=options["case"])
            if not cases.exists():
                raise fail("there is no request with this reference")
        checked, faults = 0, []
        for case in cases.iterator(chunk_size=200):
            checked += 1
            faults += verify_case(case)
        rows = [{"case": f.case_id, "seq": f.seq, "fault": f.code} for f in faults]
        stones = 0
        if not options["case"]:
            stones = Tombstone.objects.count()
            owners = Controller.objects.order_by("slug")
            rows += [{"case": f.case_id, "seq": f.seq, "fault": f.code} for one in owners for f in verify_setup(one)]
            rows += [{"case": f.case_id, "seq": f.seq, "fault": f.code} for f in verify_tombstones()]
            rows += [{"case": day, "seq": 0, "fault": "anchor"} for day in anchors.faults()]
        if rows:
            self.rows(rows, empty="")
            sys.exit(1)
        self.one({"cases": checked, "tombstones": stones, "faults": 0})
