"""Words for what a person chose when she asked: a request's `scope` holds codes only, here is what they mean.

The choices of the portal's forms, the check page, the status page and the desk all read these tables. A scope may hold:
`data` (everything, some), `kinds`, `from` and `to` (months, YYYY-MM), `pause` (stop using disputed data, 18(1)(a)),
`delete`, `copy_first`, `ground` (18(1)), `to_whom`, `reply`, `formats`, `former` (no longer a customer) and
`for` (who, name, note: the request is for somebody else), and what dsr.wording.choices names.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dsr.law.rights import RestrictionGround
from dsr.wording import choices, dates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

DATA: Final[Mapping[str, _StrPromise]] = {
    "everything": gettext_lazy("Everything"),
    "some": gettext_lazy("Only some of it"),
}
KINDS: Final[Mapping[str, _StrPromise]] = {
    "contract": gettext_lazy("Contract and bills"),
    "usage": gettext_lazy("Connection and usage"),
    "contacts": gettext_lazy("Calls and messages with us"),
    "recordings": gettext_lazy("Recordings of calls"),
    "footage": gettext_lazy("Camera pictures"),
    "devices": gettext_lazy("Devices"),
    "marketing": gettext_lazy("Marketing and profile"),
    "recipients": gettext_lazy("Who received my data"),
    "other": gettext_lazy("Something else"),
}
WHO: Final[Mapping[str, _StrPromise]] = {
    "me": gettext_lazy("Me"),
    "child": gettext_lazy("A child I have parental responsibility for"),
    "other": gettext_lazy("Someone I act for"),
}
DELETE: Final[Mapping[str, _StrPromise]] = {
    "everything": gettext_lazy("Everything you do not have to keep"),
    "some": gettext_lazy("Only some of it"),
    "profile": gettext_lazy("My marketing profile"),
}
TO_WHOM: Final[Mapping[str, _StrPromise]] = {
    "me": gettext_lazy("To me"),
    "provider": gettext_lazy("To another provider"),
}
REPLY: Final[Mapping[str, _StrPromise]] = {
    "portal": gettext_lazy("Here, with an e-mail when there is news"),
    "letter": pgettext_lazy("way to reply", "By letter"),
}
FORMATS: Final[Mapping[str, _StrPromise]] = {
    "large": gettext_lazy("Large print"),
    "braille": gettext_lazy("Braille"),
    "audio": gettext_lazy("Audio"),
    "easy": gettext_lazy("Easy language"),
    "sign": gettext_lazy("A call in sign language"),
}
YES_NO: Final[Mapping[str, _StrPromise]] = {"yes": gettext_lazy("Yes"), "no": gettext_lazy("No")}
# 18(1) in the person's own words; the desk has the article beside it (RESTRICTION_GROUNDS).
GROUNDS: Final[Mapping[str, _StrPromise]] = {
    RestrictionGround.ACCURACY_CONTESTED.value: gettext_lazy("I say the data is wrong, and you are checking it"),
    RestrictionGround.UNLAWFUL.value: gettext_lazy("You may not use it, but I do not want it deleted"),
    RestrictionGround.NEEDED_FOR_CLAIM.value: gettext_lazy("You no longer need it, but I need it for a legal claim"),
    RestrictionGround.OBJECTION_PENDING.value: gettext_lazy("I objected, and you have not decided yet"),
}


def lines(scope: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was chosen, as (label, words) in the active language; unknown codes of another release are left out."""
    found = [
        (_("For"), _for_whom(scope.get("for") or {})),
        (_("Which data"), _one(DATA, scope.get("data"))),
        (_("Kinds of data"), _several(KINDS, scope.get("kinds"))),
        (_("Period"), _period(scope)),
        (_("What to delete"), _one(DELETE, scope.get("delete"))),
        (_("A copy before we delete"), _one(YES_NO, scope.get("copy_first"))),
        (_("Stop using the disputed data meanwhile"), _one(YES_NO, scope.get("pause"))),
        (_("Why the use should pause"), _one(GROUNDS, scope.get("ground"))),
        (_("To whom"), _one(TO_WHOM, scope.get("to_whom"))),
        *choices.lines(scope, KINDS),
        (_("How we reply"), _one(REPLY, scope.get("reply"))),
        (_("Another format"), _several(FORMATS, scope.get("formats"))),
        (_("Customer"), _("No longer a customer") if scope.get("former") else ""),
    ]
    return [(label, words) for label, words in found if words]


def _one(table: Mapping[str, _StrPromise], code: object) -> str:
    return str(table.get(str(code), ""))


def _several(table: Mapping[str, _StrPromise], codes: object) -> str:
    chosen = codes if isinstance(codes, list) else []
    return ", ".join(str(table[code]) for code in chosen if code in table)


def _for_whom(other: Mapping[str, Any]) -> str:
    name, note = str(other.get("name", "")), str(other.get("note", ""))
    return ": ".join(filter(None, [_one(WHO, other.get("who")), ", ".join(filter(None, [name, note]))]))


def month(text: object) -> str:
    """`2025-03` as `March 2025`; empty for anything else."""
    try:
        return dates.month(date.fromisoformat(f"{text}-01"))
    except ValueError:
        return ""


def _period(scope: Mapping[str, Any]) -> str:
    start, end = month(scope.get("from")), month(scope.get("to"))
    if start and end:
        return _("From %(start)s to %(end)s") % {"start": start, "end": end}
    if start:
        return _("From %(start)s on") % {"start": start}
    return _("Until %(end)s") % {"end": end} if end else ""
