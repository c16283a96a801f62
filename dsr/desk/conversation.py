"""Messages, letters and mails of a request in one list, oldest first, as the desk shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dsr import wording
from dsr.law.letters import LetterCode
from dsr.models import Message

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.models import Request

_LETTERS = {code.value for code in LetterCode}


@dataclass(frozen=True, slots=True)
class Line:
    """One message: from whom, when, what; `mail` says how its delivery stands when it is a mail."""

    who: str
    at: datetime
    own: bool
    title: str = ""
    text: str = field(default="", repr=False)
    mail: str = ""
    kind: str = ""
    anchor: str = ""


def conversation(request: Request) -> list[Line]:
    """Everything written between the person and the office about this request."""
    return [_line(row) for row in request.messages.select_related("author", "request").order_by("created_at", "pk")]


def _line(row: Message) -> Line:
    content = row.content()
    if row.by_mail:
        words, kind = _delivery(row)
        return Line(_("Mail"), row.created_at, own=True, title=str(content.get("subject", "")), mail=words, kind=kind)
    text = str(content.get("body", ""))
    if row.kind in _LETTERS:
        title, anchor = wording.letter(row.kind), f"message-{row.pk}"
        return Line(_("Letter"), row.created_at, own=True, title=title, text=text, anchor=anchor)
    if row.inbound:
        return Line(_("The person"), row.created_at, own=False, text=text)
    author = row.author
    return Line((author.display_name or author.email) if author else _("Office"), row.created_at, own=True, text=text)


def _delivery(row: Message) -> tuple[str, str]:
    match Message.Status(row.status):
        case Message.Status.SENT:
            return _("Sent"), "ok"
        case Message.Status.FAILED:
            return _("Could not be delivered"), "bad"
        case Message.Status.BOUNCED:
            return _("Came back, the address does not work"), "bad"
        case Message.Status.POSTED:
            return _("Sent by post instead"), "ok"
        case Message.Status.QUEUED | Message.Status.SENDING:
            return (_("Not delivered yet, trying again"), "warn") if row.error_code else (_("On its way"), "")
