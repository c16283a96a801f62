"""`manage.py reindex [--after ID]`: make requests of an earlier release findable by every spelling that is searched today.

Nothing is taken away, so it may run as often as it likes and beside everything else. Stopped, it goes on behind the id it printed last.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from dsr.cases import reindexing
from dsr.management.output import DeskCommand, fail
from dsr.models import Controller

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """A line for each chunk on stderr, the sum at the end."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """Where to begin, and how many requests are in memory at a time."""
        parser.add_argument("--controller", metavar="SLUG", help="only this controller; needed with --after")
        parser.add_argument("--after", type=uuid.UUID, metavar="ID", help="begin behind this request")
        parser.add_argument("--chunk", type=int, default=reindexing.CHUNK, help="requests at a time")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Index all controllers, one after the other."""
        self.as_json = bool(options["json"])
        rows = Controller.objects.order_by("slug")
        if options["controller"]:
            rows = rows.filter(slug=options["controller"])
        if not rows:
            raise fail("there is no controller with this name")
        if options["after"] and not options["controller"]:
            raise fail("say with --controller whose requests begin behind this id")
        if options["chunk"] < 1:
            raise fail("a chunk has at least one request")
        looked = added = closed = 0
        for controller in rows:
            for step in reindexing.run(controller=controller, after=options["after"], chunk=options["chunk"]):
                looked, added, closed = looked + step.looked, added + step.added, closed + step.closed
                self.stderr.write(
                    f"{controller.slug}: {looked} requests, {added} tokens added, next --after {step.last}"
                )
        self.one({"requests": looked, "tokens_added": added, "keys_gone": closed})
