"""Words for what a person chose on the pages of single rights; the part of dsr.wording.asked that belongs to one right each.

A scope may hold: `paper` and `paper_to`, `recordings` and `footage` (what they are searched by), `corrections` (each a kind, the old and
the new value), `delete_kinds`, `reason`, `pause_kinds`, `until_contract_end`, `origins` and `receiver` of a portable copy, `uses`, `consents` and
`decisions` (each a code with the words she read), `call` and `call_phone`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.wording import dates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import _StrPromise

PAUSE_UNTIL: Final[Mapping[str, _StrPromise]] = {"contract_end": gettext_lazy("Only until my contract ends")}
PAPER: Final[Mapping[str, _StrPromise]] = {"paper": gettext_lazy("Yes, on paper, by post")}
ORIGINS: Final[Mapping[str, _StrPromise]] = {
    "both": gettext_lazy("Both: what I gave you, and what my use created"),
    "provided": gettext_lazy("Only what I gave you, like my name, address and contract"),
    "observed": gettext_lazy("Only what my use created, like my connections and payments"),
}
ALL_CONSENTS: Final = gettext_lazy("All consents I have given")
CALL: Final[Mapping[str, _StrPromise]] = {"yes": gettext_lazy("Yes, please call me")}
CORRECTED: Final[Mapping[str, _StrPromise]] = {
    "name": gettext_lazy("Name"),
    "address": gettext_lazy("Address"),
    "phone": gettext_lazy("Phone number"),
    "email": gettext_lazy("E-mail address"),
    "iban": gettext_lazy("Bank account (IBAN)"),
    "birth_date": gettext_lazy("Date of birth"),
    "other": gettext_lazy("Something else"),
}
"""The kinds of corrections, as a person calls them; the codes are those of `corrections` in a scope."""
CONTACT: Final = frozenset({"address", "phone", "email", "iban"})
"""Kinds whose change is told to the old contact, so that nobody takes over a contract unnoticed (ux.md 1.5)."""


def correction(item: Mapping[str, Any]) -> tuple[str, str]:
    """One correction as (what, from which value to which); the label of a listed field goes before its kind."""
    what = str(item.get("label") or CORRECTED.get(str(item.get("kind")), CORRECTED["other"]))
    old, new = (value(str(item.get("kind")), str(item.get(name, ""))) for name in ("old", "new"))
    if old:
        return what, _("%(new)s (now: %(old)s)") % {"new": new, "old": old}
    return what, new


def value(kind: str, text: str) -> str:
    """A value of a correction as a person reads it: a day in words, anything else as it is."""
    try:
        return dates.day(date.fromisoformat(text)) if kind == "birth_date" else text
    except ValueError:
        return text


def lines(scope: Mapping[str, Any], kinds: Mapping[str, _StrPromise]) -> list[tuple[str, str]]:
    """What was chosen, as (label, words) in the active language; `kinds` are the words for kinds of data."""
    found = [
        (_("On paper"), _several(PAPER, scope.get("paper"))),
        (_("Where the paper goes"), str(scope.get("paper_to", ""))),
        (_("Recordings of calls"), str(scope.get("recordings", ""))),
        (_("Camera pictures"), str(scope.get("footage", ""))),
        *(
            (_("Correct: %(what)s") % {"what": what}, text)
            for what, text in map(correction, _dicts(scope, "corrections"))
        ),
        (_("Kinds of data to delete"), _several(kinds, scope.get("delete_kinds"))),
        (_("Reason given"), str(scope.get("reason", ""))),
        (_("Kinds of data to pause"), _several(kinds, scope.get("pause_kinds"))),
        (_("How long to pause"), _several(PAUSE_UNTIL, scope.get("until_contract_end"))),
        (_("Which part of the data"), str(ORIGINS.get(str(scope.get("origins", "")), ""))),
        (_("Uses objected to"), _texts(scope, "uses")),
        (_("Consents taken back"), _texts(scope, "consents")),
        (_("Decisions to look at"), _texts(scope, "decisions")),
        (_("Wants to be called"), str(scope.get("call_phone", "")) if scope.get("call") else ""),
    ]
    return [(label, words) for label, words in found if words]


def _several(table: Mapping[str, _StrPromise], codes: object) -> str:
    return ", ".join(str(table[code]) for code in (codes if isinstance(codes, list) else []) if code in table)


def _dicts(scope: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    found = scope.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _texts(scope: Mapping[str, Any], name: str) -> str:
    return "; ".join(str(item.get("text", "")) for item in _dicts(scope, name))
