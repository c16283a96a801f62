"""An erasure takes along what was read for a correction of the same person: no sheet keeps what a store no longer holds (5(1)(e), 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsr.cases import linking, recipient_forget
from dsr.models import CorrectionSheet

if TYPE_CHECKING:
    from dsr.models import Case


@transaction.atomic
def forget_store(*, case: Case, store: str) -> int:
    """Take the values of this store out of the sheets of her corrections; returns how many sheets held any.

    So go the new values in what recipients were told of a correction, and in what is waiting to be sent to them.
    What an approved decision names stays: it is in the letter and proves what was decided. A decision that nobody approved yet is
    void, because it rests on values that are gone; the stores are read again.
    """
    requests = linking.requests_of_person(case.request)
    recipient_forget.values_of_store(requests, store)
    done = 0
    rows = CorrectionSheet.objects.filter(case__request__in=requests)
    for sheet in rows.select_related("case").order_by("pk"):
        content = sheet.content() if sheet.sealed else {}
        approved = bool(sheet.case.approved_sha256)
        named = {int(at) for item in content.get("items", []) for at, _new in item["fields"]} if approved else set()
        read = content.get("values", [])
        gone = [
            at for at, one in enumerate(read) if one["store"] == store and at not in named and one["value"] is not None
        ]
        if not gone:
            continue
        kept = [{**one, "value": None, "keys": []} if at in gone else one for at, one in enumerate(read)]
        items = content.get("items", []) if approved else []
        sheet.put(content | {"values": kept, "items": items})
        if not approved:
            sheet.read_at = sheet.decided_at = None
        sheet.save()
        done += 1
    return done
