"""An evidence pack tells of every table of ours that belongs to a case, or says why not (rules 4.6)."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dsr.cases import actors, evidence
from dsr.cases.perform import record
from dsr.fulfil.evidence import given_of
from dsr.fulfil.evidence_covers import EXEMPT, IN_THE_PACK
from dsr.models import (
    AnswerVersion,
    AuthorityCase,
    Case,
    CorrectionSheet,
    Erasure,
    EvidencePack,
    HandTask,
    IdentityCheck,
    KeptLine,
    OneTimeCode,
    Plan,
    Recheck,
    Recipient,
    RecipientNotice,
    Request,
    Rescan,
    Restriction,
    Suppression,
    Suspicion,
    Task,
    Transmission,
)
from tests.cases.test_evidence_pack import ASKED, findings, made
from tests.factories import MONDAY, make_case, make_staff
from tests.output.reading import text_of

pytestmark = pytest.mark.django_db
FRIDAY = MONDAY + timedelta(days=4)


def of_a_case() -> set[str]:
    """Every model that leads to a case or its request by foreign keys that end with it, however many there are between."""
    found: dict[Any, None] = {Case: None, Request: None}
    todo: list[Any] = [Case, Request]
    while todo:
        for field in todo.pop()._meta.get_fields(include_hidden=True):
            points_here = field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one)
            if points_here and field.related_model not in found:
                found[field.related_model] = None
                todo.append(field.related_model)
    return {model.__name__ for model in found}


def ordered(case: Case, *, language: str = "", extent: str = "file") -> EvidencePack:
    otto = actors.staff(make_staff("otto", "lead"))
    return evidence.order(
        case_id=case.pk, extent=EvidencePack.Extent(extent), actor=otto, now=FRIDAY, language=language, **ASKED
    )


def tables_of(pack: EvidencePack) -> dict[str, tuple[tuple[str, ...], ...]]:
    pack = EvidencePack.objects.select_related("case__request__account", "case__controller").get(pk=pack.pk)
    given = given_of(pack, now=timezone.now())
    return {table.name: table.rows for section in given.sections for table in section.tables}


def test_every_table_of_a_case_is_in_the_pack_or_exempt_with_a_reason():
    """4.6: whoever adds a model that belongs to a case says in dsr/fulfil/evidence_covers.py where the pack tells of it."""
    models = of_a_case()
    assert {"KeptLine", "OwnerMail", "ErasedIdentifier", "Upload"} <= models  # the walk goes deep enough
    unsaid = models - set(IN_THE_PACK) - set(EXEMPT)
    assert not unsaid, f"say in dsr/fulfil/evidence_covers.py where the evidence pack tells of {sorted(unsaid)}"
    assert set(IN_THE_PACK) & set(EXEMPT) == set()
    assert (set(IN_THE_PACK) | set(EXEMPT)) - models == set()
    assert all(len(why) > 15 for why in EXEMPT.values())

    tables = tables_of(ordered(make_case()))
    named = {name for names in IN_THE_PACK.values() for name in names if not name.startswith("section:")}
    assert {name for name in named if "." not in name} - set(tables) == set()


def fill(case: Case) -> None:
    """One row of each table that no test of a whole journey fills, told apart by what only that row says."""
    own: dict[str, Any] = {"controller": case.controller, "case": case}
    asked: dict[str, Any] = {"controller": case.controller, "request": case.request}
    plan = Plan(**own, number=1, sha256="a1" * 32, status="applied", occasion="kept", store="crm", created_at=MONDAY)
    plan.put({"stores": {}})
    plan.save()
    version = AnswerVersion(**own, number=1, kind="plan", sha256="b2" * 32, made_at=MONDAY, shown_at=FRIDAY)
    version.put({})
    version.save()
    line = KeptLine(
        **own,
        store="billing",
        dataset="invoices",
        count=7,
        why="law",
        law="§ 147 AO",
        until="2036-12-31",
        made_at=MONDAY,
    )
    line.put({"persons": [["invoices", [4711]]]})
    line.save()
    Rescan.objects.create(**own, store="radius", days=35, due_at=FRIDAY, done_at=FRIDAY, found=3)
    Erasure.objects.create(**own, store="billing", plan_sha256="c3" * 32, applied_at=MONDAY, ends_on="2026-09-13")
    row = Restriction(
        **own, ground="unlawful", set_at=MONDAY, changed_at=MONDAY, scope="datasets", parts=["billing.calls"]
    )
    row.put({"data": "the calls of May"})
    row.save()
    drift = [{"store": "billing", "dataset": "calls", "code": "changed", "columns": ["paid"]}]
    record(case_id=case.pk, kind="restriction_drift", actor=actors.SYSTEM, now=FRIDAY, data={"drift": drift})
    sheet = CorrectionSheet(**own, read_at=MONDAY)
    sheet.put({})
    sheet.save()
    Recheck.objects.create(
        **own, plan=plan, store="crm", due_on="2026-06-19", done_at=FRIDAY, outcome="came_back", differs=2
    )
    Suppression.objects.create(
        **asked,
        kind="email",
        token="d4" * 32,
        channels=["email"],
        since=MONDAY,
        source="request",
        review_on="2029-06-15",
    )
    Suspicion.objects.create(**asked, reasons=["too_quick"], marked_at=MONDAY, wave=MONDAY)
    check = IdentityCheck(**asked, kind="callback", created_at=MONDAY, due_on="2026-06-17", tries=2, outcome="reached")
    check.put({})
    check.save()
    code = OneTimeCode(**asked, way="sms", purpose="identity", created_at=MONDAY, expires_at=FRIDAY, attempts_left=3)
    code.put({"to": "+447700900123"})
    code.save()
    task = Task.objects.create(**own, store="paper", operation="by_hand", not_before=MONDAY, created_at=MONDAY)
    hand = HandTask(
        controller=case.controller, task=task, reason_code="manual", asked_at=MONDAY, answer_by="2026-06-24", days=7
    )
    hand.outcome = "nothing"
    hand.put({"name": "Archive", "email": "archive@example.com"})
    hand.save()
    partner = Recipient.objects.create(
        controller=case.controller,
        name="Example Directory",
        nature="directory",
        way="mail",
        email="privacy@example.com",
        identifier="phone",
        language="en",
        created_at=MONDAY,
    )
    notice = RecipientNotice(
        **own, recipient=partner, change="erased", letter="L-21", status="told", told_at=MONDAY, created_at=MONDAY
    )
    notice.put({"identifier": "+447700900123"})
    notice.save()
    matter = AuthorityCase(**own, received_on="2026-06-18", answer_due_on="2026-07-02", opened_at=FRIDAY)
    matter.put({})
    matter.save()
    Transmission.objects.create(**own, status="declined", reason="no_receiver", created_at=MONDAY)


def test_each_of_these_tables_says_its_row_and_no_value_of_anybody():
    """3.4.2, 6.4 no. 7, Q-04, R-06, O-03, I-04, P-05: kept lines, looks, ledger, drift, stops, versions, departments."""
    case = make_case()
    fill(case)

    tables = tables_of(ordered(case, extent="log"))

    flat = {name: " | ".join(" ; ".join(row) for row in rows) for name, rows in tables.items()}
    for name, words in {
        "versions": "b2" * 32,
        "plans": "the time for which it was kept is over",
        "kept": "7 ; a law demands it ; § 147 AO ; 2036-12-31",
        "rescans": "35",
        "ledger": "2026-09-13",
        "restrictions": "billing.calls",
        "restriction-looks": "billing ; calls ; changed ; paid",
        "rechecks": "another value stands there ; 2",
        "suppression": "email ; email",
        "held-filing": "faster than anybody types",
        "checks": "callback",
        "codes": "identity ; sms",
        "departments": "paper ; by_hand ; 1",
        "work": "by_hand ; paper ; not finished",
        "transmission": "declined",
        "recipient-notices": "Example Directory ; erased ; L-21 ; told",
        "authority": "2026-06-18 ; open ; 2026-07-02",
        "keys": "customer_number ;  ; billing",
    }.items():
        assert words in flat[name], (name, flat[name])
    everything = json.dumps(flat)
    for secret in ("4711", "the calls of May", "+447700900123", "archive@example.com", "d4" * 32, "10000001"):
        assert secret not in everything
    assert "10000001" in json.dumps(tables_of(ordered(case, extent="file"))["keys"])


@pytest.mark.slow
def test_a_pack_is_written_in_the_language_of_the_controller_and_checked_like_any_other():
    """4.6: an authority reads its own language; programs read the same days and codes in each."""
    case = make_case()
    fill(case)
    case.controller.languages = ["de", "en"]
    case.controller.save()
    assert evidence.languages(case.controller)[:2] == ["de", "en"]
    assert {"fr", "pl"} <= set(evidence.languages(case.controller))
    with pytest.raises(ValueError, match="catalogue"):
        ordered(case, language="tlh")

    data = made(ordered(case))

    assert findings(data, case) == ()
    archive = zipfile.ZipFile(io.BytesIO(data))
    said = json.loads(archive.read("case.json"))
    assert said["language"] == "de"
    assert said["sections"][0]["title"] == "Der Vorgang"
    assert "2036-12-31" in archive.read("tables/kept.csv").decode()  # a table sorts by its days
    summary = text_of(archive.read("summary.pdf"))
    assert "31. Dezember" in summary
    assert "2036-12-31" not in summary

    data = made(ordered(case, language="pl", extent="log"))
    assert findings(data, case) == ()
    assert json.loads(zipfile.ZipFile(io.BytesIO(data)).read("case.json"))["language"] == "pl"
