"""Messages are rows first: queued in the transaction that caused them, sent by a job, never with personal data in the subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from dsr.models import Message, Request, User
from dsr.work import wake

if TYPE_CHECKING:
    from datetime import datetime

MAX_WORDS = 5000


def queue_mail(*, request: Request, kind: str, to: str, now: datetime, context: dict[str, Any]) -> Message:
    """Queue a mail of `kind` in the language of the request; templates/mail/<kind>.txt: first line the subject, then the text.

    Subjects hold the reference only. The text holds nothing personal but the greeting (rules.md A-16).
    """
    controller = request.controller
    link = f"{settings.DSR_BASE_URL}/requests/{request.reference}/"
    with translation.override(request.language):
        text = render_to_string(f"mail/{kind}.txt", {"request": request, "controller": controller, "link": link, **context})
    subject, _, body = text.strip().partition("\n")
    message = Message(controller=controller, request=request, kind=kind, created_at=now, not_before=now)
    message.put({"to": to, "subject": subject.strip(), "body": body.strip() + "\n"})
    message.save(force_insert=True)
    wake.nudge("dsr.work.jobs.send_message", str(message.pk))
    return message


def portal_message(*, request: Request, text: str, inbound: bool, author: User | None, now: datetime) -> Message:
    """A message in the portal's conversation; an answer from the office also sends a mail that says only that it is there."""
    message = Message(
        controller=request.controller,
        request=request,
        kind="message",
        inbound=inbound,
        by_mail=False,
        author=author,
        status=Message.Status.SENT,
        created_at=now,
        not_before=now,
        sent_at=now,
    )
    message.put({"body": text.strip()[:MAX_WORDS]})
    message.save(force_insert=True)
    return message


def contact_of(request: Request) -> str:
    """The e-mail address the person gave for the answer, or her account's; empty when she wants letters."""
    given = str(request.content().get("contact_email", ""))
    return given or (request.account.email if request.account else "")
