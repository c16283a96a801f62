"""What the demo prints when it is open: who can sign in, and where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.demo.office import PASSWORD, STAFF, SUBSCRIBERS
from dsr.law.rights import Right

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def lines(base: str, *, mails: Path, played: Mapping[str, int]) -> list[str]:
    """The lines, one below the other.

    `base` is the address without a slash at its end, `mails` the folder of the mails, `played` the ports of the systems
    that stand-ins play, by name.
    """
    systems = ", ".join(f"{name} on port {port}" for name, port in played.items())
    return [
        "",
        "Northwave is open.",
        f"  Portal  {base}/",
        f"  Desk    {base}/desk/",
        "",
        f"  Everybody's password: {PASSWORD}",
        *(f"  {'desk':<8}{person.email:<40}{person.says}" for person in STAFF),
        *(f"  {'portal':<8}{person.email:<40}{person.says}" for person in SUBSCRIBERS),
        "",
        "  Every right at every stage; the last requests come within a minute or two:",
        *(f"  {right.value:<20}{base}/desk/?view=open&right={right.value}" for right in Right),
        "",
        f"  Systems of vendors are played by stand-ins on this machine: {systems}.",
        f"  Mails are written to {mails}, none is sent.",
        "  Stop with Ctrl-C.",
        "",
    ]
