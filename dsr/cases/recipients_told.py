"""Who was told, for the person herself: named when she asks, which is noted in the case (Art. 19 sentence 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsr.cases.perform import RefusedError, record
from dsr.cases.recipient_notices import CHANGES
from dsr.law.workflow import ANSWERED, Refusal
from dsr.models import Case, Event, RecipientNotice
from dsr.vault import MissingKeyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from dsr.law.workflow import Actor
    from dsr.models import Request, RowId

ASKED = "recipients_named"


def answered_with_recipients(asked: Request) -> list[Case]:
    """The answered cases of a request that changed data others got; none once the file was shredded."""
    rows = Case.objects.of(asked.controller).filter(
        request=asked, right__in=list(CHANGES), state__in=[state.value for state in ANSWERED]
    )
    return [case for case in rows.select_related("request", "controller").order_by("right") if _settled(case)]


def _settled(case: Case) -> dict[str, str]:
    try:
        return dict(case.content().get("recipients", {}))
    except MissingKeyError:
        return {}


def asked_for(cases: Sequence[Case]) -> frozenset[UUID]:
    """The cases among these in which she has asked already."""
    found = Event.objects.filter(case__in=cases, action=ASKED).values_list("case_id", flat=True) if cases else ()
    return frozenset(found)


def hearers(case: Case) -> list[tuple[str, str, datetime | None]]:
    """Name, why not told (empty when it was), and when, of every recipient of a case, by name."""
    rows = RecipientNotice.objects.filter(case=case, told_at__isnull=False).order_by("told_at", "pk")
    at = {row.content()["name"]: row.told_at for row in rows.select_related("case")}
    return [(name, str(why), at.get(name)) for name, why in sorted(_settled(case).items())]


@transaction.atomic
def name_to_subject(*, case_id: RowId, actor: Actor, now: datetime) -> None:
    """Note that she asked and was shown the names; pressing twice changes nothing. RefusedError before the answer."""
    case: Case = Case.objects.select_related("request", "controller").get(pk=case_id)
    if case.state not in ANSWERED or not _settled(case):
        raise RefusedError(Refusal("wrong_state", {"state": case.state, "right": case.right}))
    if case.pk not in asked_for([case]):
        record(case_id=case.pk, kind=ASKED, actor=actor, now=now, data={"recipients": len(_settled(case))})
