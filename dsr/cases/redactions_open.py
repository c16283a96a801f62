"""What of an answer is still to be read or decided before a second person sees it, and who approved what was taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q

from dsr.models import Case, RedactionItem, RedactionMark

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.models import RowId


def waiting(case: Case) -> QuerySet[Any]:
    """Items of the latest collection that nobody has finished: unread, or with a suggestion that is not decided."""
    return _unfinished(RedactionItem.objects.filter(case=case, present=True))


def waiting_in(cases: Iterable[Case]) -> dict[Any, int]:
    """How many items wait in each of these cases, by case: one query, whatever their number."""
    rows = _unfinished(RedactionItem.objects.filter(case__in=[case.pk for case in cases], present=True))
    return dict(rows.order_by().values_list("case_id").annotate(n=Count("pk")))


def _unfinished(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(Q(checked_at__isnull=True) | Q(whole="suggested") | open_mark())


def open_mark() -> Exists:
    """Whether a suggestion in the item is not decided."""
    return Exists(RedactionMark.objects.filter(item=OuterRef("pk"), state=RedactionMark.State.SUGGESTED))


def reviewed(*, case: Case, by: RowId | None, now: datetime) -> None:
    """Note who approved the answer with these redactions in it (X-07); in the transaction of the approval."""
    RedactionItem.objects.filter(case=case, present=True).update(reviewed_by_id=by, reviewed_at=now)
