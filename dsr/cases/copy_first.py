"""The copy comes before the erasure (T-25, T-26, SC-25): nothing of a person is erased while she waits for a copy of it.

Whichever way the two rights came: in one message, on two days, one of them by phone. Only what is known to be hers counts, the
account, a proven number, a colleague's word: whoever merely types her number holds up nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dsr.cases import linking
from dsr.law.rights import Right
from dsr.models import Case

if TYPE_CHECKING:
    from django.db.models import QuerySet

COPIES: Final = (Right.ACCESS.value, Right.PORTABILITY.value)


def owed(case: Case) -> QuerySet[Case]:
    """The open cases that owe the person of this case a copy, the oldest first."""
    hers = linking.requests_of_person(case.request)
    rows: QuerySet[Case] = Case.objects.open().filter(controller=case.controller_id, request__in=hers, right__in=COPIES)
    return rows.exclude(pk=case.pk).select_related("request").order_by("received_on", "pk")
