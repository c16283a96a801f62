"""`manage.py suppression_key new|list --controller SLUG`: the keys under which the suppression list hashes addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsr.cases import suppression_keys
from dsr.cases.actors import SYSTEM
from dsr.management.campaign_files import controller_of
from dsr.management.output import DeskCommand

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(DeskCommand):
    """A new key hashes from now on; the older ones answer until no entry is left under them."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """Sub-commands."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("new", help="begin another key")
        verbs.add_parser("list", help="the keys that are asked, and how many entries are under each")
        for sub in verbs.choices.values():
            sub.add_argument("--controller", required=True, metavar="SLUG")
            sub.add_argument("--json", action="store_true", help="print JSON instead of text")

    def run_new(self, **options: Any) -> None:
        """Begin it; an event of the set-up."""
        controller = controller_of(options["controller"])
        number = suppression_keys.new_key(controller=controller, actor=SYSTEM, now=timezone.now())
        self.one({"key": number})

    def run_list(self, **options: Any) -> None:
        """Numbers and counts, never a key."""
        found = suppression_keys.entries(controller_of(options["controller"]))
        rows = [{"key": number, "entries": count} for number, count in found.items()]
        self.rows(rows, empty="No entry yet.")
