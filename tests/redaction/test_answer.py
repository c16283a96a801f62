"""Redaction of an answer through the verbs, on the demo's stores: the note about another customer, replay, stale drafts."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from dsr.cases import actors, answer, redactions
from dsr.cases.perform import ConflictError, RefusedError
from dsr.cases.redactions_open import waiting
from dsr.demo.people import HOMONYMS, by_position
from dsr.fulfil.package import member, package_of
from dsr.fulfil.spool import read_artifact
from dsr.law.redaction import Reason
from dsr.models import Artifact, Case, Event, RedactionItem, RedactionMark
from tests.factories import ATTESTED, MONDAY, make_case, make_staff
from tests.redacting import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsr.law.workflow import Actor

# Each lays out letter and report several times.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PERSON, NAMESAKE = (by_position(number) for number in HOMONYMS[1:3])


def drafted(drain: Callable[[], Any]) -> tuple[Case, Actor]:
    mara = actors.staff(make_staff())
    case = make_case(number=PERSON.customer_no, name=PERSON.name)
    answer.start_collection(case_id=case.pk, actor=mara, now=MONDAY)
    drain()
    answer.draft(case_id=case.pk, paragraph="", actor=mara, now=MONDAY)
    drain()
    return Case.objects.get(pk=case.pk), mara


def plain(case: Case) -> zipfile.ZipFile:
    package = package_of(case)
    assert package is not None, list(case.tasks.values("operation", "status", "error_code", "error_place"))
    return zipfile.ZipFile(io.BytesIO(b"".join(read_artifact(package))))


def words(archive: zipfile.ZipFile) -> str:
    return b"\n".join(archive.read(name) for name in archive.namelist() if not name.endswith(".pdf")).decode()


def test_X_04_the_note_about_another_customer_leaves_without_her(demo_stores: Any, drain: Callable[[], Any]) -> None:
    case, mara = drafted(drain)
    suggested = RedactionMark.objects.filter(item__case=case, state="suggested")
    assert {(one.item.dataset, one.found_by) for one in suggested} == {("notes", "email"), ("notes", "customer_number")}
    assert NAMESAKE.email in words(plain(case))  # a suggestion takes nothing out
    with pytest.raises(RefusedError) as refused:
        answer.submit(case_id=case.pk, actor=mara, now=MONDAY)
    assert refused.value.refusal.code == "redaction_open"

    # One decision voids the draft, and nothing can be handed on until it is built again.
    first = suggested.order_by("start")[0]
    redactions.decide(mark_id=first.pk, accept=True, seen=first.item.version, actor=mara, now=MONDAY)
    with pytest.raises(ConflictError):
        redactions.decide(mark_id=first.pk, accept=False, seen=first.item.version, actor=mara, now=MONDAY)
    case.refresh_from_db()
    assert (case.manifest_sha256, package_of(case)) == ("", None)
    case = settle(case.pk, actor=mara, now=MONDAY, drain=drain)

    archive = plain(case)
    assert not [one for one in (NAMESAKE.email, NAMESAKE.customer_no) if one in words(archive)]
    assert "[other person, Art. 15(4)]" in words(archive)
    data = json.loads(archive.read("data.json"))
    noted = [
        row
        for s in data["stores"]
        for d in s["datasets"]
        for row in d["rows"]
        if "redacted" in row.get("_notes", {}).values()
    ]
    assert len(noted) == 1
    answer.submit(case_id=case.pk, actor=mara, now=MONDAY)
    otto = make_staff("otto", "lead")
    answer.approve(
        case_id=case.pk, manifest_sha256=case.manifest_sha256, actor=actors.staff(otto), now=MONDAY, attested=ATTESTED
    )
    assert set(RedactionItem.objects.filter(case=case).values_list("reviewed_by", flat=True)) == {otto.pk}
    events = json.dumps([one.data for one in Event.objects.filter(case=case, action="redaction")])
    assert NAMESAKE.email not in events
    assert '"reason": "other_person"' in events


def test_X_07_another_draft_and_another_collection_take_out_the_same(
    demo_stores: Any, drain: Callable[[], Any]
) -> None:
    case, mara = drafted(drain)
    case = settle(case.pk, actor=mara, now=MONDAY, drain=drain)
    before = json.loads(plain(case).read("data.json"))
    answer.collect_again(case_id=case.pk, actor=mara, now=MONDAY, note="a store was late")
    drain()
    answer.draft(case_id=case.pk, paragraph="", actor=mara, now=MONDAY)
    drain()
    case = Case.objects.get(pk=case.pk)
    assert not waiting(case).exclude(store="request.office").exists()
    assert {s["name"]: s for s in before["stores"]}["billing"] == {
        s["name"]: s for s in json.loads(plain(case).read("data.json"))["stores"]
    }["billing"]
    assert case.artifacts.filter(kind=Artifact.Kind.REDACTION, superseded_at=None).count() == 1


def test_X_06_what_must_not_be_spoken_of_leaves_neither_mark_nor_count(
    demo_stores: Any, drain: Callable[[], Any]
) -> None:
    case, mara = drafted(drain)
    note = RedactionItem.objects.filter(case=case, marks__found_by="email").get()
    for mark in note.marks.all():
        note.refresh_from_db()
        redactions.decide(mark_id=mark.pk, accept=False, seen=note.version, actor=mara, now=MONDAY)
    note.refresh_from_db()
    redactions.withhold(item_id=note.pk, reason=Reason.UNDISCLOSABLE, seen=note.version, actor=mara, now=MONDAY)
    case = settle(case.pk, actor=mara, now=MONDAY, drain=drain)

    text = words(plain(case))
    assert NAMESAKE.email not in text
    assert "Careful" not in text
    rows = [
        row for s in json.loads(plain(case).read("data.json"))["stores"] for d in s["datasets"] for row in d["rows"]
    ]
    assert not [row for row in rows if "redacted" in row.get("_notes", {}).values()]
    assert "undisclosable" not in json.dumps([one.data for one in Event.objects.filter(case=case)])
    package = package_of(case)
    assert package is not None
    assert member(package, "report.pdf")[:5] == b"%PDF-"
