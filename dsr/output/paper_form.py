"""The form on paper: one page to print, fill in and post, for whoever asks without a computer (ux.md 1.3, T-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.output.pages import fill
from dsr.output.pdf import Document
from dsr.wording import asked, cases

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.output.inputs import Sender


def paper_form(*, sender: Sender, language: str, written_at: datetime) -> Document:
    """The form in `language`, ready for `pdf.render_pdf`; every right of the portal, in the same words."""
    with translation.override(language):
        html = fill(
            "letters/paper_form.html",
            {
                "language": language,
                "sender": sender,
                "title": _("My data: a request to %(name)s") % {"name": sender.name},
                "rights": [str(words) for words in cases.RIGHTS_ASKED.values()],
                "fields": [
                    _("Full name"),
                    _("Address of your connection"),
                    _("Customer number, if you know it"),
                    _("Phone"),
                    _("E-mail address"),
                ],
                "replies": [_("By letter"), _("By e-mail and on the website"), *map(str, asked.FORMATS.values())],
            },
        )
    return Document(html=html, written_at=written_at)
