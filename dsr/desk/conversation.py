"""Messages, letters and mails of a request in one list, oldest first, as the desk shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases.uploads import Shown, shown
from dsr.desk import mails
from dsr.fulfil.letters import IN_PACKAGE
from dsr.law.letters import LetterCode
from dsr.models import Letter

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.desk.contesting import Offer
    from dsr.models import Message, Request

_LETTERS = {code.value for code in LetterCode}


@dataclass(frozen=True, slots=True)
class Line:
    """One message: from whom, when, what. When it is a mail, `mail` says how its delivery stands and `url` leads to it."""

    who: str
    at: datetime
    own: bool
    title: str = ""
    text: str = field(default="", repr=False)
    mail: str = ""
    kind: str = ""
    url: str = ""
    anchor: str = ""
    files: list[Shown] = field(default_factory=list)
    contest: Offer | None = None


def conversation(request: Request) -> list[Line]:
    """Everything written between the person and the office about this request."""
    rows = request.messages.select_related("author", "request").prefetch_related("uploads").order_by("created_at", "pk")
    sent = Letter.objects.of(request.controller).filter(case__request=request, status=Letter.Status.SENT)
    lines = [_line(row) for row in rows] + [_letter(row) for row in sent.order_by("sent_at", "pk")]
    return sorted(lines, key=lambda line: line.at)


def _letter(row: Letter) -> Line:
    """A letter by its name; its words are on its own page, those of an answer in the package."""
    url = "" if LetterCode(row.code) in IN_PACKAGE else reverse("desk:letter", args=[row.case_id, row.pk])
    at = row.sent_at or row.created_at
    return Line(_("Letter"), at, own=True, title=wording.letter(row.code), url=url)


def _line(row: Message) -> Line:
    content = row.content()
    if row.by_mail:
        words, kind = mails.status(row)
        title = str(content.get("subject", ""))
        url = reverse("desk:mail", args=[row.pk])
        return Line(_("Mail"), row.created_at, own=True, title=title, mail=words, kind=kind, url=url)
    text = str(content.get("body", ""))
    if row.kind in _LETTERS:
        title, anchor = wording.letter(row.kind), f"message-{row.pk}"
        return Line(_("Letter"), row.created_at, own=True, title=title, text=text, anchor=anchor)
    if row.inbound:
        return Line(_("The person"), row.created_at, own=False, text=text, files=shown(row.uploads.all()))
    author = row.author
    who = (author.display_name or author.email) if author else _("Office")
    return Line(who, row.created_at, own=True, text=text, files=shown(row.uploads.all()))
