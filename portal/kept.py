"""What is still kept of her after an erasure, until when and why, for her own page of the request (rules.md 3.4.2, L-08)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from dsr.cases import kept
from dsr.law.rights import Right
from dsr.law.workflow import ANSWERED
from dsr.models import Case, KeptLine
from dsr.output.inputs import words
from portal import access

if TYPE_CHECKING:
    from datetime import date

    from dsr.models import Request

_WHY: Final = {
    KeptLine.Why.CONTRACT: _("your contract still runs"),
    KeptLine.Why.DISPUTE: _("a dispute about it is open"),
}


@dataclass(frozen=True, slots=True)
class StillKept:
    """One kind of data: what a person calls it, the statute or reason, the last day (None: an event ends it)."""

    label: str
    why: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Gone:
    """One kind of data that was kept and has been erased since, and the day on which it was."""

    label: str
    on: date


def shown(http: Any, asked: Request, *, language: str) -> dict[str, Any]:
    """What the page says of an answered erasure, for somebody signed in to the account that asked, and proven (house.md):
    `still_kept` and, of what the answer named with its day, `gone_since`.

    Whoever follows a request by a code to an address given is shown nothing that a store holds. No letter goes out when a day
    has come: the answer named it (L-08), and no provision asks for another.
    """
    user = access.subscriber(http)
    if user is None or asked.account_id != user.pk or asked.identified_at is None:
        return {}
    case = (
        Case.objects.of(asked.controller)
        .filter(request=asked, right=Right.ERASURE.value, state__in=[state.value for state in ANSWERED])
        .first()
    )
    if case is None:
        return {}
    stays = [
        StillKept(_label(row, language), str(_WHY.get(KeptLine.Why(row.why), row.law)), kept.ends(row))
        for row in kept.standing(case)
    ]
    gone = [Gone(_label(row, language), day) for row, day in kept.gone(case)]
    return {"still_kept": list(dict.fromkeys(stays)), "gone_since": list(dict.fromkeys(gone))}


def _label(row: KeptLine, language: str) -> str:
    label = words(row.label, language) if row.label else row.dataset
    return f"{label} {row.document_year}" if row.document_year else label
