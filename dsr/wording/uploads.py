"""Words about files that people send us: why one is not taken, what is taken, what became of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsr.uploads.codes import FileRefusal as Code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

_REFUSALS: Final[Mapping[Code, _StrPromise]] = {
    Code.EMPTY: gettext_lazy("“%(name)s” is empty. Choose the file again, or another one."),
    Code.TOO_LARGE: gettext_lazy(
        "“%(name)s” is larger than %(file_mb)s MB. Send a smaller file, or a photo of the page."
    ),
    Code.REQUEST_FULL: gettext_lazy(
        "“%(name)s” does not fit: the files of one request may have %(request_mb)s MB together. Remove a file, or send us"
        " the rest in a letter."
    ),
    Code.REQUEST_MANY: gettext_lazy(
        "“%(name)s” was not added: one request may have %(request_files)s files. Remove a file, or put several pages into"
        " one PDF."
    ),
    Code.DAY_FULL: gettext_lazy(
        "“%(name)s” was not added: today's limit of %(day_mb)s MB from your internet connection is reached. Send it"
        " tomorrow, or in a letter."
    ),
    Code.UNKNOWN_TYPE: gettext_lazy("We cannot take a file like “%(name)s”. Send a photo or a PDF instead."),
    Code.HEIC: gettext_lazy(
        "“%(name)s” is a photo in Apple's HEIC format, which we cannot open. Send it as JPEG: open the photo, choose"
        " Share, and save or export it as JPEG. A screenshot of the photo works as well."
    ),
    Code.PAGE: gettext_lazy("“%(name)s” is a web page or a drawing with code in it. Print it to a PDF and send that."),
    Code.PROGRAM: gettext_lazy("“%(name)s” is a program. We do not take programs. Send a photo or a PDF instead."),
    Code.ARCHIVE: gettext_lazy("“%(name)s” is a packed folder (like ZIP). Unpack it and send the files one by one."),
    Code.OLD_OFFICE: gettext_lazy(
        "“%(name)s” is in an office format that we do not take, or it is protected with a password. Save it as a PDF"
        " without a password and send that."
    ),
    Code.LOCKED: gettext_lazy(
        "“%(name)s” is protected with a password, so we cannot read it. Save it without a password and send it again."
    ),
    Code.ACTIVE: gettext_lazy(
        "“%(name)s” contains commands or other files that could do harm when it is opened. Print it to a PDF, or take a"
        " photo of the page, and send that."
    ),
    Code.MIXED: gettext_lazy("“%(name)s” is two files in one. Print it to a PDF, or take a photo, and send that."),
    Code.DAMAGED: gettext_lazy("“%(name)s” cannot be opened; it seems to be damaged. Save it anew and send it again."),
    Code.TOO_MANY_PIXELS: gettext_lazy("The picture “%(name)s” is too large in height and width. Send a smaller one."),
    Code.TOO_MANY_PAGES: gettext_lazy("“%(name)s” has too many pages. Send only the pages that matter."),
    Code.TOO_MUCH_INSIDE: gettext_lazy("“%(name)s” becomes far too large when it is opened. Send a photo or a PDF."),
    Code.INFECTED: gettext_lazy(
        "Our virus scanner found something harmful in “%(name)s”. We did not keep it. Have your device checked, and send"
        " us a photo of the page."
    ),
    Code.AWAY: gettext_lazy("We cannot keep “%(name)s” just now. Try again later, or send it in a letter."),
    Code.TOO_HARD: gettext_lazy("We could not check “%(name)s” in time. Try it again, or send a photo of the page."),
}
_PURPOSES: Final[Mapping[str, _StrPromise]] = {
    "authority": gettext_lazy("Proof that somebody may act for another person"),
    "identity": gettext_lazy("Proof of identity"),
    "evidence": gettext_lazy("Evidence"),
    "message": gettext_lazy("Sent with a message"),
    "enclosure": gettext_lazy("Given along by us"),
    "matter": gettext_lazy("Matters before a supervisory authority"),
}
_TYPES: Final[Mapping[str, _StrPromise]] = {
    "application/pdf": gettext_lazy("PDF"),
    "image/jpeg": gettext_lazy("picture"),
    "image/png": gettext_lazy("picture"),
    "image/webp": gettext_lazy("picture"),
    "text/plain": gettext_lazy("text"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": gettext_lazy("Word document"),
    "application/vnd.oasis.opendocument.text": gettext_lazy("OpenDocument text"),
}


def refusal(code: Code, *, name: str, most: int = 0) -> str:
    """Why the file of this name is not taken, and what to do; `most` is the number of files a page takes."""
    if code is Code.TOO_MANY:
        text = ngettext(
            "“%(name)s” was not added: you can add %(most)s file here.",
            "“%(name)s” was not added: you can add %(most)s files here.",
            most,
        )
        return text % {"name": name, "most": most}
    return str(_REFUSALS[code]) % {
        "name": name,
        "file_mb": settings.DSR_UPLOAD_MAX_MB,
        "request_mb": settings.DSR_UPLOADS_MAX_MB,
        "request_files": settings.DSR_UPLOADS_MAX,
        "day_mb": settings.DSR_UPLOAD_DAY_MB,
    }


def hint(most: int) -> str:
    """What may be added, in words: kinds, number, size."""
    text = ngettext(
        "A photo, a PDF or a text document. Up to %(most)s file of %(mb)s MB.",
        "Photos, PDF or text documents. Up to %(most)s files of %(mb)s MB each.",
        most,
    )
    return text % {"most": most, "mb": settings.DSR_UPLOAD_MAX_MB}


def purpose(code: str) -> str:
    """What a file is for."""
    return str(_PURPOSES[code])


def media_type(code: str) -> str:
    """The kind of file, in a word; a type nobody takes today stands as it is."""
    return str(_TYPES.get(code, code))


def size(number: int) -> str:
    """Bytes as people say it."""
    return filesizeformat(number)


def state(*, deleted: bool, seen: bool) -> str:
    """What became of a file; empty while it is kept."""
    if not deleted:
        return ""
    return _("Deleted after it was checked") if seen else _("Deleted")


def scan(*, scanned: bool) -> str:
    """Whether the virus scanner looked at a file that is kept, as staff reads it."""
    return _("Kept") if scanned else _("Kept, not scanned for viruses")


_REASONS: Final[Mapping[str, _StrPromise]] = {
    "withdrawn": gettext_lazy("taken back before it was sent"),
    "time_over": gettext_lazy("its time was over"),
    "verified": gettext_lazy("the identity is confirmed"),
    "infected": gettext_lazy("the virus scanner found something"),
}


def reason(code: str) -> str:
    """Why a file went or was not kept, for the history; a code of a later release stands as it is."""
    return str(_REASONS.get(code, code))
