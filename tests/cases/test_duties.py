"""What has no row in the workflow table is refused by the verb itself, whoever calls it (rules.md 4.3)."""

from __future__ import annotations

import pytest

from dsr.cases import actors, messages, tasks
from dsr.cases.duties import DUTIES, Duty
from dsr.cases.perform import RefusedError, assign
from dsr.law.terms import Role
from dsr.models import Case, Event, Message, Task
from tests.factories import MONDAY, make_case, make_staff

pytestmark = pytest.mark.django_db
STAFF = [role for role in Role if role not in {Role.SUBJECT, Role.SYSTEM, Role.EXECUTOR}]


def do(duty: Duty, case: Case, role: Role) -> None:
    user = make_staff(role.value, role.value)
    if duty is Duty.ASSIGN:
        assign(case_id=case.pk, to=user, actor=actors.staff(user), now=MONDAY)
    elif duty is Duty.MESSAGE:
        messages.from_office(request=case.request, text="Which year?", author=user, now=MONDAY)
    else:
        task = tasks.ensure(case=case, operation="collect", store="billing", now=MONDAY)
        Task.objects.filter(pk=task.pk).update(status="manual", error_code="lock")
        tasks.retry(task_id=task.pk, actor=actors.staff(user), now=MONDAY)


def written(case: Case) -> tuple[object, ...]:
    counts = (Event.objects.count(), Message.objects.count(), Task.objects.filter(status="queued").count())
    return Case.objects.values_list("version", "assignee").get(pk=case.pk), counts


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize("duty", [Duty.ASSIGN, Duty.MESSAGE, Duty.RETRY])
def test_4_3_the_verb_asks_for_the_role_and_a_refusal_writes_nothing(duty, role):
    case = make_case()
    before = written(case)

    if role in DUTIES[duty]:
        do(duty, case, role)
        assert written(case) != before
        return
    with pytest.raises(RefusedError) as refused:
        do(duty, case, role)
    assert refused.value.refusal.code == "role"
    assert refused.value.refusal.params == {"roles": ",".join(sorted(DUTIES[duty]))}
    assert written(case) == before


def test_the_person_assigns_nothing():
    case = make_case()

    with pytest.raises(RefusedError):
        assign(case_id=case.pk, to=None, actor=actors.subject(), now=MONDAY)
