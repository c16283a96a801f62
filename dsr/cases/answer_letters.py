"""The letter inside an answer (L-09, L-11, L-14) as a row like any other: approved with the answer, sent with its release.

It is laid out with the package, so its words are in there; the row holds its file, its hash and who decided (4.2 no. 16).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.cases import letter_content
from dsr.cases.letters import channel_of, facts_of_letter
from dsr.cases.perform import record, staff_id
from dsr.law.letters import ANSWERS, Outcome
from dsr.law.rights import Right
from dsr.models import Artifact, Case, Letter

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor

Status = Letter.Status


def approve(*, case: Case, actor: Actor, now: datetime) -> None:
    """Note that the letter of the draft was approved, within the transaction that approves the answer."""
    artifact = _laid_out(case)
    if artifact is not None:
        _row(case, artifact, now=now, status=Status.APPROVED, approved_by_id=staff_id(actor), approved_at=now)


def give_up(*, case: Case) -> None:
    """A new draft is made: what was approved before leaves no more."""
    Letter.objects.filter(case=case, code=_code(case), status=Status.APPROVED).update(status=Status.VOID)


def send(*, case: Case, outcome: Outcome, actor: Actor, now: datetime) -> None:
    """Send the letter with the answer, within the transaction that releases it; its hash stands in the chain.

    An erasure is approved as a plan and its letter is made afterwards from what really happened: its approval is that of
    the plan, by whoever decided the case.
    """
    artifact = _laid_out(case)
    if artifact is None:
        return
    leaving: dict[str, Any] = {
        "status": Status.SENT,
        "sent_at": now,
        "channel": channel_of(case),
        "outcome": outcome.value,
    }
    approved = Letter.objects.filter(case=case, artifact=artifact, status=Status.APPROVED)
    if not approved.update(**leaving):
        _row(case, artifact, now=now, approved_by_id=case.decider_id, approved_at=now, **leaving)
    letter = Letter.objects.get(case=case, artifact=artifact, status=Status.SENT)
    record(case_id=case.pk, kind="letter_sent", actor=actor, now=now, data=facts_of_letter(letter))


def _code(case: Case) -> str:
    return ANSWERS[Right(case.right)].value


def _laid_out(case: Case) -> Artifact | None:
    """The letter of the current draft."""
    rows = case.artifacts.filter(kind=Artifact.Kind.LETTER, superseded_at__isnull=True)
    found: Artifact | None = rows.order_by("-created_at").first()
    return found


def _row(case: Case, artifact: Artifact, *, now: datetime, **columns: Any) -> None:
    said = letter_content.frame(
        case=case,
        code=ANSWERS[Right(case.right)],
        outcome=Outcome(columns.get("outcome", Outcome.GRANTED)),
        paragraph=str(case.content().get("paragraph", "")),
        now=artifact.created_at,
    ) | {"manifest_sha256": case.manifest_sha256, "pdf_sha256": artifact.sha256}
    letter = Letter(
        controller=case.controller,
        case=case,
        code=said["code"],
        language=case.request.language,
        content_sha256=letter_content.digest(said),
        artifact=artifact,
        pdf_sha256=artifact.sha256,
        drafted_by_id=case.preparer_id or case.handler_id,
        created_at=now,
        **{"outcome": said["outcome"], **columns},
    )
    letter.put({"said": said})
    letter.save(force_insert=True)
