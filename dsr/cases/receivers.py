"""Receiving controllers and the wish to have data sent to one (Art. 20(2), P-05, Recital 68; decision 065).

Who is chosen for a case is part of its draft: choosing anew voids the draft, and the approval of the package binds the
receiver with its keys, because they stand in the package. A receiver whose keys change has to be checked anew, by
somebody who did not enter them: one person alone must not decide where people's data go.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.cases.answer import RELEASED, supersede
from dsr.cases.clock import local_date
from dsr.cases.perform import ConflictError, RefusedError, record, staff_id
from dsr.cases.sending import OPERATION, declined
from dsr.cases.setup import differences, record_setup
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
# A key that is good for longer than it was verified for is another promise.
_VERIFIED: Final = (*BINDING, "key_expires_on")
# What a secret may be read from. The server on the other side gets a password, so that any other name or place would let
# whoever enters a receiver of her own have our secrets sent to her.
RECEIVER_FOLDER: Final = "receivers"
_SECRET: Final = re.compile(r"env:DSR_RECEIVER_[A-Z0-9_]+|file:[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is kept about a receiver. `secret` is `env:DSR_RECEIVER_…` or `file:NAME`, never a secret itself."""

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


_TOLD = ("host", "port", "folder", "username", "sign_in", "host_key", "recipient_key", "key_expires_on")
"""What an event says of a receiver: where data go and by which keys. No contact, which may be a person, and no secret."""


def keep(*, controller: Controller, details: Details, actor: Actor, now: datetime) -> Receiver:
    """Add a receiver, or change the one of this name. A change of what is verified takes its proof away, and so does taking
    up again one that was ended.

    RefusedError: `role`, `receiver_incomplete`, `receiver_secret_clear`, `receiver_secret_place`, `receiver_host_key`,
    `receiver_key`.
    """
    _insist(actor, KEEPERS)
    _check(details)
    with transaction.atomic():
        row = Receiver.objects.of(controller).filter(name=details.name).first()
        told = {name: getattr(row, name) for name in _TOLD} if row else {}
        if row is None:
            row = Receiver(controller=controller, created_at=now, kept_by=[_who(actor)])
        elif row.ended_at is not None or any(getattr(row, name) != getattr(details, name) for name in _VERIFIED):
            # Until somebody verified it, it is the work of everybody who entered a part of it.
            before = [] if row.ended_at or row.verified_on else row.kept_by
            row.kept_by = sorted({*before, _who(actor)})
            row.verified_by, row.verified_on, row.proof, row.noted_by = "", None, "", ""
        for name, value in asdict(details).items():
            setattr(row, name, value)
        row.ended_at = None
        row.save()
        changes = differences(told, {name: getattr(row, name) for name in _TOLD})
        data = {"receiver": row.name, "changes": changes}
        record_setup(controller=controller, kind="receiver_kept", actor=actor, now=now, data=data)
    return row


def _check(details: Details) -> None:
    if not details.name.strip() or "@" not in details.contact:
        raise RefusedError(Refusal("receiver_incomplete", {}))
    places = ("file:",) if details.sign_in == "key" else ("env:", "file:")
    if details.secret and not details.secret.startswith(places):
        raise RefusedError(Refusal("receiver_secret_clear", {}))
    if details.secret and not secret_allowed(details.secret):
        raise RefusedError(Refusal("receiver_secret_place", {}))
    if details.host_key and not details.host_key.startswith("SHA256:"):
        raise RefusedError(Refusal("receiver_host_key", {}))
    if details.recipient_key and not details.recipient_key.startswith("age1"):
        raise RefusedError(Refusal("receiver_key", {}))


def secret_allowed(secret: str) -> bool:
    """Whether a secret stands where only secrets for receivers stand: a variable or a file of their own."""
    return bool(_SECRET.fullmatch(secret))


def seen_of(receiver: Receiver) -> str:
    """A hash of what is verified, for the page that shows it: what was compared is what is noted as compared."""
    facts = {name: str(getattr(receiver, name)) for name in _VERIFIED}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def entered_by(receiver: Receiver, actor: Actor) -> bool:
    """Whether this actor entered something of what has to be compared, so that somebody else compares it."""
    return _who(actor) in receiver.kept_by


@transaction.atomic
def verify(*, receiver: Receiver, seen: str, proof: str, by: str, actor: Actor, now: datetime) -> Receiver:
    """Note that somebody has checked both keys with the other controller, by which way (`proof`), today.

    `seen` is what `seen_of` gave for the page. RefusedError: `role`, `reason_missing` without words about the way,
    `receiver_same_person` for whoever entered the receiver. ConflictError when it is another one by now.
    """
    _insist(actor, KEEPERS)
    if not proof.strip() or not by.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    if entered_by(receiver, actor):
        raise RefusedError(Refusal("receiver_same_person", {}))
    if seen != seen_of(receiver):
        raise ConflictError
    proved = {
        "verified_by": by.strip()[:120],
        "proof": proof.strip()[:400],
        "verified_on": local_date(receiver.controller, now),
        "noted_by": _who(actor),
    }
    same = {name: getattr(receiver, name) for name in (*_VERIFIED, "kept_by")}
    if not Receiver.objects.filter(pk=receiver.pk, ended_at__isnull=True, **same).update(**proved):
        raise ConflictError
    receiver.refresh_from_db()
    _said(receiver, "receiver_verified", actor, now)
    return receiver


@transaction.atomic
def end(*, receiver: Receiver, actor: Actor, now: datetime) -> None:
    """Send nothing to this receiver any more; what was sent stays on file."""
    _insist(actor, KEEPERS)
    if Receiver.objects.filter(pk=receiver.pk, ended_at__isnull=True).update(ended_at=now):
        _said(receiver, "receiver_ended", actor, now)


def _said(receiver: Receiver, kind: str, actor: Actor, now: datetime) -> None:
    record_setup(controller=receiver.controller, kind=kind, actor=actor, now=now, data={"receiver": receiver.name})


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


def _who(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}"


def _insist(actor: Actor, roles: frozenset[Role]) -> None:
    if not roles & actor.effective:
        raise RefusedError(Refusal("role", {"roles": ",".join(sorted(roles))}))
