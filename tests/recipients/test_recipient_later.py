"""Erasures after the answer are told to whoever has not heard yet, and the tick opens no case twice for nothing (Art. 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.utils import timezone

from dsr.cases import recipient_notices, recipient_passes
from dsr.models import Case, Event, Plan, RecipientMail, RecipientNotice
from tests.recipients.telling import PHONE, changed, fresh, recipient, send

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db


def later_plan(case: Case, occasion: str, now: datetime) -> Plan:
    """A plan after the answer that has erased what a network log-in had kept."""
    line = Plan.objects.get(case=case, occasion="").summary[0]
    plan = Plan(
        controller=case.controller,
        case=case,
        number=2,
        store="radius",
        occasion=occasion,
        status="applied",
        sha256="1" * 64,
        created_at=now,
    )
    kept = line | {"store": "radius", "dataset": "postauth", "treatment": "keep"}
    plan.summary, plan.applied_at = [line | {"store": "radius", "dataset": "sessions"}, kept], now
    plan.save(force_insert=True)
    return plan


@pytest.mark.parametrize("state", ["completed", "archived"])
def test_Art_19_what_is_erased_when_its_period_is_over_is_told_to_whoever_has_not_heard(state: str):
    recipient(datasets=("billing.customers", "radius.sessions"))
    recipient("Log Example", datasets=("radius.sessions",), nature="partner")
    recipient("Kept Example", datasets=("radius.postauth",), nature="partner")
    case, now = changed(), timezone.now()
    assert recipient_notices.make(case_id=case.pk, now=now) == 1
    send()
    Case.objects.filter(pk=case.pk).update(state=state, closed_at=now)
    assert recipient_notices.after_answer(plan=later_plan(case, "replay", now), now=now) == 0
    Plan.objects.filter(occasion="replay").delete()
    plan = later_plan(case, "kept", now)
    assert recipient_notices.after_answer(plan=plan, now=now) == 1
    assert recipient_notices.after_answer(plan=plan, now=now) == 0
    send()
    assert PHONE in mail.outbox[-1].body
    notice = RecipientNotice.objects.select_related("case").get(recipient__name="Log Example")
    assert (notice.status, notice.next_at is None) == ("told", state == "archived")
    assert set(fresh(case).content()["recipients"]) == {"Directory Example", "Log Example"}
    left = str(notice.content()) + str(RecipientMail.objects.get(notice=notice).content())
    assert (PHONE in left) == (state != "archived")


def test_a_case_that_concerns_nobody_does_not_keep_the_tick_from_the_others():
    recipient(datasets=("radius.sessions",))
    first, second = changed(), changed(named=("Named Ltd",))
    Case.objects.filter(pk=first.pk).update(received_on="2020-01-01")
    recipient("Named Ltd", datasets=(), nature="partner")
    now = timezone.now()
    assert recipient_passes.catch_up(now=now, limit=1) == 0
    assert recipient_passes.catch_up(now=now, limit=1) == 1
    assert RecipientNotice.objects.get().case_id == second.pk
    assert recipient_passes.catch_up(now=now, limit=1) == 0
    assert Event.objects.filter(case=first, action="recipients_none").count() == 1
    # Somebody enters who gets these data: the case is looked at again.
    recipient("Late Example", datasets=("billing.customers",))
    assert recipient_passes.catch_up(now=timezone.now(), limit=1) == 1
    assert RecipientNotice.objects.filter(case=first).count() == 1
