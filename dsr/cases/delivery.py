"""What happens to an answer after its release: reminded of, confirmed, taken back, offered again, opened by letter (4.5, A-16)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from dsr.cases import codes, messages
from dsr.cases.actors import SYSTEM
from dsr.cases.answer import RELEASED
from dsr.cases.clock import local_date
from dsr.cases.duties import Duty
from dsr.cases.perform import RefusedError, insist, record
from dsr.law.workflow import Actor, Refusal
from dsr.models import Artifact, Case, Event, OneTimeCode, Request, RowId

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import QuerySet

# Said a week before a file goes, so that a letter to the office can still be answered in time. A policy.
REMIND_BEFORE = timedelta(days=7)
# 4.5: the package stays 30 days after release, or seven after the person said that she has it.
AFTER_CONFIRMED = timedelta(days=7)


def offered(case: Case) -> Artifact | None:
    """The released answer of a case as it stands, taken back and run out ones too; None before there is one."""
    rows = case.artifacts.filter(kind=Artifact.Kind.PACKAGE, released_at__isnull=False, superseded_at__isnull=True)
    found: Artifact | None = rows.order_by("-released_at").first()
    return found


def is_open(artifact: Artifact, *, now: datetime) -> bool:
    """Whether the file may be downloaded: there, not taken back, its time not over."""
    running = artifact.expires_at is None or artifact.expires_at > now
    return bool(artifact.storage_name and artifact.wrapped_key) and artifact.revoked_at is None and running


def remind_due(*, now: datetime, limit: int) -> int:
    """Tell whoever has not downloaded her answer that it goes in a week; once each. Returns how many were told."""
    opened = Event.objects.filter(case=OuterRef("case"), action="downloaded", at__gte=OuterRef("released_at"))
    rows = Artifact.objects.filter(
        ~Exists(opened),
        kind=Artifact.Kind.PACKAGE,
        released_at__isnull=False,
        superseded_at__isnull=True,
        revoked_at__isnull=True,
        confirmed_at__isnull=True,
        reminded_at__isnull=True,
        expires_at__gt=now,
        expires_at__lte=now + REMIND_BEFORE,
        # A controller that keeps answers for less than a week tells the day in the mail that the answer is there.
        released_at__lt=F("expires_at") - REMIND_BEFORE,
    ).exclude(storage_name="")
    waiting = rows.select_related("case__request__account", "case__controller").order_by("expires_at")
    return sum(_remind(row, now) for row in waiting[:limit])


@transaction.atomic
def _remind(artifact: Artifact, now: datetime) -> bool:
    """Claim the reminder, then queue it; two ticks at once send one. True when it was this one."""
    if not Artifact.objects.filter(pk=artifact.pk, reminded_at__isnull=True).update(reminded_at=now):
        return False
    assert artifact.expires_at is not None  # noqa: S101 -- the query asks for it
    last = local_date(artifact.controller, artifact.expires_at)
    mailed = _tell(artifact.case, "package_expiring", now, expires_on=last)
    data = {"expires_on": last, "by_mail": mailed}
    record(case_id=artifact.case_id, kind="delivery_reminded", actor=SYSTEM, now=now, data=data)
    return True


def _tell(case: Case, kind: str, now: datetime, **context: object) -> bool:
    to = messages.contact_of(case.request)
    if to:
        name = str(case.request.content().get("name", ""))
        messages.queue_mail(request=case.request, kind=kind, to=to, now=now, context={"name": name, **context})
    return bool(to)


def _current(case: Case) -> QuerySet[Artifact]:
    return Artifact.objects.filter(case=case, kind__in=RELEASED, released_at__isnull=False, superseded_at__isnull=True)


def _offered(case_id: RowId, *, usable: Callable[[Artifact], bool]) -> tuple[Case, Artifact]:
    case = Case.objects.select_related("controller", "request__account").get(pk=case_id)
    artifact = offered(case)
    if artifact is None or not usable(artifact):
        raise RefusedError(Refusal("not_released", {}))
    return case, artifact


@transaction.atomic
def confirm(*, case_id: RowId, actor: Actor, now: datetime) -> None:
    """The person says that she has what she asked for: the file goes after a week (4.5). RefusedError before a download."""
    case, artifact = _offered(case_id, usable=lambda one: is_open(one, now=now))
    if not Event.objects.filter(case=case, action="downloaded", at__gte=artifact.released_at).exists():
        raise RefusedError(Refusal("not_downloaded", {}))
    if artifact.confirmed_at is not None:
        return
    ends = min(artifact.expires_at or now + AFTER_CONFIRMED, now + AFTER_CONFIRMED)
    _current(case).update(confirmed_at=now, expires_at=ends)
    data = {"expires_on": local_date(case.controller, ends)}
    record(case_id=case.pk, kind="delivery_confirmed", actor=actor, now=now, data=data)


@transaction.atomic
def revoke(*, case_id: RowId, reason: str, actor: Actor, now: datetime, seen_version: int | None = None) -> None:
    """Take a released answer back at once: nothing opens it any more, codes of letters end, the person is told.

    The bytes stay sealed until their time is over, because what was wrong with them may have to be shown.
    """
    insist(actor, Duty.REVOKE)
    if not reason.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    case, artifact = _offered(case_id, usable=lambda one: one.revoked_at is None)
    _current(case).update(revoked_at=now)
    codes.end(purpose=OneTimeCode.Purpose.POST, request=case.request, now=now)
    _tell(case, "package_revoked", now)
    record(
        case_id=case.pk,
        kind="delivery_revoked",
        actor=actor,
        now=now,
        data={"package_sha256": artifact.sha256, "expired": not is_open(artifact, now=now)},
        note=reason.strip(),
        seen_version=seen_version,
    )


@transaction.atomic
def offer_again(*, case_id: RowId, actor: Actor, now: datetime, seen_version: int | None = None) -> None:
    """Open a released answer once more, for as long as the first time: the same bytes, no new decision.

    RefusedError `file_removed` when they are gone: then the stores have to be asked anew, on a new request. What was
    taken back opens again only by those who may take back.
    """
    insist(actor, Duty.OFFER_AGAIN)
    case, artifact = _offered(case_id, usable=lambda _one: True)
    if artifact.revoked_at is not None:
        insist(actor, Duty.REVOKE)
    ends = now + timedelta(days=case.controller.package_days)
    there = _current(case).exclude(storage_name="").exclude(wrapped_key="")
    # Asked of the row that is written: the pass that removes what is over may be at it in this moment.
    if not there.filter(pk=artifact.pk).update(expires_at=ends):
        raise RefusedError(Refusal("file_removed", {}))
    _current(case).update(expires_at=ends, reminded_at=None, confirmed_at=None, revoked_at=None)
    _tell(case, "package_ready", now)
    data = {"package_sha256": artifact.sha256, "expires_on": local_date(case.controller, ends)}
    record(case_id=case.pk, kind="delivery_offered_again", actor=actor, now=now, data=data, seen_version=seen_version)


@transaction.atomic
def letter_code(*, case_id: RowId, actor: Actor, now: datetime) -> str:
    """Draw a code that is printed in a letter to the address on file and opens the answer in the portal until it ends.

    The digits are returned once and stored nowhere; another letter ends the earlier one. codes.TooManyCodesError.
    """
    insist(actor, Duty.OFFER_AGAIN)
    case, artifact = _offered(case_id, usable=lambda one: is_open(one, now=now))
    ends = artifact.expires_at or now + timedelta(days=case.controller.package_days)
    digits = codes.for_letter(request=case.request, expires_at=ends, now=now)
    data = {"expires_on": local_date(case.controller, ends)}
    record(case_id=case.pk, kind="letter_code_made", actor=actor, now=now, data=data)
    return digits


@transaction.atomic
def prepare_copy(*, case_id: RowId, actor: Actor, now: datetime, seen_version: int | None = None) -> None:
    """Note that a protected copy for the post is made, by whom and of which bytes; for as long as the bytes are there."""
    insist(actor, Duty.OFFER_AGAIN)
    case, artifact = _offered(case_id, usable=lambda one: bool(one.storage_name) and one.revoked_at is None)
    data = {"package_sha256": artifact.sha256}
    record(case_id=case.pk, kind="copy_made", actor=actor, now=now, data=data, seen_version=seen_version)


def open_by_letter(*, request: Request, entered: str, now: datetime) -> codes.Checked:
    """Check the code of a letter; it works until it ends, five wrong tries in a row lock it, and each of them is an event.

    Digits that do not even name the letter come from somebody who knows a reference at most: they use no try up and leave
    no event, or a stranger could close the answer to its reader and fill the chain.
    """
    code = codes.newest(controller=request.controller, purpose=OneTimeCode.Purpose.POST, request=request)
    if code is None:
        return codes.Checked("expired")
    if not codes.names(code=code, entered=entered):
        return codes.Checked("wrong")
    checked = codes.check(code=code, entered=entered, now=now, once=False)
    kind = "opened_by_letter" if checked.status == "ok" else "identity_failed"
    for case in request.cases.all():
        data = {"method": "letter", "result": checked.status}
        record(case_id=case.pk, kind=kind, actor=SYSTEM, now=now, data=data)
    return checked
