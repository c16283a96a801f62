"""Words for what a person chose when she asked: a request's `scope` holds codes only, here is what they mean.

The choices of the portal's forms, the check page, the status page and the desk all read these tables. A scope may hold:
`data` (everything, some), `kinds`, `from` and `to` (months, YYYY-MM), `pause` (stop using disputed data, 18(1)(a)),
`delete`, `copy_first`, `ground` (18(1)), `to_whom`, `reply`, `formats`, `former` (no longer a customer), `former_until` (in
the person's words), `ip` and `ip_at` (one connection), `marks` (how it was sent, ux.md 1.6), `for` (dsr.law.persons.Behalf: the
request is for somebody else) and what dsr.wording.choices names.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dsr.law.persons import Behalf, Person, Relation
from dsr.law.rights import RestrictionGround, Right
from dsr.wording import choices, dates, marketing

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
    Person.ME: gettext_lazy("Me"),
    Person.CHILD: gettext_lazy("A child I have parental responsibility for"),
    Person.REPRESENTED: gettext_lazy("Someone I act for"),
    Person.DECEASED: gettext_lazy("Someone who died"),
    Person.OTHER_USER: gettext_lazy("Someone else who uses my connection"),
}
RELATIONS: Final[Mapping[str, _StrPromise]] = {
    Relation.FAMILY: gettext_lazy("Family, or we lived together"),
    Relation.HEIR: gettext_lazy("Heir"),
    Relation.EXECUTOR: gettext_lazy("Executor of the will"),
    Relation.NAMED: gettext_lazy("Named by that person for this, for example in a will"),
}
SHOWN_PAPER: Final[Mapping[str, _StrPromise]] = {
    "upload": gettext_lazy("I add it here as a file or photo"),
    "post": gettext_lazy("I send a copy by post"),
    "shop": gettext_lazy("I show it in a shop"),
}
SHOWN: Final[Mapping[str, _StrPromise]] = {
    "account": gettext_lazy("The child is in my contract or account"),
    **SHOWN_PAPER,
}
# What an authority may cover (H-04): said of somebody else, so not in the words of the portal's first question.
COVERS: Final[Mapping[str, _StrPromise]] = {
    Right.ACCESS: gettext_lazy("Get a copy of the data"),
    Right.RECTIFICATION: gettext_lazy("Have data corrected"),
    Right.ERASURE: gettext_lazy("Have data deleted"),
    Right.RESTRICTION: gettext_lazy("Have the use of data paused"),
    Right.PORTABILITY: gettext_lazy("Get the data for another provider"),
    Right.OBJECTION: gettext_lazy("Object to a use of data"),
    Right.MARKETING_OBJECTION: gettext_lazy("Stop marketing"),
    Right.CONSENT_WITHDRAWAL: gettext_lazy("Take back a consent"),
    Right.AUTOMATED_DECISION: gettext_lazy("Have an automated decision looked at"),
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


def of_right(content: Mapping[str, Any], right: str) -> dict[str, Any]:
    """The scope of one right: what all rights of a sitting share, and what was chosen for this one (T-26)."""
    shared: dict[str, Any] = dict(content.get("scope") or {})
    parts: Mapping[str, Any] = content.get("by_right") or {}
    if right not in parts:
        return shared
    others = {code for part in parts.values() for code in part.get("scope", {})}
    return {code: value for code, value in shared.items() if code not in others} | dict(parts[right].get("scope", {}))


def lines(scope: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was chosen, as (label, words) in the active language; unknown codes of another release are left out."""
    found = [
        *for_whom(Behalf.of(scope)),
        (_("Which data"), _one(DATA, scope.get("data"))),
        (_("Kinds of data"), _several(KINDS, scope.get("kinds"))),
        (_("Period"), _period(scope)),
        (_("What to delete"), _one(DELETE, scope.get("delete"))),
        (_("A copy before we delete"), _one(YES_NO, scope.get("copy_first"))),
        (_("Stop using the disputed data meanwhile"), _one(YES_NO, scope.get("pause"))),
        (_("Why the use should pause"), _one(GROUNDS, scope.get("ground"))),
        (_("Which marketing"), _several(marketing.CHANNELS, scope.get("channels"))),
        (_("To whom"), _one(TO_WHOM, scope.get("to_whom"))),
        *choices.lines(scope, KINDS),
        (_("How we reply"), _one(REPLY, scope.get("reply"))),
        (_("Another format"), _several(FORMATS, scope.get("formats"))),
        (_("Customer"), _("No longer a customer") if scope.get("former") else ""),
        (_("Customer until"), str(scope.get("former_until", ""))),
        (_("IP address"), str(scope.get("ip", ""))),
        (_("Date and time of that connection"), str(scope.get("ip_at", ""))),
    ]
    return [(label, words) for label, words in found if words]


def _one(table: Mapping[str, _StrPromise], code: object) -> str:
    return str(table.get(str(code), ""))


def _several(table: Mapping[str, _StrPromise], codes: object) -> str:
    chosen = codes if isinstance(codes, list) else []
    return ", ".join(str(table[code]) for code in chosen if code in table)


def for_whom(behalf: Behalf | None) -> list[tuple[str, str]]:
    """Whose data it is, as (label, words); nothing for somebody's own request."""
    if behalf is None:
        return []
    relation = _one(RELATIONS, behalf.relation) or behalf.relation
    shown = _one(SHOWN, behalf.shown)
    asked_too = _("We also ask the child.") if behalf.ask else ""
    found = [
        (_("For"), _one(WHO, behalf.who)),
        (_("Name"), behalf.name),
        (_("Date of birth"), _day(behalf.born_on)),
        (_("Date of death"), _day(behalf.died_on)),
        (_("Relation"), relation),
        (_("Contact of that person"), behalf.contact),
        (_("What the authority covers"), _several(COVERS, list(behalf.covers))),
        (_("Proof"), shown),
        (_("The child’s own view"), asked_too),
        (_("Organisation"), behalf.organisation),
        (_("Handed in by"), ", ".join(filter(None, [behalf.sender, behalf.sender_contact]))),
    ]
    return [(label, words) for label, words in found if words]


def _day(text: str) -> str:
    try:
        return dates.day(date.fromisoformat(text))
    except ValueError:
        return ""


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
