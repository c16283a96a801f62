"""What a recipient is sent: the mail L-21 or L-22, a reminder, or an OpenDSR request; the least that finds the record (5.1)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from dsr.cases import corrections
from dsr.cases.clock import local_date
from dsr.cases.mail_text import subject_and_body
from dsr.cases.recipients import OPENDSR_TYPES
from dsr.law.letters import LetterCode
from dsr.models import Recipient, RecipientMail, RecipientNotice, Subject
from dsr.work import wake
from exporters.contract import IdentifierKind
from exporters.identifiers import normalise

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.models import Case

JOB: Final = "dsr.work.jobs.send_recipient_mail"
TOLD, REMINDED = "recipient_told", "recipient_reminded"
Change = RecipientNotice.Change
IDENTIFIER_WORDS: Final = {
    IdentifierKind.CUSTOMER_NUMBER.value: _("Customer number"),
    IdentifierKind.CONTRACT_NUMBER.value: _("Contract number"),
    IdentifierKind.EMAIL.value: _("E-mail address"),
    IdentifierKind.PHONE.value: _("Phone number"),
    IdentifierKind.IBAN.value: _("IBAN"),
    IdentifierKind.NAME.value: _("Name"),
}
_LONGEST: Final = 100
_NUMBER: Final = re.compile(r"(?=.*[0-9])[\w./#-]{1,40}")
"""A customer or contract number: one word with a digit in it, never a sentence."""
_SHAPES: Final = {
    IdentifierKind.EMAIL.value: re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+"),
    IdentifierKind.PHONE.value: re.compile(r"\+?[0-9]{5,15}"),
    IdentifierKind.IBAN.value: re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"),
}


def identifiers_of(case: Case, kind: str, *, stores: frozenset[str] = frozenset()) -> list[str]:
    """The values by which the recipient finds her records, as the stores or the request know them; empty where a person has to say.

    Only values that lead to her, never one that several people share (house.md, Locate). Of several, those of the `stores` that
    were changed; where none of these has one, several are nobody's to choose from by program.
    """
    row = Subject.objects.filter(request=case.request).select_related("request").first()
    known = [item for item in (row.content().get("identifiers", []) if row else []) if item["kind"] == kind]
    if kind == IdentifierKind.NAME.value:
        name = str(case.request.content().get("name", ""))
        return [name] if name else [str(item["value"]) for item in known[:1]]
    hers = [item for item in known if not item.get("shared")]
    concerned = _distinct(kind, [item for item in hers if item["store"] in stores])
    if concerned:
        return concerned
    others = _distinct(kind, hers)
    return others if len(others) == 1 else []


def _distinct(kind: str, items: list[dict[str, str]]) -> list[str]:
    """The values, each once however it is spelled, in the order in which they were learned."""
    found: dict[str, str] = {}
    for item in items:
        found.setdefault(normalise(IdentifierKind(kind), str(item["value"])), str(item["value"]))
    return list(found.values())


def typed_identifier(kind: str, words: str) -> str:
    """What a person typed as an identifier of this kind, in the form in which it compares; empty when it cannot be one."""
    value = " ".join(words.split())
    if not value or len(value) > _LONGEST:
        return ""
    if kind == IdentifierKind.NAME.value:
        return "" if any(char.isdigit() or char in ",;:?!@" for char in value) else value
    found = normalise(IdentifierKind(kind), value)
    return found if _SHAPES.get(kind, _NUMBER).fullmatch(found) else ""


def known(notice: RecipientNotice) -> list[str]:
    """The identifiers this notice goes out with; none when the register finds the record by another kind meanwhile."""
    content = notice.content()
    same = content.get("kind", notice.recipient.identifier) == notice.recipient.identifier
    return [str(value) for value in content.get("identifiers", [])] if same else []


def values_for(case: Case, recipient: Recipient) -> list[list[str]]:
    """Label, new value and store of every corrected field of the datasets this recipient gets (L-21, R-06); nothing it never had."""
    sheet = corrections.sheet_of(case)
    values = corrections.values_of(sheet)
    language = recipient.language.partition("-")[0]
    found: dict[tuple[str, str, str], None] = {}
    for decided in corrections.decided_of(sheet):
        for at, new in decided.fields:
            value = values[at]
            gets = {f"{value.store}.{value.dataset}", f"{value.store}.*"} & set(recipient.datasets)
            if gets or recipient.name in {name.get("en") for name in value.recipients}:
                found[str(value.label.get(language) or value.label.get("en") or value.column), new, value.store] = None
    return [list(pair) for pair in found]


def way_for(notice: RecipientNotice) -> str:
    """By mail, by call or by hand: OpenDSR has a word for erasures only, of anything else its mail address hears."""
    recipient = notice.recipient
    if recipient.way == Recipient.Way.OPENDSR and notice.change != Change.ERASED:
        return Recipient.Way.MAIL
    return str(recipient.way)


def queue(*, notice: RecipientNotice, kind: str, now: datetime) -> RecipientMail:
    """Keep what is sent as a row and wake a worker; part of the caller's transaction."""
    row = RecipientMail(controller=notice.controller, notice=notice, kind=kind, created_at=now, not_before=now)
    write(row, notice)
    row.save(force_insert=True)
    wake.nudge(JOB, str(row.pk))
    return row


def write(row: RecipientMail, notice: RecipientNotice) -> None:
    """Put into the row what is sent, as notice and register say now; the caller saves."""
    row.put(_call(notice) if way_for(notice) == Recipient.Way.OPENDSR else _mail(notice, row.kind))


def _mail(notice: RecipientNotice, kind: str) -> dict[str, Any]:
    """The subject names our reference and nobody (A-16); the text holds the identifier."""
    case, recipient, content = notice.case, notice.recipient, notice.content()
    public = notice.letter == LetterCode.PUBLIC_NOTICE
    with translation.override(recipient.language):
        context = {
            "controller": case.controller,
            "reference": case.request.reference,
            "recipient": recipient.name,
            "change": notice.change,
            "public": public,
            "day": local_date(case.controller, notice.told_at or now_of(notice)),
            "label": IDENTIFIER_WORDS[recipient.identifier],
            "identifiers": known(notice),
            "values": [pair[:2] for pair in content.get("values", [])],
            "reminder": kind == REMINDED,
        }
        subject, body = subject_and_body("recipient_notice", context)
    return {"to": recipient.email, "subject": subject, "body": body}


def now_of(notice: RecipientNotice) -> datetime:
    """When the change was carried out, as far as the notice knows: it is made when the stores have been read again."""
    return notice.created_at


def _call(notice: RecipientNotice) -> dict[str, Any]:
    """An OpenDSR 2.0 request for erasure: its id is the notice's, so that the same request twice is one request there.

    A reminder is the same request once more: a recipient that has it answers 201 again, one that lost it gets it.
    """
    recipient = notice.recipient
    asked = notice.case.request.received_at
    body = {
        "regulation": "gdpr",
        "subject_request_id": str(notice.pk),
        "subject_request_type": "erasure",
        "submitted_time": asked.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "api_version": "2.0",
        "subject_identities": [
            {
                "identity_type": OPENDSR_TYPES[recipient.identifier],
                "identity_value": value,
                "identity_format": "raw",
            }
            for value in known(notice)
        ],
    }
    return {"endpoint": recipient.endpoint, "secret": recipient.secret, "payload": json.dumps(body, ensure_ascii=True)}
