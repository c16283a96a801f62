"""Reading what an answer holds, as a handler would: every suggestion accepted, every text and file marked as checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.cases import answer, redactions
from dsr.cases.redactions_open import waiting
from dsr.models import Case, RowId

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dsr.law.workflow import Actor


def settle(case_id: RowId, *, actor: Actor, now: datetime, drain: Callable[[], object] | None = None) -> Case:
    """Accept every suggestion, check the rest; build the answer again (`drain` runs it) when that voided the draft."""
    case = Case.objects.get(pk=case_id)
    for item in waiting(case):
        redactions.accept_all(item_id=item.pk, seen=item.version, actor=actor, now=now)
    case.refresh_from_db()
    if not case.manifest_sha256:
        paragraph = str(case.content().get("paragraph", ""))
        answer.draft(case_id=case.pk, paragraph=paragraph, actor=actor, now=now)
        if drain is not None:
            drain()
        case = Case.objects.get(pk=case.pk)
    return case
