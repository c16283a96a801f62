"""`manage.py store list|new|check|collect|plan|apply|residue|discover|coverage`: look at stores, connect them, and carry out approved plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.management.output import DeskCommand
from dsr.management.store import collecting, erasing, listing, mapping, new

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

VERBS = {
    "list": listing.run_list,
    "new": new.run_new,
    "check": listing.run_check,
    "collect": collecting.run_collect,
    "plan": erasing.run_plan,
    "apply": erasing.run_apply,
    "residue": erasing.run_residue,
    "discover": mapping.run_discover,
    "coverage": mapping.run_coverage,
}


class Command(DeskCommand):
    """`collect` prints a person's data to the terminal: use it on test subscribers."""

    help = __doc__ or ""

    def add_more(self, parser: CommandParser) -> None:
        """Sub-commands."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        for module in (listing, new, collecting, erasing, mapping):
            module.add(verbs)
        for sub in verbs.choices.values():
            sub.add_argument("--json", action="store_true", help="print JSON instead of text")

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Hand over to the verb's function; refusals become one line on stderr and exit code 2."""
        self.as_json = bool(options["json"])
        VERBS[options["verb"]](self, **options)
        return None
