"""Evidence packs for an authority (rules 4.6): who may order one, what is in it, what never is, and how it is checked."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from dsr.cases import actors, anchors, answer, evidence
from dsr.cases.perform import ConflictError, RefusedError, record
from dsr.demo.people import by_position
from dsr.fulfil.signing import published
from dsr.fulfil.spool import read_artifact
from dsr.law.redaction import Reason
from dsr.law.rights import Right
from dsr.models import Artifact, Case, EvidencePack, RedactionItem, Tombstone
from dsr.output.signing import Trusted, keys_document
from dsr.output.verify import main, verify
from dsr.work import jobs, waking
from tests.factories import MONDAY, make_case, make_staff
from tests.redacting import settle

pytestmark = pytest.mark.django_db
PERSON = by_position(2)
Extent = EvidencePack.Extent
ASKED = {"authority": "Example Data Protection Authority", "reference": "Az. 4711/26"}


def ordered(case: Case, who=None, *, extent=Extent.FILE, now=MONDAY) -> EvidencePack:
    actor = actors.staff(who or make_staff("otto", "lead"))
    return evidence.order(case_id=case.pk, extent=extent, actor=actor, now=now, **ASKED)


def made(pack: EvidencePack) -> bytes:
    jobs.make_evidence(str(pack.pk))
    pack.refresh_from_db()
    assert pack.artifact is not None, pack.error_code
    return b"".join(read_artifact(pack.artifact))


def findings(data: bytes, case: Case):
    keys = [Trusted(key.key_id, key.valid_to) for key in published(case.controller)]
    return verify(io.BytesIO(data), keys=keys)


def changed(data: bytes, path: str, new: bytes | None) -> bytes:
    """The archive with one file replaced, taken out (None), or put in."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in old.infolist():
            if info.filename != path:
                archive.writestr(info, old.read(info))
            elif new is not None:
                archive.writestr(info, new)
        if new is not None and path not in old.namelist():
            archive.writestr(zipfile.ZipInfo(path, (2026, 6, 15, 0, 0, 0)), new)
    return out.getvalue()


def test_who_may_order_which_evidence_and_only_with_a_reference():
    """4.3: the auditor reads log and metadata; 4.6: lead and data protection officer answer the authority."""
    case = make_case()
    for role in ("handler", "intake", "reviewer", "administrator"):
        with pytest.raises(RefusedError) as refused:
            ordered(case, make_staff(f"x{role}", role), extent=Extent.LOG)
        assert refused.value.refusal.code == "role"
    adam = make_staff("adam", "auditor")
    with pytest.raises(RefusedError):
        ordered(case, adam)
    with pytest.raises(RefusedError) as refused:
        evidence.order(
            case_id=case.pk,
            extent=Extent.FILE,
            authority="Authority",
            reference=" ",
            actor=actors.staff(make_staff("otto", "lead")),
            now=MONDAY,
        )
    assert refused.value.refusal.code == "evidence_reference_missing"
    with pytest.raises(RefusedError) as refused:
        ordered(case, extent=Extent.ANSWER)
    assert refused.value.refusal.code == "evidence_no_answer"
    assert not EvidencePack.objects.exists()

    ordered(case, adam, extent=Extent.LOG)
    with pytest.raises(ConflictError):  # a second press on the button
        ordered(case, adam, extent=Extent.LOG)

    assert case.events.filter(action="evidence_pack").count() == 1
    event = case.events.get(action="evidence_pack")
    assert "4711" not in json.dumps(event.data)


def test_the_pack_of_a_case_is_signed_and_its_chain_is_reckoned_again():
    """The chain is bound to an anchor; what is flipped, missing, added or re-written inside is named (4.4)."""
    case = make_case()
    dora = make_staff("dora", "dpo")
    record(
        case_id=case.pk,
        kind="dpo_opinion",
        actor=actors.staff(dora),
        now=MONDAY,
        data={"kind": "erasure"},
        note="The DPO sees no objection.",
    )
    record(case_id=case.pk, kind="note", actor=actors.staff(dora), now=MONDAY, note="Her neighbour called as well.")
    record(case_id=case.pk, kind="hold_set", actor=actors.staff(dora), now=MONDAY, note="Order 12 of the court")
    # A release before this one wrote why a case went back to nobody; and what a store holds counts the files kept back.
    close = {"assignee": "", "too_close": True}
    record(case_id=case.pk, kind="assigned", actor=actors.SYSTEM, now=MONDAY, data=close)
    counted = {"operation": "collect", "store": "desk", "rows": 4, "files": {"scans": 3}, "file_bytes": 9001}
    record(case_id=case.pk, kind="task_done", actor=actors.SYSTEM, now=MONDAY, data=counted)
    assert anchors.anchor_due(now=MONDAY + timedelta(days=1)) == 1
    pack = ordered(case, now=MONDAY + timedelta(days=1))

    data = made(pack)

    assert findings(data, case) == ()
    archive = zipfile.ZipFile(io.BytesIO(data))
    chain = json.loads(archive.read("chain.json"))
    assert [one["proof"]["seq"] for one in chain["anchors"]] == [case.events.filter(at__lte=MONDAY).count()]
    hidden = [one for one in chain["events"] if one.get("withheld")]
    assert [set(one) for one in hidden] == [{"seq", "hash", "withheld"}] * 4
    text = b"".join(archive.read(name) for name in archive.namelist() if not name.endswith(".pdf")).decode()
    assert "The DPO sees no objection." in text
    assert "Everything please." in text
    assert "4711" in text
    assert "neighbour" not in text
    assert "too_close" not in text
    assert "file_bytes" not in text
    assert "hold_set" not in text
    assert "legal hold" not in text.lower()
    assert "court" not in text
    assert json.loads(archive.read("manifest.json"))["schema"] == "dsr-evidence/1"

    def codes(bad: bytes) -> set[tuple[str, str]]:
        return {(one.code, one.path) for one in findings(bad, case)}

    assert ("flipped", "case.json") in codes(changed(data, "case.json", b"{}"))
    assert ("missing", "case.json") in codes(changed(data, "case.json", None))
    assert ("extra", "more.txt") in codes(changed(data, "more.txt", b"more"))
    chain["events"][0]["data"]["channel"] = "post"
    assert ("chain_broken", "chain.json") in codes(changed(data, "chain.json", json.dumps(chain).encode()))
    chain = json.loads(archive.read("chain.json"))
    chain["anchors"][0]["root"] = "0" * 64
    assert ("chain_anchor", "chain.json") in codes(changed(data, "chain.json", json.dumps(chain).encode()))
    told = next(one for one in chain["events"] if one.get("note"))
    told["note"]["text"] = "The DPO objects."
    assert ("chain_note", "chain.json") in codes(changed(data, "chain.json", json.dumps(chain).encode()))


def test_a_pack_is_made_once_whatever_becomes_of_its_job_and_taking_it_is_an_event():
    case = make_case()
    otto, adam = make_staff("otto", "lead"), make_staff("adam", "auditor")
    pack = ordered(case, otto)
    # A worker took it and died: nobody else may make it before its time is over, then the tick finds it again.
    dead = evidence.claim(pack_id=pack.pk, now=MONDAY)
    assert dead is not None
    assert waking.evidence_packs(MONDAY) == 0
    assert waking.evidence_packs(MONDAY + evidence.LEASE) == 1
    made(pack)
    made_at = pack.made_at
    assert pack.artifact is not None
    assert not evidence.keep(pack=dead, artifact=pack.artifact, now=MONDAY)
    jobs.make_evidence(str(pack.pk))
    pack.refresh_from_db()
    assert pack.made_at == made_at
    assert case.events.filter(action="evidence_made").count() == 1
    assert Artifact.objects.filter(kind="evidence").count() == 1

    now = timezone.now()
    assert evidence.take(pack=pack, actor=actors.staff(otto), now=now) == pack.artifact
    with pytest.raises(RefusedError):  # 4.3: log and metadata only
        evidence.take(pack=pack, actor=actors.staff(adam), now=now)
    with pytest.raises(RefusedError) as refused:
        evidence.take(pack=pack, actor=actors.staff(otto), now=now + evidence.KEPT_FOR + timedelta(days=1))
    assert refused.value.refusal.code == "evidence_gone"
    assert case.events.filter(action="evidence_taken").count() == 1


@pytest.mark.slow
def test_SC_01_the_evidence_of_an_answered_access_request(demo_stores, drain):
    """4.6 from end to end: searched stores, letters as sent, hashes, the answer only where it is asked for; X-06 nowhere."""
    mara, otto = make_staff(), make_staff("otto", "lead")
    case = make_case(number=PERSON.customer_no, name=PERSON.name)
    answer.start_collection(case_id=case.pk, actor=actors.staff(mara), now=MONDAY)
    drain()
    answer.draft(case_id=case.pk, paragraph="We looked everywhere.", actor=actors.staff(mara), now=MONDAY)
    drain()
    item = RedactionItem.objects.filter(case=case).order_by("position", "pk").first()
    assert item is not None
    case = settle(case.pk, actor=actors.staff(mara), now=MONDAY, drain=drain)
    RedactionItem.objects.filter(pk=item.pk).update(whole="accepted", whole_reason=Reason.UNDISCLOSABLE.value)
    answer.submit(case_id=case.pk, actor=actors.staff(mara), now=MONDAY)
    from dsr.law.attest import ATTESTATIONS

    answer.approve(
        case_id=case.pk,
        manifest_sha256=case.manifest_sha256,
        attested=[one.value for one in ATTESTATIONS[Right.ACCESS]],
        actor=actors.staff(otto),
        now=MONDAY,
    )
    answer.release(case_id=case.pk, actor=actors.staff(mara), now=MONDAY)
    drain()

    data = made(ordered(case, otto, extent=Extent.FILE))
    archive = zipfile.ZipFile(io.BytesIO(data))
    names = set(archive.namelist())
    assert findings(data, case) == ()
    assert {"summary.pdf", "case.json", "chain.json", "tables/systems.csv", "tables/letters.csv"} <= names
    assert {"letters/01-L-01.txt", "letters/02-L-09.pdf"} <= names
    assert not [name for name in names if name.endswith(".zip")]
    systems = archive.read("tables/systems.csv").decode()
    assert "Billing (billing)" in systems
    assert "northwave_billing" in systems
    plain = b"".join(archive.read(name) for name in names if not name.endswith(".pdf")).decode()
    assert case.approved_sha256 in plain
    assert "undisclosable" not in plain
    assert "Must not be spoken" not in plain
    others = [by_position(n) for n in range(1, 50) if n != 2]
    assert [one.customer_no for one in others if one.customer_no in plain] == []
    assert [one.email for one in others if one.email and one.email in plain] == []

    data = made(ordered(case, otto, extent=Extent.ANSWER))
    archive = zipfile.ZipFile(io.BytesIO(data))
    inner = [name for name in archive.namelist() if name.startswith("answer/") and name.endswith(".zip")]
    assert len(inner) == 1
    assert verify(io.BytesIO(archive.read(inner[0])), manifest_sha256=case.approved_sha256) == ()

    adam = make_staff("adam", "auditor")
    data = made(ordered(case, adam, extent=Extent.LOG))
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert findings(data, case) == ()
    bare = b"".join(archive.read(name) for name in archive.namelist() if not name.endswith(".pdf")).decode()
    assert "Everything please." not in bare
    assert PERSON.email not in bare
    assert not [name for name in archive.namelist() if name.startswith(("letters/", "answer/"))]


@pytest.mark.slow
def test_the_command_writes_the_pack_for_its_owner_only_and_verify_reads_it(tmp_path, capsys):
    """`manage.py evidence` and `manage.py package verify`: the same order and events as at the desk; a purged case says so."""
    case, otto = make_case(), make_staff("otto", "lead")
    out, keys = tmp_path / "pack.zip", tmp_path / "keys.json"
    asked = ("--as", otto.email, "--authority", "Authority", "--reference", "Az. 1", "--out", str(out))
    call_command("evidence", case.request.reference, *asked)
    assert out.stat().st_mode & 0o777 == 0o600
    keys.write_text(json.dumps(keys_document("Northwave", published(case.controller))), encoding="utf-8")
    assert main([str(out), "--key", str(keys)]) == 0
    out.write_bytes(changed(out.read_bytes(), "how-to-check.txt", b"believe it"))
    assert main([str(out), "--key", str(keys)]) == 1
    assert "how-to-check.txt" in capsys.readouterr().out
    with pytest.raises(CommandError, match="there already"):
        call_command("evidence", case.request.reference, *asked)
    Tombstone.objects.create(
        case_id=uuid.uuid4(),
        controller_id=case.controller_id,
        reference="DSR-2020-000001",
        version=1,
        chain_head="0" * 64,
        heads=[],
        purged_at=MONDAY,
        ends_on=MONDAY.date(),
    )
    with pytest.raises(CommandError, match="tombstone"):
        call_command("evidence", "DSR-2020-000001", *asked[:-1], str(tmp_path / "other.zip"))
