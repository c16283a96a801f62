"""`store plan`, `store apply`, `store residue`: erasure from the command line, by the same approved plans as everywhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dsr.management import erasure

if TYPE_CHECKING:
    from dsr.management.output import DeskCommand


def add(verbs: Any) -> None:
    """The request to plan for, the plan to carry out, the store to search."""
    planning = verbs.add_parser("plan", help="plan an erasure anew: what goes, what stays, why; changes nothing")
    planning.add_argument("reference")
    planning.add_argument("--as", dest="user", required=True, metavar="EMAIL")
    applying = verbs.add_parser("apply", help="carry out an approved plan; exit 1 while something waits for a person")
    applying.add_argument("plan", help="the id of an approved plan")
    searching = verbs.add_parser("residue", help="what still names the person in one store; exit 1 when it must not")
    searching.add_argument("reference")
    searching.add_argument("store")


def run_plan(command: DeskCommand, **options: Any) -> None:
    """The plan's lines as counts."""
    command.rows(erasure.make_plan(options["reference"], options["user"]), empty="nothing to erase in any store")


def run_apply(command: DeskCommand, **options: Any) -> None:
    """What each store came to."""
    rows = erasure.apply_plan(options["plan"])
    command.rows(rows, empty="nothing to do")
    if any(row["status"] != "done" for row in rows):
        sys.exit(1)


def run_residue(command: DeskCommand, **options: Any) -> None:
    """Hits by whose row they are in."""
    rows = erasure.residue(options["reference"], options["store"])
    command.rows(rows, empty="nothing names the person any more")
    if any(row["whose"] in {"hers", "unlinked"} for row in rows):
        sys.exit(1)
