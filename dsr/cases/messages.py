"""Messages are rows first: queued in the transaction that caused them, sent by a job, never with personal data in the subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import translation

from dsr.addresses import base_url
from dsr.cases import actors, uploads
from dsr.cases.duties import Duty
from dsr.cases.mail_text import subject_and_body
from dsr.cases.perform import insist, insist_not_close, record
from dsr.law.rights import IdentityLevel
from dsr.models import Message, Request, User
from dsr.work import wake

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dsr.models import Upload

MAX_WORDS = 5000


def queue_mail(*, request: Request, kind: str, to: str, now: datetime, context: dict[str, Any]) -> Message:
    """Queue a mail of `kind` in the language of the request; templates/mail/<kind>.txt: first line the subject, then the text.

    Subjects hold the reference only. The text holds nothing personal but the greeting (rules.md A-16).
    """
    controller = request.controller
    # An address that was only given may be anybody's: nothing the sender typed goes there, not even a name.
    if request.identity_level < IdentityLevel.KNOWN:
        context = context | {"name": ""}
    link = f"{base_url(controller)}/requests/{request.reference}/"
    with translation.override(request.language):
        subject, body = subject_and_body(kind, {"request": request, "controller": controller, "link": link, **context})
    message = Message(controller=controller, request=request, kind=kind, created_at=now, not_before=now)
    message.put({"to": to, "subject": subject, "body": body})
    message.save(force_insert=True)
    wake.nudge("dsr.work.jobs.send_message", str(message.pk))
    return message


def _in_portal(request: Request, kind: str, text: str, now: datetime, **fields: Any) -> Message:
    message = Message(
        controller=request.controller,
        request=request,
        kind=kind,
        by_mail=False,
        status=Message.Status.SENT,
        created_at=now,
        not_before=now,
        sent_at=now,
        **fields,
    )
    message.put({"body": text})
    message.save(force_insert=True)
    return message


@transaction.atomic
def from_subject(*, request: Request, text: str, now: datetime, files: Sequence[Upload] = ()) -> Message:
    """What the person writes on the page of her request, with `files` she added; asking something does not stop the clock."""
    message = _in_portal(request, "message", text.strip()[:MAX_WORDS], now, inbound=True)
    uploads.attach(message=message, uploads=files)
    return message


@transaction.atomic
def from_office(*, request: Request, text: str, author: User, now: datetime, files: Sequence[Upload] = ()) -> Message:
    """An answer of the office with `files` it gives along; the mail that follows says only that it is there. What went along is
    an event by hash and size on each case. RefusedError: a role that writes none, or somebody too close to the person (4.3).
    """
    insist(actors.staff(author), Duty.MESSAGE)
    insist_not_close(actors.staff(author), request.pk)
    message = _in_portal(request, "message", text.strip()[:MAX_WORDS], now, author=author)
    if uploads.attach(message=message, uploads=files):
        told = [{"sha256": one.sha256, "size": one.size} for one in files]
        for case_id in request.cases.order_by("pk").values_list("pk", flat=True):
            data = {"message": str(message.pk), "enclosures": told}
            record(case_id=case_id, kind="files_given", actor=actors.staff(author), now=now, data=data)
    to = contact_of(request)
    if to:
        name = str(request.content().get("name", ""))
        queue_mail(request=request, kind="new_message", to=to, now=now, context={"name": name})
    return message


def contact_of(request: Request) -> str:
    """The e-mail address the person gave for the answer, or her account's; empty when she wants letters."""
    given = str(request.content().get("contact_email", ""))
    return given or (request.account.email if request.account else "")
