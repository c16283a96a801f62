"""`manage.py replay_erasures --since TIME [--dry-run] [--ledger FILE] [--store NAME]`: after a backup was restored, find who of
those that were erased is back, and erase them again.

TIME is when the restored backup was made (UTC unless it says otherwise). Counts only are printed. docs/after-erasure.md.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsr.cases import erasure_file
from dsr.cases.erasure_file import LedgerError
from dsr.fulfil import replay_all
from dsr.management.output import DeskCommand, fail

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """Exit code 1 when somebody has to look: an older dump, a store that cannot be asked, a plan that waits."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """When the dump was made, and where the ledger lies."""
        parser.add_argument(
            "--since", required=True, metavar="TIME", help="when the restored backup was made (ISO 8601)"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say how many are back")
        parser.add_argument(
            "--ledger", metavar="FILE", help="read this ledger first (our own database was restored, too)"
        )
        parser.add_argument("--store", default="", help="only this store")

    def handle(self, *args: Any, **options: Any) -> str | None:
        """One thing to do; there is no verb."""
        return super().handle(*args, **{**options, "verb": "replay"})

    def run_replay(self, **options: Any) -> None:
        """Read the ledger, compare each store, order what is to be done again."""
        now = timezone.now()
        since = _time(options["since"])
        if since > now:
            raise fail("--since lies in the future: say when the restored backup was made")
        if options["ledger"]:
            self._take_in(Path(options["ledger"]), now)
        file = Path(options["ledger"]) if options["ledger"] else None
        troubles = self._before_the_ledger(since, file, options["store"]) + self._damaged(file)
        rows = replay_all.replay(since=since, store=options["store"], dry=options["dry_run"], now=now)
        if options["store"] and not rows:
            raise fail(f"no store is called {options['store']!r}")
        self.rows(rows, empty="no store is configured")
        if troubles or any(row["error"] or row["waiting"] or row["without_case"] for row in rows):
            sys.exit(1)

    def _take_in(self, file: Path, now: datetime) -> None:
        try:
            taken = erasure_file.take_in(file, today=now.date())
        except LedgerError as error:
            raise fail(str(error)) from None
        except OSError as error:
            raise fail(f"the ledger cannot be read: {error.strerror}") from None
        self.stderr.write(f"{taken} entries were taken from the ledger")

    def _damaged(self, file: Path | None) -> int:
        """Say how many lines of the ledger cannot be read: whoever they name is found only if the database names her too."""
        lines = erasure_file.damaged(file)
        if lines:
            self.stderr.write(
                f"lines of the ledger that are damaged and were skipped: {lines}. Whoever they name is found only if our"
                " own database still knows it. Look for a whole copy of the ledger."
            )
        return lines

    def _before_the_ledger(self, since: datetime, file: Path | None, store: str) -> bool:
        """Say that the dump is older than what the ledger remembers; whoever was erased before that is not found."""
        try:
            first = replay_all.remembers_from(file, store=store)
        except LedgerError as error:
            raise fail(str(error)) from None
        if first is None:
            raise fail("there is no ledger of erasures yet: nobody who was erased can be found again")
        if since >= first:
            return False
        self.stderr.write(
            f"the backup is of {since:%Y-%m-%d %H:%M} UTC, and the ledger remembers erasures from {first:%Y-%m-%d %H:%M} UTC:"
            " whoever was erased between the two is not found here. Compare with the certificates of that time."
        )
        return True


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise fail("--since is a time like 2026-11-21T03:00 or 2026-11-21T03:00+01:00") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
