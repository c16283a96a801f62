"""From collected data to the released answer: draft, second person, release, download.

Approval binds the hash of the manifest of plain bytes; what was approved is what is released (house.md "Determinism").
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from dsr.cases import answer_letters, approvals, messages, redactions_open, sending, tasks, versions
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.facts import plan_in_force
from dsr.cases.perform import ConflictError, RefusedError, insist, perform, record, staff_id
from dsr.law.letters import ANSWERS, Outcome
from dsr.law.rights import CHANGES_NO_STORE, Right
from dsr.law.workflow import Action, Actor, Refusal, State
from dsr.models import Artifact, Case, RowId

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

MAX_PARAGRAPH = 4000
# Kinds of artifact that leave the house with an answer; collected data never leaves by itself.
RELEASED = (Artifact.Kind.PACKAGE, Artifact.Kind.LETTER, Artifact.Kind.REPORT, Artifact.Kind.CERTIFICATE)


@transaction.atomic
def start_collection(*, case_id: RowId, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """Begin to locate the person in all stores of the controller; collecting follows by itself (4.2 no. 9)."""
    case = perform(
        case_id=case_id,
        action=Action.START_COLLECTION,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"handler": None} if staff_id(actor) is None else {"handler_id": staff_id(actor)},
    )
    tasks.ensure(case=case, operation="locate", now=now, again=True)
    return case


@transaction.atomic
def collect_again(
    *, case_id: RowId, actor: Actor, now: datetime, seen_version: int | None = None, note: str = ""
) -> Case:
    """Back to the stores: something is missing or a new identifier showed up (4.0 no. 1). The draft is void."""
    case = perform(
        case_id=case_id,
        action=Action.COLLECT_AGAIN,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"manifest_sha256": "", "approved_sha256": ""},
        note=note,
        extra_facts={"reason_given": bool(note.strip())},
    )
    supersede(case=case, kinds=RELEASED, now=now)
    tasks.ensure(case=case, operation="locate", now=now, again=True)
    return case


@transaction.atomic
def draft(*, case_id: RowId, paragraph: str, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """Have the package built anew from what was collected, with the handler's own paragraph in the letter."""
    insist(actor, Duty.DRAFT)
    case = Case.objects.get(pk=case_id)
    if case.state != State.DRAFTING:
        raise RefusedError(Refusal("not_drafting", {}))
    if seen_version is not None and case.version != seen_version:
        raise ConflictError
    content = case.content() | {"paragraph": paragraph.strip()[:MAX_PARAGRAPH], "drafted_at": now.isoformat()}
    case.put(content)
    changes = {
        "manifest_sha256": "",
        "approved_sha256": "",
        "sealed": case.sealed,
        "handler_id": staff_id(actor) or case.handler_id,
    }
    case = record(case_id=case_id, kind="draft_requested", actor=actor, now=now, changes=changes)
    supersede(case=case, kinds=RELEASED, now=now)
    tasks.ensure(case=case, operation="package", now=now, again=True)
    return case


def supersede(*, case: Case, kinds: tuple[str, ...], now: datetime, store: str | None = None) -> None:
    """Mark earlier artifacts as replaced; they stay until they expire, but nothing offers them any more."""
    rows = Artifact.objects.filter(case=case, kind__in=kinds, superseded_at__isnull=True)
    if store is not None:
        rows = rows.filter(store=store)
    rows.update(superseded_at=now)
    if Artifact.Kind.LETTER in kinds:
        answer_letters.give_up(case=case)


@transaction.atomic
def submit(*, case_id: RowId, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """Hand the finished draft to a second person; who submits cannot approve (4.3). What is shown is kept as a summary."""
    case = Case.objects.get(pk=case_id)
    case = perform(
        case_id=case_id,
        action=Action.SUBMIT_FOR_REVIEW,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"preparer_id": staff_id(actor)},
        data={"manifest_sha256": case.manifest_sha256},
    )
    versions.show(case=case, now=now)
    return case


def send_back(*, case_id: RowId, comment: str, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """The reviewer returns the draft with a comment."""
    return perform(
        case_id=case_id,
        action=Action.RETURN_TO_DRAFTING,
        actor=actor,
        now=now,
        seen_version=seen_version,
        note=comment,
        extra_facts={"reason_given": bool(comment.strip())},
    )


@transaction.atomic
def approve(
    *,
    case_id: RowId,
    manifest_sha256: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    attested: Iterable[str] = (),
) -> Case:
    """Approve exactly the manifest that was on the screen; a package built since then is refused.

    `attested` is what the approver says she looked at (`dsr.law.attest`); the event keeps it. The approval counts for the
    controller's `approval_days` (4.0.1).
    """
    case = Case.objects.select_related("controller").get(pk=case_id)
    if manifest_sha256 != case.manifest_sha256:
        raise RefusedError(Refusal("manifest_changed", {}))
    signed = approvals.signed(case, attested, actor=actor, now=now)
    case = perform(
        case_id=case_id,
        action=Action.APPROVE,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"approved_sha256": manifest_sha256, **signed.changes},
        data={"manifest_sha256": manifest_sha256, **signed.data},
        extra_facts=signed.facts,
    )
    answer_letters.approve(case=case, actor=actor, now=now)
    redactions_open.reviewed(case=case, by=staff_id(actor), now=now)
    return case


@transaction.atomic
def release(*, case_id: RowId, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """Make the approved answer available to the person and say so by mail; the case is completed (4.2 no. 16, T-24)."""
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    if case.state == State.APPROVED:
        first = sending.waits(case)
        by = actor if first else SYSTEM
        case = perform(case_id=case_id, action=Action.NOTIFY, actor=by, now=now, seen_version=seen_version)
        seen_version = None
        if first:
            # The other controller gets its copy before she gets hers (P-05): the letter then says whether it did.
            sending.start(case=case, now=now)
            return case
    expires = now + timedelta(days=case.controller.package_days)
    out = Artifact.objects.filter(case=case, kind__in=RELEASED, superseded_at__isnull=True)
    hashes = {f"{row.kind}_sha256": row.sha256 for row in out}
    out.update(released_at=now, expires_at=expires)
    # What the law keeps makes the answer a partial one, with its remedies (4.0.4).
    partly = Right(case.right) not in CHANGES_NO_STORE and bool(plan_in_force(case, "keep"))
    letter = ANSWERS[Right(case.right)].value
    case = perform(
        case_id=case_id,
        action=Action.COMPLETE_PARTLY if partly else Action.COMPLETE,
        actor=actor,
        now=now,
        seen_version=seen_version,
        data={"letter": letter, **hashes},
    )
    outcome = Outcome.PARTLY if partly else Outcome.GRANTED
    answer_letters.send(case=case, outcome=outcome, actor=actor, now=now)
    _tell(case, now)
    return case


def _tell(case: Case, now: datetime) -> None:
    to = messages.contact_of(case.request)
    if to:
        name = str(case.request.content().get("name", ""))
        messages.queue_mail(request=case.request, kind="package_ready", to=to, now=now, context={"name": name})


def record_download(*, artifact: Artifact, proof: str, actor: Actor, now: datetime) -> None:
    """Note a download by the person: when, which bytes, after which proof. She sees the list herself."""
    data = {"artifact": artifact.kind, "sha256": artifact.sha256, "proof": proof}
    record(case_id=artifact.case_id, kind="downloaded", actor=actor, now=now, data=data)
