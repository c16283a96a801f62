"""Files that were sent to us, as the desk lists them: on the page of files and beside the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases import uploads
from dsr.desk.access import Duty, Sight, duty_refusal, sees
from dsr.desk.forms.uploads import AddFilesForm
from dsr.models import Upload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.functional import _StrPromise

    from dsr.desk.access import DeskRequest
    from dsr.models import Case

WHY_NO_NAMES: _StrPromise = gettext_lazy("Your role may see that files were sent, not what they are called or say.")


def sent_context(request: DeskRequest, case: Case, form: AddFilesForm | None = None) -> dict[str, Any]:
    """Rows with names for those who may see the person's words, a form to add files, and which buttons the role has."""
    shown = sees(request.actor, Sight.PERSON)
    # What belongs to a message that is not sent yet is still the person's own.
    unsent = Q(purpose=Upload.Purpose.MESSAGE, message=None)
    ours = Q(purpose__in=uploads.OURS)
    rows = case.request.uploads.exclude(unsent | ours).select_related("seen_by").order_by("created_at", "pk")
    may_check = duty_refusal(request.actor, Duty.IDENTIFY)
    may_add = duty_refusal(request.actor, Duty.REGISTER)
    return {
        "sent_files": [_row(one, shown=shown) for one in uploads.shown(rows)],
        "sees_names": shown,
        "why_no_names": WHY_NO_NAMES,
        "why_no_check": wording.refusal(may_check) if may_check else "",
        "add_form": None if may_add or not shown else form or AddFilesForm(),
    }


def waiting_proofs(request: DeskRequest, proofs: Sequence[Upload]) -> dict[str, Any] | None:
    """How many proofs nobody has looked at yet, and when the first goes by itself; None without one, or for other roles."""
    if not proofs or duty_refusal(request.actor, Duty.IDENTIFY):
        return None
    ends = [proof.delete_after for proof in proofs if proof.delete_after is not None]
    return {"count": len(proofs), "until": min(ends, default=None)}


def _row(one: uploads.Shown, *, shown: bool) -> dict[str, Any]:
    upload = one.upload
    there = upload.deleted_at is None and bool(upload.storage_name)
    return {
        "shown": one,
        "name": one.name if shown else "",
        "opens": shown and there,
        "proof": there and upload.purpose in uploads.PROOFS,
        "seen_by": (upload.seen_by.display_name or upload.seen_by.email) if upload.seen_by else "",
    }
