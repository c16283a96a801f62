"""Evidence of a finished erasure: plan, what was changed, the second search, certificate, recipients; no value of the person (4.4, 4.6)."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.utils import timezone

from dsr.cases import answer, evidence, plans
from dsr.fulfil.signing import published
from dsr.fulfil.spool import read_artifact
from dsr.models import EvidencePack, Plan
from dsr.output.signing import Trusted
from dsr.output.verify import verify
from dsr.work import jobs
from tests.journeys.erasures import PERSON, executed, mara, no_cooling, otto  # noqa: F401 -- a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_SC_03_the_evidence_of_an_erasure_holds_plan_outcome_and_certificate(demo_stores, drain):
    case = executed(drain)
    plan = Plan.objects.get(case=case)
    named = sorted({name for line in plan.summary for name in line.get("recipients", [])})
    if named:
        plans.settle_recipients(case_id=case.pk, told=named, reasons={}, actor=mara(), now=timezone.now())
    drain()
    case = answer.release(case_id=case.pk, actor=mara(), now=timezone.now())
    drain()

    pack = evidence.order(
        case_id=case.pk,
        extent=EvidencePack.Extent.FILE,
        authority="Example Authority",
        reference="1",
        actor=otto(),
        now=timezone.now(),
    )
    jobs.make_evidence(str(pack.pk))
    pack.refresh_from_db()
    assert pack.artifact is not None, pack.error_code
    data = b"".join(read_artifact(pack.artifact))

    assert verify(io.BytesIO(data), keys=[Trusted(k.key_id, k.valid_to) for k in published(case.controller)]) == ()
    archive = zipfile.ZipFile(io.BytesIO(data))
    names = set(archive.namelist())
    assert {"certificate.pdf", "certificate.json", "tables/plans.csv", "tables/plan-lines.csv"} <= names
    assert {"tables/carried-out.csv", "tables/searched-again.csv"} <= names
    assert plan.sha256 in archive.read("tables/plans.csv").decode()
    lines = archive.read("tables/plan-lines.csv").decode()
    assert "delete" in lines
    assert "keep" in lines
    # 4.4: what was erased stands nowhere in the log; the words of the request and its letters are the person's own.
    machine = b"".join(
        archive.read(one) for one in names if one.startswith("tables/plan") or one == "chain.json"
    ).decode()
    for value in (PERSON.email, PERSON.customer_no, PERSON.phone, PERSON.iban):
        assert value not in machine
