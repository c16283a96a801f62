"""Handing a one-time code to whatever carries it: a mail, a text message, a letter in the folder of the post room.

Where it goes is asked from the store, outside of any transaction, and never from a form (house.md "Signed in is not
identified"). What goes wrong is logged as a code: neither the digits nor the destination.
"""

from __future__ import annotations

import logging
from email.utils import make_msgid
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from dsr.addresses import base_url
from dsr.carriers import post, sms
from dsr.cases import codes
from dsr.cases.clock import local_date
from dsr.cases.mail_text import subject_and_body
from dsr.fulfil import contact
from dsr.fulfil.gather import head_of, sender_of
from dsr.models import OneTimeCode
from dsr.output.code_letter import ProofLetter, proof_letter
from dsr.output.inputs import Addressee, OutputError
from dsr.output.pdf import RenderError, render_pdf
from dsr.work.mailer import Trouble, hand_over
from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)
Way = OneTimeCode.Way
_MINUTES = int(codes.LIFETIME.total_seconds() // 60)


def send(code_id: str, *, now: datetime) -> None:
    """Claim a code and send it, if it is still to be sent; a failure that may pass is left to the next tick."""
    if not codes.unsent(now).filter(pk=code_id).update(sent_at=now):
        return
    code = OneTimeCode.objects.select_related("controller", "user", "request__account").get(pk=code_id)
    try:
        with translation.override(_language(code)):
            found = _CARRIERS[code.way](code, now)
    except Temporary as error:
        found = Trouble(error.code, final=False)
    except Permanent as error:
        log.warning("code %s cannot be sent: %s at %s", code.pk, error.code, error.place)
        return
    except Exception as error:  # noqa: BLE001 -- what was being read is somebody's contact
        log.warning("code %s cannot be sent: %s", code.pk, type(error).__name__)
        return
    if found is not None:
        _not_sent(code, found)


def _not_sent(code: OneTimeCode, found: Trouble) -> None:
    """Leave it to the next tick while the code is still good for something; an answer for good is for nobody but the log."""
    log.warning("code %s could not be sent (%s)%s", code.pk, found.code, "" if found.final else ", yet")
    if not found.final:
        OneTimeCode.objects.filter(pk=code.pk).update(sent_at=None)


def _language(code: OneTimeCode) -> str:
    if code.purpose == OneTimeCode.Purpose.HAND:  # to a department, in its language
        return str(code.content()["language"])
    return str((code.request.language if code.request else code.user.language if code.user else "") or "en")


def _mail(code: OneTimeCode, now: datetime) -> Trouble | None:
    to = _destination(code, "email", now)
    if not to:
        return None  # the page says the same whether or not the number is ours
    context = {"code": codes.grouped(codes.draw(code=code)), "controller": code.controller, "minutes": _MINUTES}
    subject, body = subject_and_body("code", context)
    # Another Message-ID each time: the digits are new as well, and a mailbox that knows the id would drop the newer mail.
    message_id = make_msgid(domain=code.controller.privacy_email.rpartition("@")[2])
    return hand_over(controller=code.controller, to=to, subject=subject, body=body, message_id=message_id)


def _sms(code: OneTimeCode, now: datetime) -> Trouble | None:
    to = _destination(code, "phone", now)
    if not to:
        return None
    words = _("%(code)s is your code for %(name)s. It works for %(minutes)s minutes. Tell it to nobody.") % {
        "code": codes.grouped(codes.draw(code=code)),
        "name": code.controller.name,
        "minutes": _MINUTES,
    }
    try:
        return sms.send(to, words)
    except ImproperlyConfigured:
        return Trouble("gateway_configuration", final=True)


def _destination(code: OneTimeCode, kind: str, now: datetime) -> str:
    """Where it goes: kept with the code, so that a second try goes to the same place, and whether the contact is a new one."""
    content: dict[str, Any] = code.content()
    if "to" not in content:
        store, number = content["store"], content["customer_number"]
        held = contact.on_file(code.controller, store, number)
        content["to"] = getattr(held, kind)
        if content["to"]:
            until = contact.new_until(
                held, kind, controller=code.controller, store=store, customer_number=number, now=now
            )
            content |= {"new_until": until.isoformat()} if until else {}
        code.put(content)
        OneTimeCode.objects.filter(pk=code.pk).update(sealed=code.sealed)
    return str(content["to"])


def _letter(code: OneTimeCode, now: datetime) -> Trouble | None:
    """Print it: the same code again gives a new PDF with new digits under the same name, so that one letter leaves."""
    content, asked = code.content(), code.request
    case = asked.cases.order_by("right").first() if asked else None
    if asked is None or case is None or code.printed_at is not None:
        return None
    lines = contact.address_on_file(code.controller, content["store"], content["customer_number"])
    if len(lines) < 2:  # noqa: PLR2004 -- a name alone is no address
        log.info("letter %s has nowhere to go", code.pk)
        return None
    letter = ProofLetter(
        sender=sender_of(code.controller),
        addressee=Addressee(lines[0], lines[1:]),
        head=head_of(case, written_at=code.created_at),
        code=codes.grouped(codes.draw(code=code)),
        until=local_date(code.controller, code.expires_at),
        open_url=f"{base_url(code.controller)}{reverse('portal:letter-code')}",
    )
    try:
        post.put(
            letter_id=code.pk,
            pdf=render_pdf([proof_letter(letter)])[0],
            controller=code.controller.slug,
            reference=asked.reference,
            language=asked.language,
            now=now,
        )
    except (OSError, RenderError, OutputError) as error:
        return Trouble(type(error).__name__, final=False)
    OneTimeCode.objects.filter(pk=code.pk).update(printed_at=timezone.now())
    return None


_CARRIERS = {Way.MAIL.value: _mail, Way.SMS.value: _sms, Way.POST.value: _letter}


def collect_posted(now: datetime, *, limit: int) -> int:
    """Note which letters left the folder; take out those whose code is over. Returns how many. Files are asked, no store."""
    if not post.reachable():
        return 0
    lying = OneTimeCode.objects.filter(way=Way.POST, printed_at__isnull=False, posted_at__isnull=True)
    done = 0
    for code in lying.order_by("printed_at")[:limit]:
        if code.expires_at <= now or code.used_at is not None or not post.waits(code.pk):
            post.remove(code.pk)
            done += OneTimeCode.objects.filter(pk=code.pk, posted_at__isnull=True).update(posted_at=now)
    return done
