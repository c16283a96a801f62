"""Letters that open something: a code for an answer, the password of a copy by post (A-16), a code that proves who one is (I-07).

All are printed once and kept nowhere. They are no letters of rules 5.1: they decide nothing and say nothing about her.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.output.pages import fill
from dsr.output.pdf import Document

if TYPE_CHECKING:
    from datetime import date

    from dsr.output.inputs import Addressee, CaseHead, Sender

# What the frame of letters asks for and these two do not have.
_NOTHING: dict[str, Any] = {
    **dict.fromkeys(("intro", "outro", "signature", "paragraph"), ""),
    **dict.fromkeys(("negative", "remedy"), False),
}


@dataclass(frozen=True, slots=True)
class CodeLetter:
    """A code for the portal, in its groups; `until` is the last day on which it opens anything, `open_url` asks for it."""

    sender: Sender
    addressee: Addressee
    head: CaseHead
    code: str = field(repr=False)
    until: date
    open_url: str


@dataclass(frozen=True, slots=True)
class ProofLetter(CodeLetter):
    """A code that proves who has the address on file; the addressee comes from the store, never from a form."""


@dataclass(frozen=True, slots=True)
class PasswordLetter:
    """The password of the protected copy `file_name`, which travels apart from it."""

    sender: Sender
    addressee: Addressee
    head: CaseHead
    password: str = field(repr=False)
    file_name: str


def code_letter(letter: CodeLetter) -> Document:
    """The letter ready for `pdf.render_pdf`, in the language of the request."""
    with translation.override(letter.head.language):
        own = {
            "title": _("A code for our answer"),
            "code": letter.code,
            "until": letter.until,
            "open_url": letter.open_url,
        }
        return _document("letters/access_code.html", letter, own)


def proof_letter(letter: ProofLetter) -> Document:
    """The letter ready for `pdf.render_pdf`, in the language of the request."""
    with translation.override(letter.head.language):
        own = {
            "title": _("A code to show us that it is you"),
            "code": letter.code,
            "until": letter.until,
            "open_url": letter.open_url,
        }
        return _document("letters/proof_code.html", letter, own)


def password_letter(letter: PasswordLetter) -> Document:
    """The letter ready for `pdf.render_pdf`, in the language of the request."""
    with translation.override(letter.head.language):
        own = {"title": _("The password for our answer"), "password": letter.password, "file_name": letter.file_name}
        return _document("letters/copy_password.html", letter, own)


def _document(template: str, letter: CodeLetter | PasswordLetter, own: dict[str, Any]) -> Document:
    head = {"sender": letter.sender, "addressee": letter.addressee, "head": letter.head}
    html = fill(template, _NOTHING | head | own)
    return Document(html=html, written_at=letter.head.written_at, logo=letter.sender.logo)
