"""The conversation about a request as a document to keep (ux.md 1.7): who wrote, when, what, with the names of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.fulfil.gather import addressee_of, head_of, sender_of
from dsr.output.inputs import OutputError
from dsr.output.pages import fill
from dsr.output.pdf import Document
from dsr.templatetags.ui import moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dsr.models import Request


def transcript_document(asked: Request, talk: Sequence[dict[str, Any]], *, now: datetime) -> Document:
    """The conversation, oldest first, in the language of the request, ready for `dsr.output.pdf.render_pdf`.

    OutputError when there is no case left to speak of.
    """
    case = asked.cases.select_related("controller", "request__account").order_by("received_on", "pk").first()
    if case is None:
        raise OutputError("hole", "case")
    head = head_of(case, written_at=now)
    sender = sender_of(asked.controller)
    with translation.override(head.language):
        values: dict[str, Any] = {
            **dict.fromkeys(("intro", "outro", "signature", "paragraph"), ""),
            **dict.fromkeys(("negative", "remedy"), False),
            "sender": sender,
            "addressee": addressee_of(case),
            "head": head,
            "title": _("Messages about your request"),
            "lines": [_line(line) for line in talk],
        }
        html = fill("letters/transcript.html", values)
    return Document(html, written_at=head.written_at, logo=sender.logo)


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "who": _("You") if line["own"] else _("Privacy office"),
        "at": moment(line["at"]),
        "text": line["text"],
        "files": [file.name for file in line["files"] if file.name],
    }
