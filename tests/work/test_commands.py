"""The commands an administrator types, each with `--json`: store, case, tick, audit."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from dsr.cases import actors, answer, plans
from dsr.demo.people import by_position
from dsr.law.rights import Right
from dsr.models import Case, Event, Plan
from tests.factories import ATTESTED, make_case, make_controller, make_staff

pytestmark = pytest.mark.django_db
PERSON = by_position(3)


def run(*words: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_store_list_check_and_collect(demo_stores):
    stores = json.loads(run("store", "list", "--json"))
    assert [row["store"] for row in stores] == ["billing", "radius"]
    assert "locate collect check plan apply residue" in stores[0]["can"]
    assert "error" not in {row["severity"] for row in json.loads(run("store", "check", "--json"))}
    rows = [
        json.loads(line)
        for line in run(
            "store", "collect", "billing", "--identifier", f"customer_number={PERSON.customer_no}", "--json"
        ).splitlines()
    ]
    assert PERSON.email in {row.get("email") for row in rows}
    with pytest.raises(CommandError, match="none"):
        run("store", "collect", "billing", "--identifier", "customer_number=0")
    with pytest.raises(CommandError, match="KIND=VALUE"):
        run("store", "collect", "billing", "--identifier", "shoe_size=42")
    with pytest.raises(CommandError, match="no store is called"):
        run("store", "check", "nowhere")


def test_case_open_list_show_and_perform(demo_stores):
    make_controller()
    mara = make_staff("mara", "handler", "intake")
    (opened,) = json.loads(
        run("case", "open", "--right", "access", "--name", "Anna Example", "--as", mara.email, "--json")
    )
    assert opened["state"] == "received"
    assert [row["case"] for row in json.loads(run("case", "list", "--json"))] == [opened["case"]]
    assert json.loads(run("case", "show", opened["reference"], "--json"))["events"][0]["action"] == "received"
    with pytest.raises(CommandError, match=r"identity|know|proof|sure"):
        run("case", "perform", opened["case"], "accept", "--as", mara.email)
    with pytest.raises(CommandError, match="offset"):
        run("case", "open", "--right", "access", "--name", "x", "--as", mara.email, "--received", "2026-05-04T18:30")
    assert Case.objects.get(pk=opened["case"]).state == "received"


def test_store_plan_apply_and_residue_take_only_an_approved_plan(demo_stores, drain):
    make_controller(cooling_hours=0)
    mara, otto = make_staff("mara"), make_staff("otto", "lead")
    now = timezone.now()
    case = make_case(number=PERSON.customer_no, name=PERSON.name, rights=(Right.ERASURE,), at=now)
    answer.start_collection(case_id=case.pk, actor=actors.staff(mara), now=now)
    drain()
    reference = case.request.reference

    lines = json.loads(run("store", "plan", reference, "--as", mara.email, "--json"))
    plan = Plan.objects.get(case=case)
    assert {line["plan"] for line in lines} == {str(plan.pk)}
    with pytest.raises(CommandError, match="only an approved plan"):
        run("store", "apply", str(plan.pk))
    with pytest.raises(SystemExit):
        run("store", "residue", reference, "radius")
    answer.submit(case_id=case.pk, actor=actors.staff(mara), now=now)
    plans.approve(case_id=case.pk, plan_sha256=plan.sha256, actor=actors.staff(otto), now=now, attested=ATTESTED)

    done = json.loads(run("store", "apply", str(plan.pk), "--json"))

    assert {row["status"] for row in done} == {"done"}
    assert json.loads(run("store", "residue", reference, "radius", "--json")) == []
    assert Case.objects.get(pk=case.pk).state == "notifying"


def test_tick_and_audit_verify():
    case = make_case()
    assert json.loads(run("tick", "--json"))["due_tasks"] == 0
    told = json.loads(run("audit", "verify", "--json"))
    assert (told["cases"], told["faults"]) == (1, 0)
    Event.objects.filter(case=case, seq=1).update(data={})
    with pytest.raises(SystemExit):
        run("audit", "verify")
