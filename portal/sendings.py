"""What became of a person's wish to have her data sent to another provider, for the page of her request (P-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dsr.fulfil.portable import handover_of
from dsr.law.workflow import CLOSED, State
from dsr.models import Transmission
from dsr.output.portable_letter import transmission

if TYPE_CHECKING:
    from dsr.models import Artifact, Case, Request

_DECIDED = CLOSED | {State.NOTIFYING}


def sendings_of(asked: Request) -> list[list[str]]:
    """Paragraphs for each copy that was sent, or that could not be; nothing before somebody approved it.

    Only for a request whose person is identified: the receipt is as personal as the answer.
    """
    if not asked.identified_at:
        return []
    rows = Transmission.objects.filter(case__request=asked, case__state__in=[state.value for state in _DECIDED])
    zone = ZoneInfo(asked.controller.timezone)
    return [transmission(handover_of(row, zone)).split("\n\n") for row in rows.order_by("created_at")]


def later_letter(case: Case, package: Artifact) -> Artifact | None:
    """The letter that was laid out after the one inside the package, because of what became of the sending (L-14)."""
    inside = {file["path"]: file["sha256"] for file in package.details.get("files", [])}
    rows = case.artifacts.filter(kind="letter", superseded_at__isnull=True, released_at__isnull=False)
    row: Artifact | None = rows.order_by("-created_at").first()
    return row if row is not None and inside.get("letter.pdf", row.sha256) != row.sha256 else None
