"""Receiving controllers and the wish to have data sent to one (Art. 20(2), P-05, Recital 68; decision 065).

Who is chosen for a case is part of its draft: choosing anew voids the draft, and the approval of the package binds the
receiver with its keys, because they stand in the package. A receiver whose keys change has to be checked anew.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsr.cases.answer import RELEASED, supersede
from dsr.cases.clock import local_date
from dsr.cases.perform import ConflictError, RefusedError, record, staff_id
from dsr.cases.sending import OPERATION, declined
from dsr.law.portability import NoTransmission, ReceiverFacts, transmission_refusal
from dsr.law.rights import Right
from dsr.law.terms import Role
from dsr.law.workflow import Refusal, State
from dsr.models import Artifact, Case, Controller, Receiver, RowId, Task, Transmission

if TYPE_CHECKING:
    from datetime import date, datetime

    from dsr.law.workflow import Actor

# Who may say to whom data go: those who answer for it, and those who run the machine.
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.DPO, Role.LEAD})
CHOOSERS = frozenset({Role.HANDLER, Role.LEAD})
# What names the receiver and its keys: whatever changes here was never verified and never approved.
BINDING = ("host", "port", "username", "folder", "host_key", "recipient_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is kept about a receiver. `secret` is `env:NAME` or `file:PATH`, never a secret itself."""

    name: str
    contact: str
    host: str = ""
    port: int = 22
    username: str = ""
    secret: str = ""
    sign_in: str = "key"
    folder: str = ""
    host_key: str = ""
    recipient_key: str = ""
    key_expires_on: date | None = None


def keep(*, controller: Controller, details: Details, actor: Actor, now: datetime) -> Receiver:
    """Add a receiver, or change the one of this name. A change of what names it takes its proof away.

    RefusedError: `role`, `receiver_incomplete`, `receiver_secret_clear`, `receiver_host_key`, `receiver_key`.
    """
    _insist(actor, KEEPERS)
    _check(details)
    with transaction.atomic():
        row = Receiver.objects.of(controller).filter(name=details.name).first()
        if row is None:
            row = Receiver(controller=controller, created_at=now)
        elif any(getattr(row, name) != getattr(details, name) for name in BINDING):
            row.verified_by, row.verified_on, row.proof = "", None, ""
        for name, value in asdict(details).items():
            setattr(row, name, value)
        row.ended_at = None
        row.save()
    return row


def _check(details: Details) -> None:
    if not details.name.strip() or "@" not in details.contact:
        raise RefusedError(Refusal("receiver_incomplete", {}))
    places = ("file:",) if details.sign_in == "key" else ("env:", "file:")
    if details.secret and not details.secret.startswith(places):
        raise RefusedError(Refusal("receiver_secret_clear", {}))
    if details.host_key and not details.host_key.startswith("SHA256:"):
        raise RefusedError(Refusal("receiver_host_key", {}))
    if details.recipient_key and not details.recipient_key.startswith("age1"):
        raise RefusedError(Refusal("receiver_key", {}))


def verify(*, receiver: Receiver, proof: str, by: str, actor: Actor, now: datetime) -> Receiver:
    """Note that somebody has checked both keys with the other controller, by which way (`proof`), today.

    RefusedError: `role`, `reason_missing` without words about the way.
    """
    _insist(actor, KEEPERS)
    if not proof.strip() or not by.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    receiver.verified_by, receiver.proof = by.strip()[:120], proof.strip()[:400]
    receiver.verified_on = local_date(receiver.controller, now)
    receiver.save(update_fields=["verified_by", "proof", "verified_on"])
    return receiver


def end(*, receiver: Receiver, actor: Actor, now: datetime) -> None:
    """Send nothing to this receiver any more; what was sent stays on file."""
    _insist(actor, KEEPERS)
    Receiver.objects.filter(pk=receiver.pk, ended_at__isnull=True).update(ended_at=now)


def refusal_of(receiver: Receiver | None, *, today: date) -> NoTransmission | None:
    """Why nothing may be sent to this receiver today, or None."""
    if receiver is None:
        return transmission_refusal(None, today=today)
    facts = ReceiverFacts(
        host=receiver.host if receiver.username and receiver.secret else "",
        folder=receiver.folder,
        host_key=receiver.host_key,
        recipient_key=receiver.recipient_key,
        key_expires_on=receiver.key_expires_on,
        verified_on=receiver.verified_on,
        ended=receiver.ended_at is not None,
    )
    return transmission_refusal(facts, today=today)


def bound_of(receiver: Receiver) -> dict[str, Any]:
    """The facts of a receiver that an approval binds: where, and by which keys it is recognised."""
    return {"id": str(receiver.pk), "name": receiver.name, **{name: getattr(receiver, name) for name in BINDING}}


def bound_facts(case: Case) -> dict[str, Any]:
    """Where the copy of a case would go and by which keys, for who approves it; empty when it goes to nobody else."""
    row = Transmission.objects.filter(case=case).exclude(status=Transmission.Status.DECLINED).first()
    return dict(row.bound) if row else {}


def wants_transmission(case: Case) -> bool:
    """Whether the person asked that another provider gets her data (portal, `to_whom`)."""
    scope = case.request.content().get("scope") or {}
    return bool(scope.get("to_whom") == "provider")


@transaction.atomic
def choose(
    *, case_id: RowId, receiver_id: RowId, actor: Actor, now: datetime, seen_version: int | None = None
) -> Transmission:
    """Have the data of a portability case sent to this receiver; the draft is void.

    RefusedError: `not_drafting`, `not_portability`, or `receiver_refused` with the reason why nothing may be sent to it.
    """
    case = _drafting(case_id, actor, seen_version)
    receiver = Receiver.objects.of(case.controller).filter(pk=receiver_id).first()
    reason = refusal_of(receiver, today=local_date(case.controller, now))
    if reason is not None or receiver is None:
        raise RefusedError(Refusal("receiver_refused", {"reason": reason or NoTransmission.UNKNOWN_RECEIVER}))
    values = {"receiver": receiver, "status": Transmission.Status.CHOSEN, "reason": "", "bound": bound_of(receiver)}
    return _decided(case, values, actor, now)


@transaction.atomic
def decline(
    *, case_id: RowId, reason: NoTransmission, actor: Actor, now: datetime, seen_version: int | None = None
) -> Transmission:
    """Send nothing, for this reason: she gets her data herself, and L-14 tells her why (SC-12); the draft is void."""
    case = _drafting(case_id, actor, seen_version)
    values: dict[str, Any] = {
        "receiver": None,
        "status": Transmission.Status.DECLINED,
        "reason": reason.value,
        "bound": {},
    }
    return _decided(case, values, actor, now)


def _drafting(case_id: RowId, actor: Actor, seen_version: int | None) -> Case:
    _insist(actor, CHOOSERS)
    case: Case = Case.objects.select_related("controller", "request").get(pk=case_id)
    if seen_version is not None and case.version != seen_version:
        raise ConflictError
    if case.right != Right.PORTABILITY:
        raise RefusedError(Refusal("not_portability", {}))
    if case.state != State.DRAFTING:
        raise RefusedError(Refusal("not_drafting", {}))
    return case


def _decided(case: Case, values: dict[str, Any], actor: Actor, now: datetime) -> Transmission:
    # An earlier sending of a case that was looked at again stays in its chain, with receiver and hashes.
    blank = {"file_name": "", "size": 0, "plain_sha256": "", "encrypted_sha256": "", "host_key": "", "sent_at": None}
    fixed = {"controller": case.controller, "created_at": now, "chosen_by_id": staff_id(actor)}
    row, _ = Transmission.objects.update_or_create(case=case, defaults={**blank, **values, **fixed})
    receiver = row.receiver
    data = {"receiver": str(receiver.pk) if receiver else "", "reason": row.reason}
    changes = {"manifest_sha256": "", "approved_sha256": ""}
    record(case_id=case.pk, kind="transmission_decided", actor=actor, now=now, changes=changes, data=data)
    supersede(case=case, kinds=(*RELEASED, Artifact.Kind.OUTGOING), now=now)
    drawn: Transmission = row
    return drawn


@transaction.atomic
def give_up(*, case_id: RowId, actor: Actor, now: datetime) -> None:
    """A lead ends a transmission that failed for good: she gets her data herself, and a letter that says why.

    RefusedError: `lead_only`, `task_not_waiting` unless the task waits for a person.
    """
    if Role.LEAD not in actor.roles:
        raise RefusedError(Refusal("lead_only", {}))
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    waiting = Task.objects.filter(case=case, operation=OPERATION, status=Task.Status.MANUAL)
    if not waiting.update(status=Task.Status.WAIVED, finished_at=now):
        raise RefusedError(Refusal("task_not_waiting", {}))
    declined(case=case, reason=NoTransmission.FAILED, actor=actor, now=now)


def _insist(actor: Actor, roles: frozenset[Role]) -> None:
    if not roles & actor.effective:
        raise RefusedError(Refusal("role", {"roles": ",".join(sorted(roles))}))
