"""Archiving a closed case (rules 4.2 no. 24, 4.0.8): what has served goes, what proves stays, and the event says how much of each.

Stays: the request, letters, certificate, decisions and the event chain. Goes: collected data, packages, drafts, row keys of
plans, the journal of writes, summaries of what was shown for approval, what recipients were sent; and with
the last case of a request the copies of mails, one-time codes, what stores taught
about the person, and all but the plainest index tokens; after an erasure also the account here (dsr.cases.own_accounts).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Sum

from dsr.cases import authority, holds, own_accounts, recipient_forget
from dsr.cases.actors import SYSTEM
from dsr.cases.clock import local_date
from dsr.cases.perform import perform
from dsr.law.guards import ARCHIVE_AFTER_DAYS
from dsr.law.rights import Right
from dsr.law.workflow import ANSWERED, Action, Role, State
from dsr.models import (
    AnswerVersion,
    Artifact,
    Case,
    CorrectionSheet,
    Event,
    IndexToken,
    JournalSecret,
    JournalStep,
    Message,
    OneTimeCode,
    Plan,
    Restriction,
    Subject,
    Task,
)
from dsr.vault import blind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dsr.models import Request, RowId

# What was made to work with or to hand over; letters, their files and the certificate are proof and stay (4.5).
SERVED: Final = frozenset({"collected", "package", "report", "attachment", "file_list", "outgoing"})
# 4.5: the file is "restricted to proof and defence"; the auditor sees the log, as everywhere.
READERS: Final = frozenset({Role.LEAD, Role.DPO, Role.AUDITOR})
_UNDONE: Final = (Task.Status.QUEUED, Task.Status.RUNNING, Task.Status.MANUAL)
_UNSENT: Final = (Message.Status.QUEUED, Message.Status.SENDING, *Message.UNDELIVERED)


@dataclass(frozen=True, slots=True)
class Archived:
    """The case, and the files whose keys are gone and whose bytes the caller removes after the transaction."""

    case: Case
    files: tuple[str, ...]


def due(*, now: datetime, limit: int) -> list[RowId]:
    """Cases to archive, the longest closed first: answered, 90 days over, nothing under way, no legal hold."""
    # The day in the controller's time zone is counted by the guard; here it is enough not to miss one.
    over = now - timedelta(days=ARCHIVE_AFTER_DAYS - 1)
    rows = Case.objects.filter(state__in=ANSWERED, closed_at__lt=over)
    rows = rows.exclude(Exists(Task.objects.filter(case=OuterRef("pk"), status__in=_UNDONE)))
    rows = rows.exclude(Exists(_planned(OuterRef("pk"))))
    rows = rows.exclude(Exists(_offered(Artifact.objects.filter(case=OuterRef("pk")), now)))
    rows = rows.exclude(Exists(Message.objects.filter(request=OuterRef("request_id"), status__in=_UNSENT)))
    over_now = Exists(_lifted(OuterRef("pk"))) | Exists(_ended(OuterRef("pk")))
    rows = rows.exclude(Exists(_restricting(OuterRef("pk"))) & ~over_now)
    rows = rows.exclude(Exists(Restriction.objects.filter(case=OuterRef("pk"), ended_at__isnull=True)))
    free = holds.free_of_claims(holds.free(rows, request="request_id"), request="request_id")
    free = authority.free(free, request="request_id")
    return list(free.order_by("closed_at").values_list("pk", flat=True)[:limit])


def _offered(rows: models.QuerySet[Any], now: datetime) -> models.QuerySet[Any]:
    """Released files that can still be fetched."""
    return rows.exclude(storage_name="").filter(released_at__isnull=False, expires_at__gt=now)


def _planned(case: Any) -> models.QuerySet[Any]:
    """Plans after the answer that wait or run (docs/after-erasure.md): archiving takes the row keys of plans away."""
    waiting = [Plan.Status.DRAFT, Plan.Status.APPROVED]
    return Plan.objects.filter(case=case, status__in=waiting).exclude(occasion="")


def _restricting(case: Any) -> models.QuerySet[Any]:
    told = Q(action="restrict_now") | Q(action__startswith="complete", case__right=Right.RESTRICTION.value)
    return Event.objects.filter(told, case=case)


def _restricted(case: Case) -> bool:
    """Whether a restriction stands: a row says so, or a case of before there were rows was never lifted."""
    if Restriction.objects.filter(case=case, ended_at__isnull=True).exists():
        return True
    return _restricting(case).exists() and not _lifted(case).exists() and not _ended(case).exists()


def _ended(case: Any) -> models.QuerySet[Any]:
    """Restrictions that are over: lifted, or an accepted objection took their place."""
    return Restriction.objects.filter(case=case, ended_at__isnull=False)


def _lifted(case: Any) -> models.QuerySet[Any]:
    return Event.objects.filter(case=case, action="lift_restriction")


@transaction.atomic
def archive(*, case_id: RowId, now: datetime) -> Archived:
    """Minimise one case and move it to ARCHIVED; the event holds counts and one hash over those of the files that went.

    RefusedError with what stands in the way (too recent, something under way, restriction, hold), ConflictError when it
    moved meanwhile; then nothing has changed.
    """
    case: Case = Case.objects.select_related("controller", "request__controller").get(pk=case_id)
    holds.insist_free(case.request_id)
    holds.insist_no_claim(case.request_id)
    authority.insist_free(case.request_id)
    aftercare = _aftercare(case, now)
    removed, names = _files(case)
    removed |= _working_rows(case)
    if not case.request.cases.exclude(pk=case.pk).exclude(state=State.ARCHIVED).exists():
        removed |= _request(case.request)
        removed["accounts"] = own_accounts.forget(request=case.request, case=case, now=now)
    closed_on = local_date(case.controller, case.closed_at) if case.closed_at else None
    facts = {
        "closed_days": (local_date(case.controller, now) - closed_on).days if closed_on else 0,
        "aftercare_open": aftercare,
        "restriction_open": _restricted(case),
    }
    case = perform(
        case_id=case.pk,
        action=Action.ARCHIVE,
        actor=SYSTEM,
        now=now,
        seen_version=case.version,
        data={"removed": removed},
        extra_facts=facts,
    )
    return Archived(case, names)


def _aftercare(case: Case, now: datetime) -> int:
    """What still has to happen after the answer: tasks, packages on offer, mails that have not arrived (4.0.8)."""
    return (
        case.tasks.filter(status__in=_UNDONE).count()
        + _planned(case).count()
        + _offered(Artifact.objects.filter(case=case), now).count()
        + case.request.messages.filter(status__in=_UNSENT).count()
    )


def _files(case: Case) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Shred the files that have served; superseded letters are drafts."""
    over = Q(kind__in=SERVED) | Q(superseded_at__isnull=False, letters__isnull=True)
    ids = list(case.artifacts.filter(over).values_list("pk", flat=True).distinct())
    rows = Artifact.objects.filter(pk__in=ids).exclude(wrapped_key="")
    hashes = sorted(rows.values_list("sha256", flat=True))
    report = {
        "files": len(hashes),
        "bytes": rows.aggregate(n=Sum("size"))["n"] or 0,
        "files_sha256": hashlib.sha256("\n".join(hashes).encode()).hexdigest() if hashes else "",
    }
    names = tuple(Artifact.objects.filter(pk__in=ids).exclude(storage_name="").values_list("storage_name", flat=True))
    Artifact.objects.filter(pk__in=ids).update(wrapped_key="")
    return report, names


def _working_rows(case: Case) -> dict[str, Any]:
    """Row keys of plans and the journal of writes; the plan's summary, hash and dates are decisions and stay."""
    journal = JournalStep.objects.filter(plan__case=case).delete()[0]
    secrets = JournalSecret.objects.filter(plan__case=case).delete()[0]
    # What stores held while a correction was decided; what came of it stands in the decision and the letter.
    CorrectionSheet.objects.filter(case=case).delete()
    # Letter texts and file names of drafts that were replaced; that each was shown, and its hash, is in the chain.
    versions = AnswerVersion.objects.filter(case=case).delete()[0]
    plans = Plan.objects.filter(case=case).select_related("case")
    for plan in plans:
        plan.put({"stores": {}})
        plan.save(update_fields=["sealed"])
    told = recipient_forget.at_archive(case)
    return {"plans": len(plans), "journal": journal + secrets, "versions": versions, "recipient_mails": told}


def _request(request: Request) -> dict[str, Any]:
    """What belongs to all cases of a request, with the last of them."""
    mails = list(request.messages.filter(by_mail=True, inbound=False).select_related("request"))
    for mail in mails:
        # That it was sent, and when, is the row; what it said is in the letter or in the portal message it announced.
        mail.put({"to": "", "subject": str(mail.content().get("subject", "")), "body": ""})
        mail.save(update_fields=["sealed"])
    codes = OneTimeCode.objects.filter(request=request).delete()[0] + request.checks.all().delete()[0]
    identifiers, proven = _subject(request)
    told = request.content()
    kept = {("name", word) for word in blind.fold(str(told.get("name", ""))).split()} | proven
    kept |= {(kind, value) for kind, value in told.get("identifiers", [])}
    kept |= {("email", str(told["contact_email"]))} if told.get("contact_email") else set()
    slug = request.controller.slug
    tokens = {(kind, token) for kind, value in kept for token in blind.tokens(slug, kind, value)}
    over = [row.pk for row in request.tokens.all() if (row.kind, row.token) not in tokens]
    IndexToken.objects.filter(pk__in=over).delete()
    return {"mails": len(mails), "codes": codes, "identifiers": identifiers, "tokens": len(over)}


def _subject(request: Request) -> tuple[int, set[tuple[str, str]]]:
    """Keep of the located person what she proved herself to be; how many identifiers went, and which stay."""
    row = Subject.objects.filter(request=request).select_related("request").first()
    if row is None:
        return 0, set()
    identifiers = row.content().get("identifiers", [])
    proven = [one for one in identifiers if one.get("link") == "proof"]
    row.put({"identifiers": proven})
    row.save(update_fields=["sealed"])
    return len(identifiers) - len(proven), {(one["kind"], one["value"]) for one in proven}


def forget_files(names: tuple[str, ...], *, delete: Callable[[str], None]) -> None:
    """Remove sealed bytes whose keys are gone, outside any transaction, then their names."""
    for name in names:
        delete(name)
        Artifact.objects.filter(storage_name=name, wrapped_key="").update(storage_name="")
