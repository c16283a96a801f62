"""A legal hold stops every removal: the one place that asks for it. Whatever deletes or shreds something of a case asks here.

A hold on one right holds the whole request, because words, proof and messages belong to all of its cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from dsr.cases.perform import RefusedError
from dsr.law.codes import RefusalCode
from dsr.law.workflow import Refusal
from dsr.models import Case

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dsr.models import RowId


def free(rows: QuerySet[Any], *, request: str) -> QuerySet[Any]:
    """The rows whose request is under no hold; `request` is the lookup of its id from these rows (`case__request_id`)."""
    held = Case.objects.filter(request_id=OuterRef(request), legal_hold=True)
    return rows.exclude(Exists(held))


def insist_free(request_id: RowId) -> None:
    """Raise RefusedError (legal_hold) while any case of the request is held."""
    if Case.objects.filter(request_id=request_id, legal_hold=True).exists():
        raise RefusedError(Refusal(RefusalCode.LEGAL_HOLD))
