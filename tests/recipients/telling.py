"""Cases whose stores were changed, and recipients to tell: rows as the plan leaves them, for tests without stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsr.cases import actors, recipients
from dsr.cases.identifiers import add_identifiers
from dsr.law.rights import Right
from dsr.models import Case, Plan, Recipient, RecipientMail
from dsr.work import jobs
from tests.factories import make_case, make_controller, make_staff

if TYPE_CHECKING:
    from dsr.law.workflow import Actor

PHONE = "+447700900123"


def otto() -> Actor:
    """The lead, who keeps the register."""
    return actors.staff(make_staff("otto", "lead"))


def mara() -> Actor:
    return actors.staff(make_staff("mara"))


def recipient(name: str = "Directory Example", **fields: Any) -> Recipient:
    """A directory that finds people by their phone number and gets the data of one dataset."""
    values: dict[str, Any] = {
        "name": name,
        "nature": "directory",
        "way": "mail",
        "email": "privacy@directory.example.com",
        "identifier": "phone",
        "language": "en",
        "datasets": (),
        **fields,
    }
    details = recipients.Details(**values)
    return recipients.keep(controller=make_controller(), details=details, actor=otto(), now=timezone.now())


def changed(
    right: Right = Right.ERASURE, *, treatment: str = "delete", named: tuple[str, ...] = (), **fields: Any
) -> Case:
    """A case whose stores have been changed and read again, so that recipients are to be told."""
    now = timezone.now()
    case = make_case(rights=(right,), at=now, **fields)
    found = [{"kind": "phone", "value": PHONE, "store": "billing", "link": "account"}]
    add_identifiers(request=case.request, found=found)
    line = {
        "store": "billing",
        "dataset": "customers",
        "label": {"en": "Customers"},
        "category": "master",
        "treatment": treatment,
        "count": 1,
        "fields": [],
        "recipients": list(named),
        "law": "",
        "mark": "",
        "until": None,
        "reason": "",
    }
    plan = Plan(controller=case.controller, case=case, number=1, status="applied", sha256="0" * 64, created_at=now)
    plan.summary, plan.applied_at = [line], now
    plan.save(force_insert=True)
    Case.objects.filter(pk=case.pk).update(state="notifying", approved_sha256="0" * 64)
    return fresh(case)


def fresh(case: Case) -> Case:
    found: Case = Case.objects.select_related("controller", "request").get(pk=case.pk)
    return found


def send() -> int:
    """Hand over what waits for recipients, as a worker does."""
    rows = list(RecipientMail.objects.filter(status="queued").order_by("created_at", "pk").values_list("pk", flat=True))
    for pk in rows:
        jobs.send_recipient_mail(str(pk))
    return len(rows)
