"""Mails as the desk shows them: to whom (masked), what, how it stands, and those that a person has to settle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.cases import codes
from dsr.models import Message, Notice
from dsr.vault import MissingKeyError, TamperedError
from dsr.wording import mails as wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise

    from dsr.models import Controller

STANDS: Final[Mapping[str, _StrPromise]] = {
    "": gettext_lazy("All"),
    "undelivered": gettext_lazy("Not delivered"),
    "waiting": gettext_lazy("Waiting"),
    "sent": gettext_lazy("Sent"),
    "posted": gettext_lazy("Letter posted"),
}
_S = Message.Status
_CONDITIONS: Final = {
    "": Q(),
    "undelivered": Q(status__in=Message.UNDELIVERED),
    "waiting": Q(status__in=[_S.QUEUED, _S.SENDING]),
    "sent": Q(status=_S.SENT),
    "posted": Q(status=_S.POSTED),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One mail in the list. `to` is masked, and empty for roles that may not know it."""

    url: str
    reference: str
    what: str
    to: str
    at: datetime
    status: str
    colour: str
    trouble: str


def rows(controller: Controller, *, staff: bool, stands: str) -> QuerySet[Any]:
    """Mails to persons, or to staff, the newest first; unknown values of `stands` raise KeyError."""
    if staff:
        found = Notice.objects.of(controller).select_related("user")
    else:
        found = Message.objects.of(controller).filter(by_mail=True).select_related("request")
    return found.filter(_CONDITIONS[stands]).order_by("-created_at", "pk")


def line(row: Message | Notice, *, shown: bool) -> Line:
    """The row in words; its sealed part, and whose account a subscriber's is, for those only who may read it."""
    words, colour = status(row)
    return Line(
        url=reverse("desk:mail", args=[row.pk]),
        reference=row.request.reference if isinstance(row, Message) else "",
        what=wording.kind(row.kind),
        to=_to(row) if shown or _to_colleague(row) else "",
        at=row.sent_at or row.created_at,
        status=words,
        colour=colour,
        trouble=wording.trouble(row.error_code),
    )


def status(row: Message | Notice) -> tuple[str, str]:
    """How a mail stands, in words, and the colour of its tag."""
    trouble = bool(row.error_code)
    return {
        _S.QUEUED: (_("Not delivered yet, trying again"), "warn") if trouble else (_("On its way"), ""),
        _S.SENDING: (_("On its way"), ""),
        _S.SENT: (_("Sent, delayed on the way"), "warn") if trouble else (_("Sent"), "ok"),
        _S.FAILED: (_("Could not be delivered"), "bad"),
        _S.BOUNCED: (_("Came back"), "bad"),
        _S.POSTED: (_("Letter posted"), "ok"),
    }[_S(row.status)]


def _to_colleague(row: Message | Notice) -> bool:
    return isinstance(row, Notice) and row.user.is_staff_member


def _to(row: Message | Notice) -> str:
    if isinstance(row, Notice):
        return row.user.display_name or row.user.email
    try:
        return codes.masked(str(row.content()["to"]))
    except (MissingKeyError, TamperedError, KeyError):
        return ""


def undelivered(rows: Iterable[Message]) -> list[Line]:
    """These mails, which wait for a person, as she reads them: send again, or post a letter."""
    return [line(row, shown=False) for row in rows]
