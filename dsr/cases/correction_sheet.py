"""What of a correction's sheet stays when it has served (5(1)(e)): what was decided, not what else the stores held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsr.models import CorrectionSheet

if TYPE_CHECKING:
    from dsr.models import Case


@transaction.atomic
def forget_values(*, case: Case) -> None:
    """Keep only the values that the decision names: the others were read to find the right one.

    Called when the stores were changed, and when the case is closed in whatever way: refused, taken back, by hand. Another
    round, after a dispute, begins with another reading.
    """
    sheet: CorrectionSheet | None = CorrectionSheet.objects.filter(case=case).select_related("case").first()
    if sheet is None:
        return
    content = sheet.content()
    named = {int(at) for item in content.get("items", []) for at, _new in item["fields"]}
    read = content.get("values", [])
    kept = [one if at in named else {**one, "value": None, "keys": [], "meaning": {}} for at, one in enumerate(read)]
    sheet.put(content | {"values": kept})
    sheet.read_at = sheet.decided_at = None
    sheet.save()
