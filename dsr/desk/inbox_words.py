"""Words for mail that came in: what was made of it, and why a person has to decide. Staff reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

KINDS: Final[Mapping[str, _StrPromise]] = {
    "new": gettext_lazy("Not looked at yet"),
    "undecided": gettext_lazy("To decide"),
    "request": gettext_lazy("A request"),
    "message": gettext_lazy("A message on a request"),
    "dismissed": gettext_lazy("Not a request"),
    "bounce": gettext_lazy("Returned mail"),
    "automatic": gettext_lazy("Automatic answer"),
    "list": gettext_lazy("Mailing list"),
    "loop": gettext_lazy("Our own mail"),
    "duplicate": gettext_lazy("The same mail again"),
}
DOUBTS: Final[Mapping[str, _StrPromise]] = {
    "other_sender": gettext_lazy(
        "It names a request, but comes from another address than the contact on file. A reference proves nothing."
    ),
    "no_such_request": gettext_lazy("It names a request that does not exist here."),
    "several": gettext_lazy("It names several requests."),
    "closed": gettext_lazy("It names a request whose file is archived."),
    "no_sender": gettext_lazy("It has no sender, several, or one that cannot be answered."),
    "disowned": gettext_lazy("The sender’s domain says that it did not send this mail (DMARC)."),
    "empty": gettext_lazy("It says nothing."),
    "many": gettext_lazy("The sender has opened several requests within a day."),
    "too_large": gettext_lazy("It is too large to be fetched. Only its headers are here; open it in the mailbox."),
    "unreadable": gettext_lazy("It is built in a way that cannot be read. Only its sender is shown."),
}
_TROUBLES: Final[Mapping[str, _StrPromise]] = {
    "inbox_down": gettext_lazy("The mail server does not answer."),
    "inbox_refused": gettext_lazy("The mail server refuses user or secret of the mailbox."),
    "inbox_folder": gettext_lazy("The folder does not exist in the mailbox."),
    "inbox_certificate": gettext_lazy("The certificate of the mail server cannot be trusted."),
}


def kind(code: str, *, noted: bool = False) -> str:
    """What was made of a mail, in the active language; `noted`: its words are a note, because somebody else wrote it."""
    return _("A note on a request") if noted else str(KINDS[code])


def doubt(code: str) -> str:
    """Why a person has to decide; empty for a mail that needs nobody."""
    return str(DOUBTS[code]) if code else ""


def trouble(code: str) -> str:
    """Why a mailbox cannot be read."""
    return str(_TROUBLES.get(code) or _("The mailbox cannot be read (%(code)s).") % {"code": code})


def file_state(state: str) -> str:
    """What became of an attachment: kept, waiting, or refused by a code of dsr.uploads.codes."""
    if state == "kept":
        return _("with the request")
    return _("only in the mail as it came") if state else _("not taken over")
