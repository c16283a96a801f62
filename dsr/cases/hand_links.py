"""The way in for a department: a link of which only the hash is kept, and a code to the address the link went to.

Mails are forwarded. So the token alone opens nothing but a page that offers to send a code to the address it knows, and only
the code opens what is asked (which names a subscriber).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import translation

from dsr.addresses import base_url
from dsr.cases import codes
from dsr.cases.actors import owner
from dsr.cases.mail_text import subject_and_body
from dsr.cases.perform import record
from dsr.cases.scope import stores_of
from dsr.models import HandLink, HandTask, OneTimeCode, OwnerMail, Task
from dsr.work import wake

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.cases.codes import Checked
    from dsr.models import Controller

PATH: Final = "/by-hand"
LINK_FOR: Final = timedelta(days=14)
WITH_OWNER: Final = "with_owner"
"""The code of a task that waits for a department, and for nobody at the desk."""
SILENT: Final = "owner_silent"
"""The code of a task whose department did not answer; its links still work, since late is better than never."""
_LONGEST: Final = 100


class Standing(StrEnum):
    """What a link is worth now."""

    OPEN = "open"
    EXPIRED = "expired"  # a fresh one can be had, at the same address
    OVER = "over"  # taken back, answered, or no longer needed


@dataclass(frozen=True, slots=True)
class Opened:
    """A link somebody holds, and what it is worth."""

    link: HandLink
    standing: Standing


def address_of(link: HandLink) -> str:
    """Where the mail with this link went, and where its code goes."""
    content = link.hand.content()
    return str(content["escalation" if link.reader == HandLink.Reader.ESCALATION else "email"])


def mail(*, hand: HandTask, kind: str, reader: str, now: datetime) -> HandLink:
    """Make a link for LINK_FOR and queue the mail that carries it; part of the caller's transaction.

    Subject and text hold the reference and the name of the store, nothing of the subscriber (A-16).
    """
    token = secrets.token_urlsafe(32)
    link = HandLink(
        controller=hand.controller,
        hand=hand,
        reader=reader,
        digest=_digest(token),
        created_at=now,
        expires_at=now + LINK_FOR,
    )
    link.save(force_insert=True)
    content, case = hand.content(), hand.task.case
    config = stores_of(case.controller).get(hand.task.store)
    with translation.override(str(content["language"])):
        label = config.label if config else {}
        language = str(content["language"]).partition("-")[0]
        context = {
            "controller": case.controller,
            "request": case.request,
            "owner": content["name"],
            "system": label.get(language) or label.get("en") or hand.task.store,
            "answer_by": hand.answer_by,
            "link": f"{base_url(case.controller)}{PATH}/{token}/",
        }
        subject, body = subject_and_body(kind, context)
    row = OwnerMail(controller=hand.controller, hand=hand, kind=kind, created_at=now, not_before=now)
    row.put({"to": address_of(link), "subject": subject, "body": body})
    row.save(force_insert=True)
    wake.nudge("dsr.work.jobs.send_owner_mail", str(row.pk))
    return link


def end_links(*, hand: HandTask, now: datetime) -> int:
    """No link of this task opens anything any more; returns how many did."""
    return hand.links.filter(ended_at__isnull=True).update(ended_at=now)


def _digest(token: str) -> str:
    return hashlib.sha256(f"hand link {token}".encode()).hexdigest()


def by_token(*, controller: Controller, token: str, now: datetime) -> Opened | None:
    """The link a token belongs to; None for what is no token of this controller."""
    if len(token) > _LONGEST:
        return None
    return _found(controller, now, digest=_digest(token))


def by_id(*, controller: Controller, link_id: str, now: datetime) -> Opened | None:
    """The link with this id, for a session that has shown its token before."""
    return _found(controller, now, pk=link_id)


def _found(controller: Controller, now: datetime, **named: str) -> Opened | None:
    rows = HandLink.objects.of(controller).select_related(
        "hand__task__case__request", "hand__task__case__controller", "hand__controller", "controller"
    )
    link = rows.filter(**named).first()
    return Opened(link, _standing(link, now)) if link is not None else None


def _standing(link: HandLink, now: datetime) -> Standing:
    task = link.hand.task
    waits = task.status == Task.Status.MANUAL and task.error_code in {WITH_OWNER, SILENT}
    if link.ended_at is not None or not waits:
        return Standing.OVER
    return Standing.OPEN if now < link.expires_at else Standing.EXPIRED


@transaction.atomic
def renew(*, link: HandLink, now: datetime) -> None:
    """A fresh link to the address the old one went to; whoever holds an expired one learns nothing by asking."""
    fresh = mail(hand=link.hand, kind="hand_asked", reader=link.reader, now=now)
    HandLink.objects.filter(pk=link.pk).update(ended_at=now)
    task = link.hand.task
    data = {"operation": task.operation, "store": task.store, "round": link.hand.round, "link": str(fresh.pk)}
    record(case_id=task.case_id, kind="hand_link_renewed", actor=owner(link), now=now, data=data)


def send_code(*, link: HandLink, now: datetime) -> None:
    """Send a code to the address of a link. TooManyCodesError, LockedError: see dsr.cases.codes."""
    content = {"to": address_of(link), "language": str(link.hand.content()["language"])}
    codes.make(
        controller=link.controller,
        purpose=OneTimeCode.Purpose.HAND,
        request=link.hand.task.case.request,
        asker=link.pk.hex,
        content=content,
        now=now,
    )


def enter_code(*, link: HandLink, entered: str, now: datetime) -> Checked:
    """Judge the code that was typed for a link; the first right one is an event of the case."""
    code = codes.newest(
        controller=link.controller,
        purpose=OneTimeCode.Purpose.HAND,
        request=link.hand.task.case.request,
        asker=link.pk.hex,
    )
    if code is None:
        return codes.Checked("expired")
    checked = codes.check(code=code, entered=entered, now=now)
    if checked.status == "ok":
        _note_opened(link, now)
    return checked


@transaction.atomic
def _note_opened(link: HandLink, now: datetime) -> None:
    if HandLink.objects.filter(pk=link.pk, opened_at__isnull=True).update(opened_at=now):
        task = link.hand.task
        data = {"operation": task.operation, "store": task.store, "link": str(link.pk), "reader": link.reader}
        record(case_id=task.case_id, kind="hand_opened", actor=owner(link), now=now, data=data)
