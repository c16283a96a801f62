"""Evidence packs for a supervisory authority (rules 4.6): ordered with a reason, made once by a worker, each taking is an event.

Lead, data protection officer and auditor may order one. The auditor reads log and metadata only (4.3), so for the auditor there
is a pack of exactly that; the person's words, letters and the answer itself are for lead and data protection officer.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from dsr.cases.actors import SYSTEM
from dsr.cases.delivery import offered
from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, RefusedError, insist, record, staff_id
from dsr.law.workflow import Refusal
from dsr.models import Artifact, Case, EvidencePack
from dsr.work import wake

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.law.workflow import Actor
    from dsr.models import Controller, RowId

KEPT_FOR: Final = timedelta(days=30)
"""How long a pack can be fetched after it was made (POLICY, as the answer in the portal); it can be ordered again."""
LEASE: Final = timedelta(minutes=15)
ATTEMPTS: Final = 5
MAX_WORDS: Final = 200
"""Characters of the authority's name and of its reference."""
JOB: Final = "dsr.work.jobs.make_evidence"
Extent = EvidencePack.Extent
NEEDED: Final = {Extent.LOG: Duty.EVIDENCE_PACK, Extent.FILE: Duty.EVIDENCE_FILE, Extent.ANSWER: Duty.EVIDENCE_FILE}
"""Which duty orders and fetches a pack of which extent."""


@transaction.atomic
def order(
    *,
    case_id: RowId,
    extent: EvidencePack.Extent,
    authority: str,
    reference: str,
    actor: Actor,
    now: datetime,
    language: str = "",
) -> EvidencePack:
    """Have a pack made. `authority` and `reference` say who asks and under which number; both are sealed, none is in clear.

    `language`: one of `languages`, in which the authority reads; empty: the controller's first. ValueError for any other.
    RefusedError: `role`, `evidence_reference_missing`, `evidence_no_answer` when the answer is to go along and its file is not
    kept (any more). ConflictError when a pack of this extent is being made already.
    """
    insist(actor, NEEDED[extent])
    authority, reference = authority.strip()[:MAX_WORDS], reference.strip()[:MAX_WORDS]
    if not authority or not reference:
        raise RefusedError(Refusal("evidence_reference_missing", {}))
    case: Case = Case.objects.select_related("controller", "request").get(pk=case_id)
    if extent is Extent.ANSWER and sent_answer(case) is None:
        raise RefusedError(Refusal("evidence_no_answer", {}))
    # One that failed for good gives way: whoever orders again wants another try.
    EvidencePack.objects.filter(case=case, extent=extent, made_at__isnull=True, attempts__gte=ATTEMPTS).delete()
    pack = EvidencePack(
        controller=case.controller,
        case=case,
        extent=extent,
        asked_by_id=staff_id(actor),
        ordered_at=now,
        not_before=now,
    )
    offered_in = languages(case.controller)
    if language and language not in offered_in:
        raise ValueError("no catalogue in this language")
    pack.put({"authority": authority, "reference": reference, "language": language or offered_in[0]})
    try:
        with transaction.atomic():
            pack.save(force_insert=True)
    except IntegrityError:
        raise ConflictError from None
    record(
        case_id=case.pk,
        kind="evidence_pack",
        actor=actor,
        now=now,
        data={"pack": str(pack.pk), "extent": extent.value},
        note=f"{authority}, {reference}",
    )
    wake.nudge(JOB, str(pack.pk), queue="pdf")
    return pack


def languages(controller: Controller) -> list[str]:
    """In which languages a pack can be written: those of the catalogues, the controller's own before all others."""
    known = [code for code, _name in settings.LANGUAGES]
    own = [code for code in controller.languages if code in known]
    return [*dict.fromkeys([*own, *known])]


def language_of(pack: EvidencePack) -> str:
    """In which language it was ordered; English for an order of before it could be chosen."""
    return str(pack.content().get("language", "en"))


def sent_answer(case: Case) -> Artifact | None:
    """The answer as it was sent, while its bytes are kept."""
    found = offered(case)
    return found if found is not None and found.storage_name and found.wrapped_key else None


def waiting(*, now: datetime, limit: int) -> list[RowId]:
    """Packs that are ordered and not made: their job was lost, or its time is over."""
    rows = EvidencePack.objects.filter(made_at__isnull=True, not_before__lte=now, attempts__lt=ATTEMPTS)
    return list(rows.order_by("not_before", "pk").values_list("pk", flat=True)[:limit])


def claim(*, pack_id: RowId, now: datetime) -> EvidencePack | None:
    """Take an order to make it; None when it is made, taken, given up or gone. `attempts` is the fencing token."""
    rows = EvidencePack.objects.filter(pk=pack_id, made_at__isnull=True, not_before__lte=now, attempts__lt=ATTEMPTS)
    if not rows.update(not_before=now + LEASE, attempts=F("attempts") + 1):
        return None
    pack: EvidencePack = EvidencePack.objects.select_related("case__request__account", "case__controller").get(
        pk=pack_id
    )
    return pack


def still_mine(pack: EvidencePack) -> bool:
    """Whether nobody else took the order since it was claimed."""
    return EvidencePack.objects.filter(pk=pack.pk, made_at__isnull=True, attempts=pack.attempts).exists()


@transaction.atomic
def keep(*, pack: EvidencePack, artifact: Artifact, now: datetime) -> bool:
    """Say that the pack is made, with its hash as an event; False when another worker was faster."""
    mine = EvidencePack.objects.filter(pk=pack.pk, made_at__isnull=True, attempts=pack.attempts)
    if not mine.update(made_at=now, artifact=artifact, error_code=""):
        return False
    data = {"pack": str(pack.pk), "sha256": artifact.sha256, "manifest_sha256": artifact.details["manifest_sha256"]}
    record(case_id=pack.case_id, kind="evidence_made", actor=SYSTEM, now=now, data=data)
    return True


def failed(*, pack: EvidencePack, code: str) -> None:
    """Note why an attempt failed; the next one follows when the lease is over, ATTEMPTS times in all."""
    EvidencePack.objects.filter(pk=pack.pk, made_at__isnull=True).update(error_code=code[:40])


def packs_of(case: Case) -> QuerySet[EvidencePack]:
    """The orders of a case, the newest first."""
    rows: QuerySet[EvidencePack] = EvidencePack.objects.filter(case=case).select_related("artifact", "asked_by", "case")
    return rows.order_by("-ordered_at", "pk")


def is_there(pack: EvidencePack, *, now: datetime) -> bool:
    """Whether the file can be fetched: made, and its time not over."""
    file = pack.artifact
    if file is None or not file.storage_name or not file.wrapped_key:
        return False
    return file.expires_at is None or file.expires_at > now


@transaction.atomic
def take(*, pack: EvidencePack, actor: Actor, now: datetime) -> Artifact:
    """Note who fetches which pack, before its first byte leaves; returns the sealed file.

    RefusedError: `role` of the extent it was made in, `evidence_gone` when it is not made or not kept any more.
    """
    insist(actor, NEEDED[Extent(pack.extent)])
    if pack.artifact is None or not is_there(pack, now=now):
        raise RefusedError(Refusal("evidence_gone", {}))
    data = {"pack": str(pack.pk), "sha256": pack.artifact.sha256}
    record(case_id=pack.case_id, kind="evidence_taken", actor=actor, now=now, data=data)
    return pack.artifact
