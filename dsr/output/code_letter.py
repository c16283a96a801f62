"""A letter with a code: opens an answer for somebody whose e-mail address we do not know (A-16). Printed once, kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.output.pages import fill
from dsr.output.pdf import Document

if TYPE_CHECKING:
    from datetime import date

    from dsr.output.inputs import Addressee, CaseHead, Sender


@dataclass(frozen=True, slots=True)
class CodeLetter:
    """What stands in it; the addressee as bounded by the form. `code` in its groups; `until` is the last day on which it opens anything; `open_url` asks for it."""

    sender: Sender
    addressee: Addressee
    head: CaseHead
    code: str = field(repr=False)
    until: date
    open_url: str


def code_letter(letter: CodeLetter) -> Document:
    """The letter ready for `pdf.render_pdf`, in the language of the request."""
    with translation.override(letter.head.language):
        values = {
            "sender": letter.sender,
            "addressee": letter.addressee,
            "head": letter.head,
            "title": _("A code for our answer"),
            "code": letter.code,
            "until": letter.until,
            "open_url": letter.open_url,
            "intro": "",
            "outro": "",
            "signature": "",
            "paragraph": "",
            "negative": False,
            "remedy": False,
        }
        html = fill("letters/access_code.html", values)
    return Document(html=html, written_at=letter.head.written_at, logo=letter.sender.logo)
