"""Words for what recipients are told and what became of it (Art. 19): changes, statuses, and why a notice failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

CHANGES: Final[Mapping[str, _StrPromise]] = {
    "rectified": _("corrected"),
    "erased": _("erased"),
    "restricted": _("restricted"),
    "ended": _("restriction ended"),
}
STATUSES: Final[Mapping[str, _StrPromise]] = {
    "open": _("On its way"),
    "failed": _("Needs somebody"),
    "told": _("Told"),
    "acknowledged": _("Confirmed"),
    "exempt": _("Left out with a reason"),
}
_TROUBLES: Final[Mapping[str, _StrPromise]] = {
    "by_hand": _("It is told by hand."),
    "identifier_missing": _("The file does not know the value by which it finds the record."),
    "erased_since": _("The corrected data have been erased since."),
    "recipient_ended": _("The register says that it is told nothing more."),
    "silent": _("No confirmation after two reminders. Nothing has to wait for it."),
    "endpoint_refused": _("The address of its OpenDSR requests cannot be called."),
    "forbidden_address": _("Its server has an address that may not be called."),
    "secret_missing": _("The key that signs our calls cannot be read."),
    "redirected": _("Its server sends us elsewhere. Data go only where the register says."),
    "timeout": _("Its server did not answer in time."),
    "too_large": _("Its answer was longer than any answer can be."),
    "answer_not_created": _("Its server did not say that it took the request."),
    "answer_not_json": _("Its answer was not readable."),
    "answer_incomplete": _("Its answer lacks what OpenDSR asks for."),
    "answer_other_request": _("Its answer was about another request."),
}


def trouble(code: str) -> str:
    """Why a notice needs somebody; empty without a code, the code of the mail server or of the call where it is none of ours."""
    if not code:
        return ""
    return str(_TROUBLES.get(code) or _("It could not be reached (%(code)s).") % {"code": code})
