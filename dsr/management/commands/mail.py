"""`manage.py mail bounce|list`: takes mail that came back from standard input; lists what was not delivered.

The mail server pipes one mail: `| manage.py mail bounce`. The exit code is 0 whatever the mail says, so that a server never
returns a report on a report; 75 when we cannot note it (the database does not answer), which asks the
server to try again later.
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from dsr.cases.bounce_text import MAX_BYTES
from dsr.cases.bounces import Taken, take
from dsr.management.output import DeskCommand, fail
from dsr.models import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.management.base import CommandParser

log = logging.getLogger(__name__)
TRY_LATER: Final = 75
"""EX_TEMPFAIL of sysexits(3)."""


class Command(DeskCommand):
    """Prints counts and codes; never an address."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """Sub-commands."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        back = verbs.add_parser("bounce", help="take mail that came back, from standard input or from files")
        back.add_argument("files", nargs="*", metavar="FILE", help="files with one mail each; standard input when none")
        verbs.add_parser("list", help="mails that were not delivered and wait for a person")
        for sub in verbs.choices.values():
            sub.add_argument("--json", action="store_true", help="print JSON instead of text")

    def run_bounce(self, **options: Any) -> None:
        """Mark the mails they are about; how many there were of each kind."""
        counts: Counter[str] = Counter()
        for raw in _mails(options["files"]):
            try:
                counts[take(raw=raw, now=timezone.now())] += 1
            except Exception:
                # Whatever went wrong is ours, most likely a database that is away: the mail server keeps the mail.
                log.exception("a mail that came back could not be noted")
                sys.exit(TRY_LATER)
        log.info("mail that came back: %s", ", ".join(f"{name} {n}" for name, n in sorted(counts.items())) or "none")
        self.one({kind.value: counts[kind] for kind in Taken})

    def run_list(self, **options: Any) -> None:
        """Undelivered mails to persons, the oldest first."""
        rows = (
            Message.objects.filter(by_mail=True, status__in=Message.UNDELIVERED)
            .order_by("created_at", "pk")
            .values_list("pk", "request__reference", "kind", "status", "error_code", "created_at")
        )
        names = ("mail", "reference", "kind", "status", "code", "made")
        self.rows([dict(zip(names, row, strict=True)) for row in rows], empty="nothing undelivered")


def _mails(files: list[str]) -> Iterator[bytes]:
    if not files:
        yield sys.stdin.buffer.read(MAX_BYTES)
        # Read to the end: a server that cannot write the rest would call the delivery failed.
        while sys.stdin.buffer.read(MAX_BYTES):
            pass
    for name in files:
        try:
            with Path(name).open("rb") as file:
                yield file.read(MAX_BYTES)
        except OSError as error:
            raise fail(f"{name} cannot be read: {error.strerror}") from None
