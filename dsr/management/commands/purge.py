"""`manage.py purge --dry-run | --replay FILE | --export | --numbers`: what the tick purges next, what a restored backup must
lose again, and the numbers of what was purged.

The tick purges by itself (rules 4.2 no. 25); without an option this does the same at once. docs/vault.md.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsr.cases import ledger, purge
from dsr.cases.perform import RefusedError
from dsr.fulfil import end_of_life
from dsr.management.output import DeskCommand, fail
from dsr.models import CaseStatistic, Request

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """Prints references and counts; a purged request cannot come back."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """One of three, or none."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--dry-run", action="store_true", help="only say what would be purged")
        which.add_argument("--replay", metavar="FILE", help="purge again what this ledger names, after a restore")
        which.add_argument("--export", action="store_true", help="append every living entry to the ledger once more")
        which.add_argument(
            "--numbers", action="store_true", help="the statistics that stay (merge small cells to publish)"
        )
        parser.add_argument("--limit", type=int, default=10_000, help="requests at most (default 10000)")

    def handle(self, *args: Any, **options: Any) -> str | None:
        """The option says which; there is no verb."""
        verb = next((name for name in ("dry_run", "replay", "export", "numbers") if options[name]), "now")
        return super().handle(*args, **{**options, "verb": verb})

    def run_dry_run(self, **options: Any) -> None:
        """The requests that are due, with what would go and what stands in the way."""
        now = timezone.now()
        rows = [_outlook(pk, now) for pk in purge.due(now=now, limit=options["limit"])]
        self.rows(rows, empty="nothing is due")

    def run_now(self, **options: Any) -> None:
        """What the tick would do, in one go."""
        self.one({"purged": end_of_life.purge_due(now=timezone.now(), limit=options["limit"])})

    def run_numbers(self, **options: Any) -> None:
        """Purged cases per controller, month of receipt, right, regime, outcome and timeliness."""
        rows = CaseStatistic.objects.select_related("controller").order_by(
            "controller__slug", "month", "right", "outcome"
        )
        self.rows(
            [
                {
                    "controller": row.controller.slug,
                    "month": row.month.strftime("%Y-%m"),
                    "right": row.right,
                    "regime": row.regime,
                    "outcome": row.outcome,
                    "on_time": "yes" if row.on_time else "no",
                    "cases": row.cases,
                    "days_average": round(row.days_total / row.cases, 1) if row.cases else 0,
                    "days_longest": row.days_longest,
                }
                for row in rows
            ],
            empty="nothing was purged yet",
        )

    def run_export(self, **options: Any) -> None:
        """Append the ledger from the tombstones, for one that was lost or could not be written."""
        self.one({"written": ledger.again(), "file": ledger.path()})

    def run_replay(self, **options: Any) -> None:
        """Purge what came back; exit 1 when a legal hold of the backup stands against it."""
        now = timezone.now()
        try:
            cases = ledger.returned(Path(options["replay"]), today=now.date())
        except ledger.LedgerError as error:
            raise fail(str(error)) from None
        except OSError as error:
            raise fail(f"the ledger cannot be read: {error.strerror}") from None
        requests = {case.request_id: case.request.reference for case in cases}
        held = []
        for pk, reference in requests.items():
            try:
                end_of_life.replay(request_id=pk, now=now)
            except RefusedError as error:
                held.append({"reference": reference, "why": error.refusal.code})
        if held:
            self.rows(held, empty="")
            sys.exit(1)
        self.one({"purged_again": len(requests)})


def _outlook(request_id: Any, now: datetime) -> dict[str, Any]:
    request = Request.objects.select_related("controller").get(pk=request_id)
    cases = list(request.cases.select_related("controller"))
    until = [purge.keep_until(case) for case in cases]
    last = max((day for day in until if day), default=None)
    ready = last is not None and None not in until and last < now.date()
    return {
        "reference": request.reference,
        "cases": len(cases),
        "kept_until": last,
        "files": sum(case.artifacts.exclude(storage_name="").count() for case in cases),
        "ready": "yes" if ready else "no",
    }
