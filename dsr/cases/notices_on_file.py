"""A short mail to the contact on file when somebody proved to be a customer, or tried and failed: the true person hears of it.

Where it goes is asked from the store when it is sent, outside of any transaction. The row is the same whether or not the
customer number is ours, so that neither a page nor its time tells. The mail names the reference and nothing else (A-16).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils import translation

from dsr.addresses import base_url
from dsr.cases.mail_text import subject_and_body
from dsr.models import Message, Request
from dsr.work import wake

if TYPE_CHECKING:
    from datetime import datetime

USED: Final = "identity_used"
LOCKED: Final = "identity_locked"


def tell(*, request: Request, kind: str, known: tuple[tuple[str, str], ...], now: datetime) -> None:
    """Queue the mail for the first of the (store, customer number) pairs; once per request and kind."""
    rows = Message.objects.of(request.controller).filter(request=request, kind=kind)
    if not known or rows.exists():
        return
    store, number = known[0]
    controller = request.controller
    link = f"{base_url(controller)}/requests/{request.reference}/"
    with translation.override(request.language):
        subject, body = subject_and_body(kind, {"request": request, "controller": controller, "link": link})
    message = Message(controller=controller, request=request, kind=kind, created_at=now, not_before=now)
    message.put({"to": "", "on_file": [store, number], "subject": subject, "body": body})
    message.save(force_insert=True)
    wake.nudge("dsr.work.jobs.send_message", str(message.pk))
