"""The data protection officer's consultation on file: asked, answered, and what a lead decided against it (4.0.7, T-20, 12(5), 4.0.11).

She advises and decides nothing (Art. 38(6), 39(1)(a)). An opinion counts for what she saw (`dsr.cases.opinions`); her newest word
on it holds. An objection stands in the way until a lead decides against it with a reason, which stays beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.addresses import base_url
from dsr.cases import notices
from dsr.cases.closeness import holders
from dsr.cases.duties import Duty
from dsr.cases.facts import facts_of
from dsr.cases.opinions import ASKED, GIVEN, NOT_FOLLOWED, drafts_about
from dsr.cases.perform import RefusedError, insist, record
from dsr.law.decisions import Opinion, Stance
from dsr.law.workflow import Refusal, Role
from dsr.models import Case

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import RowId

KINDS: Final = (ASKED, GIVEN, NOT_FOLLOWED)


def _insist_known(about: str) -> None:
    if about not in {one.value for one in Opinion}:
        raise RefusedError(Refusal("opinion_unknown", {}))


def _insist_open(case: Case) -> None:
    if not case.is_open:
        raise RefusedError(Refusal("wrong_state", {"state": case.state, "right": case.right}))


@transaction.atomic
def ask(
    *, case_id: RowId, about: str, actor: Actor, now: datetime, words: str = "", seen_version: int | None = None
) -> Case:
    """Ask every data protection officer of the controller by mail; the question itself stays sealed with the case.

    RefusedError: `role`, `opinion_unknown`, `dpo_unknown` when nobody holds the role.
    """
    insist(actor, Duty.ASK_DPO)
    _insist_known(about)
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    _insist_open(case)
    officers = holders(case.controller, Role.DPO)
    if not officers:
        raise RefusedError(Refusal("dpo_unknown", {}))
    case = record(
        case_id=case_id,
        kind=ASKED,
        actor=actor,
        now=now,
        data={"kind": about},
        note=words.strip(),
        seen_version=seen_version,
    )
    link = f"{base_url(case.controller)}/desk/cases/{case.pk}/consultation/"
    for officer in officers:
        context = {"reference": case.request.reference, "link": link}
        notices.to_staff(user=officer, kind="consultation", now=now, context=context)
    return case


@transaction.atomic
def give(
    *, case_id: RowId, about: str, stance: str, text: str, actor: Actor, now: datetime, seen_version: int | None = None
) -> Case:
    """Put the data protection officer's opinion on file, with the hash of what is to be approved; nobody else can put her
    words there.

    RefusedError: `role`, `reason_missing` without words, `opinion_unknown` for a subject or a stance that is none.
    """
    insist(actor, Duty.ADVISE)
    if not text.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    _insist_known(about)
    if stance not in {one.value for one in Stance}:
        raise RefusedError(Refusal("opinion_unknown", {}))
    case = Case.objects.get(pk=case_id)
    data: dict[str, Any] = {"kind": about, "stance": stance, "manifest_sha256": case.manifest_sha256}
    if read := drafts_about(case, about):
        data["letters"] = read
    # Without a version from the screen it is the one just read: the hash belongs to it.
    seen = case.version if seen_version is None else seen_version
    return record(case_id=case_id, kind=GIVEN, actor=actor, now=now, data=data, note=text.strip(), seen_version=seen)


@transaction.atomic
def decide_against(
    *, case_id: RowId, about: str, reason: str, actor: Actor, now: datetime, seen_version: int | None = None
) -> Case:
    """A lead does not follow an objection, and says why (4.0.7: the lead decides). The officers read it by mail.

    RefusedError: `role`, `reason_missing`, `no_objection` where none stands.
    """
    insist(actor, Duty.DECIDE_AGAINST)
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    _insist_open(case)
    if about not in facts_of(case, now=now).objected:
        raise RefusedError(Refusal("no_objection", {}))
    if not reason.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    case = record(
        case_id=case_id,
        kind=NOT_FOLLOWED,
        actor=actor,
        now=now,
        data={"kind": about},
        note=reason.strip(),
        seen_version=seen_version,
    )
    link = f"{base_url(case.controller)}/desk/cases/{case.pk}/consultation/"
    for officer in holders(case.controller, Role.DPO):
        context = {"reference": case.request.reference, "link": link, "not_followed": True}
        notices.to_staff(user=officer, kind="consultation", now=now, context=context)
    return case
