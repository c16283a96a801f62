"""What a second person saw is kept as a summary, and the next version says what changed (rules 4.2 nos. 11 to 13; ux.md 2.3)."""

from __future__ import annotations

from typing import Any

import pytest

from dsr.cases import actors, answer, versions
from dsr.cases.version_diff import Change, compare
from dsr.desk.version_page import diff
from dsr.law.rights import Right
from dsr.law.workflow import State
from dsr.models import AnswerVersion, Case, Plan
from tests.factories import MONDAY, make_case, make_staff

INVOICES = {
    "store": "billing",
    "dataset": "invoices",
    "treatment": "keep",
    "count": 3,
    "law": "AO 147",
    "until": "2034-12-31",
}
TICKETS = {"store": "desk", "dataset": "tickets", "treatment": "delete", "count": 7}


def test_records_files_and_what_was_taken_out_are_compared_by_number() -> None:
    before = {
        "counts": {"billing": {"invoices": 3, "notes": 1}},
        "files": {"letter.pdf": 100},
        "redactions": [["billing", "notes", "A third party.", "", 2]],
        "letter": ["Dear Ms Example", "We hold this about you.", "Bye"],
    }
    after = {
        "counts": {"billing": {"invoices": 4}, "radius": {"sessions": 9}},
        "files": {"letter.pdf": 100, "data.json": 7},
        "redactions": [["billing", "notes", "A third party.", "", 1]],
        "letter": ["Dear Ms Example", "We hold that about you.", "Bye"],
    }
    assert compare(before, after) == (
        Change("records", "changed", ("billing", "invoices"), 3, 4),
        Change("records", "removed", ("billing", "notes"), 1, None),
        Change("records", "added", ("radius", "sessions"), None, 9),
        Change("files", "added", ("data.json",), None, 7),
        Change("redactions", "changed", ("billing", "notes", "A third party.", ""), 2, 1),
        Change("letter", "removed", ("",), "We hold this about you.", None),
        Change("letter", "added", ("",), None, "We hold that about you."),
    )
    assert compare(after, after) == ()


def test_lines_of_a_plan_are_new_gone_or_treated_otherwise() -> None:
    deleted = TICKETS | {"treatment": "anonymise", "count": 6}
    later = INVOICES | {"until": "2035-12-31"}
    new = {"store": "radius", "dataset": "sessions", "treatment": "delete", "count": 1}
    found = compare({"lines": [INVOICES, TICKETS]}, {"lines": [later, deleted, new]})
    assert [
        (one.what, one.key[1], one.before and one.before["treatment"], one.after and one.after["treatment"])
        for one in found
    ] == [
        ("changed", "invoices", "keep", "keep"),
        ("changed", "tickets", "delete", "anonymise"),
        ("added", "sessions", None, "delete"),
    ]
    assert [one.what for one in compare({"lines": [INVOICES, TICKETS]}, {"lines": [INVOICES]})] == ["removed"]


def test_a_decision_is_compared_sentence_by_sentence() -> None:
    before: dict[str, Any] = {
        "outcome": "granted",
        "stores": ["billing"],
        "elements": {"decision": "We corrected your name. It is spelt as you say."},
        "instruction": "Set the name.",
        "findings": {"checked": "By phone.", "typed": {"a": 1}},
    }
    after = before | {
        "outcome": "partly",
        "elements": {"decision": "We corrected your name. The street stays."},
        "findings": {"checked": "By phone.", "typed": {"a": 2}},
    }
    assert compare(before, after) == (
        Change("decision", "changed", ("outcome",), "granted", "partly"),
        Change("elements", "removed", ("decision",), "It is spelt as you say.", None),
        Change("elements", "added", ("decision",), None, "The street stays."),
    )


@pytest.mark.django_db
def test_4_2_no_12_after_a_return_the_next_version_is_compared_with_the_one_that_was_seen() -> None:
    mara, otto = actors.staff(make_staff("mara")), actors.staff(make_staff("otto", "lead"))
    case = make_case(rights=(Right.ERASURE,))
    plan = Plan.objects.create(
        controller=case.controller, case=case, number=1, sha256="a" * 64, summary=[INVOICES, TICKETS], created_at=MONDAY
    )
    Case.objects.filter(pk=case.pk).update(state=State.DRAFTING.value, manifest_sha256="a" * 64)
    case = Case.objects.get(pk=case.pk)
    assert versions.before(case) is None
    case = answer.submit(case_id=case.pk, actor=mara, now=MONDAY)
    assert versions.before(case) is None  # the first version has nothing to be compared with
    row = AnswerVersion.objects.get()
    assert (row.kind, row.sha256, row.shown_at) == ("plan", "a" * 64, MONDAY)
    assert b"AO 147" not in bytes(row.sealed)
    case = answer.send_back(case_id=case.pk, comment="Where is radius?", actor=otto, now=MONDAY)
    # While it is drafted anew, what was seen is the earlier one; handed on unchanged it says so.
    seen = versions.before(case)
    assert seen is not None
    assert compare(seen.content(), versions.current(case)) == ()
    case = answer.submit(case_id=case.pk, actor=mara, now=MONDAY)
    again = versions.before(case)
    assert again is not None
    assert again.number == 1
    answer.send_back(case_id=case.pk, comment="Really.", actor=otto, now=MONDAY)
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.REPLACED)
    Plan.objects.create(
        controller=case.controller, case=case, number=2, sha256="b" * 64, summary=[INVOICES], created_at=MONDAY
    )
    Case.objects.filter(pk=case.pk).update(manifest_sha256="b" * 64)
    case = answer.submit(case_id=case.pk, actor=mara, now=MONDAY)
    last = versions.before(case)
    assert last is not None
    assert [(one.part, one.what) for one in compare(last.content(), versions.current(case))] == [
        ("plan", "removed"),
        ("writes", "changed"),
    ]


@pytest.mark.django_db
def test_4_2_no_12_what_a_decision_writes_to_the_stores_is_compared_as_well() -> None:
    """R-01, O-05: the same words over another value, or over another use that stops, are another decision."""
    mara, otto = actors.staff(make_staff("mara")), actors.staff(make_staff("otto", "lead"))
    case = make_case(rights=(Right.RECTIFICATION,))
    said: dict[str, Any] = {"outcome": "granted", "elements": {}, "stores": [], "uses": []}
    fields = [{"column": "street", "strategy": "set"}]
    line = {"store": "billing", "dataset": "customers", "treatment": "correct", "count": 1, "fields": fields}

    def hand_on(number: int, *, uses: tuple[str, ...] = ()) -> Case:
        """A decision whose sentences are always the same; the plan it names writes another value each time."""
        sha256 = f"{number}" * 64
        Plan.objects.filter(case=case).update(status=Plan.Status.REPLACED)
        columns = {"controller": case.controller, "case": case, "created_at": MONDAY, "summary": [line]}
        Plan.objects.create(number=number, sha256=sha256, **columns)
        row = Case.objects.get(pk=case.pk)
        row.put(row.content() | {"decision": said | {"plan_sha256": sha256, "uses": list(uses)}})
        Case.objects.filter(pk=row.pk).update(sealed=row.sealed, state="drafting", manifest_sha256=sha256[::-1])
        answer.submit(case_id=case.pk, actor=mara, now=MONDAY)
        return Case.objects.get(pk=case.pk)

    hand_on(1)
    answer.send_back(case_id=case.pk, comment="Another street, please.", actor=otto, now=MONDAY)
    seen = hand_on(2, uses=("profiling",))
    shown = diff(seen, language="en")
    assert not shown.same
    assert [(title, [row.what for row in rows]) for title, rows in shown.parts] == [
        ("Rows and values that are changed", ["changed"]),
        ("Uses that programs stop", ["added"]),
    ]
    # What has another hash is never said to be unchanged, also where no summary can tell why.
    Case.objects.filter(pk=case.pk).update(manifest_sha256="f" * 64)
    answer.send_back(case_id=case.pk, comment="Once more.", actor=otto, now=MONDAY)
    again = diff(Case.objects.get(pk=case.pk), language="en")
    assert (again.parts, again.same, again.anew) == ((), False, True)


@pytest.mark.django_db
def test_what_nobody_was_shown_is_forgotten_with_the_next_version() -> None:
    case = make_case()
    versions.keep(case=case, sha256="a" * 64, content={"counts": {}}, now=MONDAY)
    versions.keep(case=case, sha256="b" * 64, content={"counts": {}}, now=MONDAY)
    assert AnswerVersion.objects.get().sha256 == "b" * 64
