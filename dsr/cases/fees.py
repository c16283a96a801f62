"""Art. 12(5): the evidence that a request is unfounded or excessive, a fee announced, paid or waived (4.2 no. 8).

F-01: the controller bears the burden; F-02: the number of requests alone is no evidence; F-05: announced before anybody
acts; F-06: nothing under 12(5) without the filled form and the consultation on file (`dsr.cases.consultation`).
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dsr.cases import clock, letters, pauses
from dsr.cases.duties import Duty
from dsr.cases.perform import RefusedError, insist, perform, record, staff_id
from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode, Outcome
from dsr.law.workflow import Action, Refusal
from dsr.models import Case

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import RowId

EVIDENCE = "evidence_filed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """F-06: what shows that a request is manifestly unfounded or excessive, in words for the file (F-02, F-03)."""

    history: str  # what was asked and answered before, with dates
    changes: str  # what changed since, or that nothing did
    conduct: str  # what shows the intention, beyond the number of requests
    conclusion: str  # why milder ways (an earlier answer plus what is new) do not do


@transaction.atomic
def file_evidence(
    *, case_id: RowId, evidence: Evidence, actor: Actor, now: datetime, seen_version: int | None = None
) -> Case:
    """Keep the filled evidence form with the case (F-06). Whoever fills it does not decide on it (4.0.7).

    RefusedError: `role`, `evidence_incomplete` when a part is empty (a count alone is no evidence, F-02).
    """
    insist(actor, Duty.DRAFT)
    parts = {name: text.strip() for name, text in asdict(evidence).items()}
    if not all(parts.values()):
        raise RefusedError(Refusal("evidence_incomplete", {}))
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    if not case.is_open:
        raise RefusedError(Refusal("wrong_state", {"state": case.state, "right": case.right}))
    note = "\n\n".join(parts.values())
    return record(case_id=case_id, kind=EVIDENCE, actor=actor, now=now, note=note, seen_version=seen_version)


@transaction.atomic
def announce(
    *,
    case_id: RowId,
    amount: str,
    basis: str,
    why: str,
    reason: str,
    law: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    paragraph: str = "",
) -> Case:
    """Announce a fee before anything is done (no. 8, F-05): L-04 goes out and the case waits for the person.

    `amount` is a number with its currency; `basis`, `why`, `reason` and `law` are sentences in the language of the request. Decided by a lead
    who did not fill the evidence form. RefusedError: `evidence_missing`, `dpo_missing`, `fee_basis_missing`, the table's own.
    """
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    changes = pauses.begin(case=case, kind="fee", now=now)
    case = perform(
        case_id=case_id,
        action=Action.ANNOUNCE_FEE,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={**changes, "decider_id": staff_id(actor)},
        data={"letter": LetterCode.FEE_NOTICE.value, "amount": amount.strip()[:40], **clock.dates_data(changes)},
        note=why,
        extra_facts={
            "fee_basis": bool(re.search(r"[1-9]", amount) and basis.strip()),
            "letter_ready": True,
            "suspension_open": False,
        },
    )
    with translation.override(case.request.language):
        fee = _("The fee would be %(amount)s.") % {"amount": amount.strip()[:40]}
    letters.send(
        case=case,
        code=LetterCode.FEE_NOTICE,
        elements={
            Element.FEE_AMOUNT_AND_BASIS: f"{fee} {basis.strip()}",
            Element.WHY_FEE: why.strip(),
            Element.REASONS_FACT: reason.strip(),
            Element.REASONS_LAW: law.strip(),
        },
        outcome=Outcome.REFUSED,
        paragraph=paragraph,
        actor=actor,
        now=now,
    )
    return case


@transaction.atomic
def settle(
    *, case_id: RowId, how: str, note: str, actor: Actor, now: datetime, seen_version: int | None = None
) -> Case:
    """The fee is paid, waived, or the request was narrowed so that none is asked any more; the clock runs again (4.0.1).

    `how` is `paid`, `waived` or `narrowed`. RefusedError: `reason_missing`, the table's own.
    """
    if how not in {"paid", "waived", "narrowed"} or not note.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    changes = pauses.resume(case=case, now=now)
    case = perform(
        case_id=case_id,
        action=Action.FEE_SETTLED,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes=changes,
        data={"how": how, **clock.dates_data(changes)},
        note=note.strip(),
    )
    pauses.tell(case=case, kind="fee_settled", due_on=changes["due_on"], now=now)
    return case
