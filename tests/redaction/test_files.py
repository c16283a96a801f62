"""Files and values as they leave: made anew, withheld whole, or gone without a trace; the same again the next time."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dsr.cases import actors, redactions
from dsr.fulfil.redact import redact
from dsr.fulfil.redact_scan import mapped, replaced
from dsr.law.redaction import Reason
from dsr.models import Case, RedactionItem
from dsr.output.attached import Attached
from dsr.output.inputs import Found
from exporters.contract import Batch, CellNote, DatasetInfo, FieldInfo, Origin, Retention, Whose
from exporters.files.content import judge
from tests.factories import MONDAY, make_case, make_staff
from tests.redaction import documents
from tests.redaction.documents import SECRET, everything_in

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db
NONE: dict[str, str] = {}


def field(name: str, **values: Any) -> FieldInfo:
    terms = {"category": "support", "purpose": NONE, "legal_basis": "contract", "recipients": (), "source": NONE}
    return FieldInfo(
        name, {"en": name}, retention=Retention("support", NONE), **{**terms, "origin": Origin.GENERATED, **values}
    )


INFO = DatasetInfo(
    "tickets",
    {"en": "Tickets"},
    "support",
    NONE,
    "contract",
    (),
    NONE,
    Retention("support", NONE),
    Origin.GENERATED,
    (
        field("id"),
        field("body", free_text=True),
        field("called", whose=Whose.THIRD_PARTY, category="traffic"),
        field("extra", parts=(field("memo.text", free_text=True),)),
        field("words", free_text=True, origin=Origin.PROVIDED),
    ),
)
ROWS: list[tuple[Any, ...]] = [
    (
        1,
        f"Neighbour {SECRET} called.",
        "+447700900187",
        {"memo": {"text": f"ask Mr {SECRET}"}, "n": 1},
        "My line is dead.",
    ),
    (2, "Repaired.", "+447700900188", None, "My line is dead."),
    (3, f"Neighbour {SECRET} called.", None, None, None),
]


def tickets(rows: list[tuple[Any, ...]]) -> Found:
    def read() -> Iterator[Batch]:
        yield Batch("tickets", ("id", "body", "called", "extra", "words"), tuple(rows))

    return Found("billing", {"en": "Billing"}, INFO, read)


def file(name: str, data: bytes) -> Attached:
    content = judge(data[:8192], name=name, media_type="")
    digest = hashlib.sha256(data).hexdigest()
    read = functools.partial(iter, [data])
    return Attached("billing", {}, "tickets", {}, name, "", len(data), digest, "", content, read)


FILES = (
    file("Tom Byrne.pdf", documents.pdf("Kept.", f"Neighbour {SECRET} called.")),
    file("letter.docx", documents.docx()),
    file("photo.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20),
    file("order.txt", b"An order of the police, number 7."),
)


def looked(case: Case, rows: list[tuple[Any, ...]] = ROWS) -> Any:
    """One building of the answer, as far as redaction goes."""
    left = redact(case, found=(tickets(rows),), attached=FILES, now=MONDAY, check=lambda: None)
    assert left.keep(now=MONDAY)
    return left


def cells(left: Any) -> list[tuple[Any, ...]]:
    return [row for batch in left.found[0].read() for row in batch.rows]


@pytest.fixture
def case() -> Any:
    made = make_case()
    Case.objects.filter(pk=made.pk).update(state="drafting")
    return Case.objects.select_related("controller", "request").get(pk=made.pk)


def items(case: Case) -> dict[str, RedactionItem]:
    rows = RedactionItem.objects.filter(case=case, present=True).order_by("position")
    return {f"{row.kind} {row.part} {row.position}".replace("  ", " "): row for row in rows}


def accept(case: Case, item: RedactionItem) -> None:
    item.refresh_from_db()
    redactions.accept_all(item_id=item.pk, seen=item.version, actor=actors.staff(make_staff()), now=MONDAY)


def withhold(item: RedactionItem, reason: Reason) -> None:
    item.refresh_from_db()
    actor = actors.staff(make_staff())
    redactions.withhold(item_id=item.pk, reason=reason, seen=item.version, actor=actor, now=MONDAY)


def test_X_02_X_06_what_was_decided_is_gone_from_rows_and_files(case: Case) -> None:
    before = looked(case)
    assert cells(before) == ROWS  # suggestions take nothing out
    assert [one.name for one in before.attached] == [one.name for one in FILES]
    found = items(case)
    body, repaired, memo, words, called, pdf, docx, photo, order = found.values()
    assert [one.count for one in (body, called, words)] == [2, 2, 2]
    assert words.checked_at is not None  # she gave it herself, and nothing in it is suggested
    assert (called.whole, called.whole_reason) == ("suggested", "called_number")
    assert (photo.why_whole, photo.length) == ("picture", 0)

    for one in (body, memo, called, pdf, docx):
        accept(case, one)
    withhold(photo, Reason.HOUSEHOLD_MEMBER)
    withhold(order, Reason.UNDISCLOSABLE)
    withhold(repaired, Reason.UNDISCLOSABLE)
    left = looked(case)

    person = "[other person, Art. 15(4)]"
    number = "[number of another person, Art. 15(4)]"
    assert cells(left) == [
        (1, f"Neighbour {person} called.", number, {"memo": {"text": f"ask Mr {person}"}, "n": 1}, "My line is dead."),
        (2, None, number, None, "My line is dead."),
        (3, f"Neighbour {person} called.", None, None, None),
    ]
    notes = {(note.row, note.column) for batch in left.found[0].read() for note in batch.notes}
    assert notes == {(0, "body"), (0, "called"), (0, "extra"), (1, "called"), (2, "body")}
    assert {note.code for batch in left.found[0].read() for note in batch.notes} == {CellNote.REDACTED}

    assert [one.name for one in left.attached] == ["redacted-1.pdf", "redacted-2.docx"]
    for one in left.attached:
        data = b"".join(one.read())
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one.size, one.sha256)
        assert b"Byrne" not in everything_in(data)
    counts = sorted(one.count for one in left.left_out)
    assert counts == [1, 2, 6]  # one photo, two numbers, six places: nothing of what must not be spoken of
    assert not any("police" in str(one) for one in left.left_out)


def test_X_07_unchanged_values_are_redacted_again_and_changed_ones_asked_about(case: Case) -> None:
    looked(case)
    body = next(iter(items(case).values()))
    accept(case, body)
    changed = [(1, f"Neighbour {SECRET} called.", None, None, None), (2, f"Neighbour {SECRET} rang.", None, None, None)]
    left = looked(case, changed)
    first, second = cells(left)
    assert SECRET not in first[1]
    assert SECRET in second[1]  # nobody has decided on this one
    new = RedactionItem.objects.get(case=case, present=True, kind="value", part="body", checked_at=None)
    assert new.marks.get().state == "suggested"
    assert RedactionItem.objects.filter(case=case, present=False).exists()
    looked(case)
    body.refresh_from_db()
    assert (body.present, body.checked_at is not None) == (True, True)


def test_a_decision_while_the_answer_is_built_builds_it_again(case: Case) -> None:
    looked(case)
    left = redact(case, found=(tickets(ROWS),), attached=(), now=MONDAY, check=lambda: None)
    accept(case, next(iter(items(case).values())))
    assert not left.keep(now=MONDAY)
    assert case.tasks.get(operation="package").status == "queued"


def test_strings_are_found_at_any_depth_of_a_value() -> None:
    value: Any = {"a": [{"b": "x"}, {"b": "y", "c": "x"}], "b": "x"}
    assert mapped(value, ("a", "b"), str.upper) == {"a": [{"b": "X"}, {"b": "Y", "c": "x"}], "b": "x"}
    assert mapped(value, (), str.upper) == {"a": [{"b": "X"}, {"b": "Y", "c": "X"}], "b": "X"}


def test_X_06_what_goes_of_a_nested_value_goes_whatever_it_is_and_leaves_no_empty_place() -> None:
    value: Any = {"called": 4930123456, "to": [4930123456, "+49", None, True], "who": {"Tom Byrne": 1}, "n": 7}
    spoken = {"called": "X", "to": ["X", "X", None, "X"], "who": "X", "n": 7}
    made = value
    for name in ("called", "to", "who"):
        made = replaced(made, (name,), lambda: "X")
    assert made == spoken
    assert replaced({"to": [1, "+49", None]}, ("to",), lambda: None) == {"to": [None]}
    assert mapped({"to": ["a", "b"]}, ("to",), lambda text: None if text == "a" else text) == {"to": ["b"]}
    assert replaced([{"who": {"n": 1}}, 5], ("who", "n"), lambda: "X") == [{"who": {"n": "X"}}, 5]


def test_X_02_a_nested_column_about_others_is_withheld_as_a_number_too(case: Case) -> None:
    nested = replace(INFO, fields=(field("id"), field("call", parts=(field("called", whose=Whose.THIRD_PARTY),))))

    def read() -> Iterator[Batch]:
        yield Batch("tickets", ("id", "call"), ((1, {"called": 4930123456}), (2, {"called": {"4930123456": 1}})))

    found = Found("billing", {"en": "Billing"}, nested, read)
    redact(case, found=(found,), attached=(), now=MONDAY, check=lambda: None).keep(now=MONDAY)
    accept(case, RedactionItem.objects.get(case=case))
    left = redact(case, found=(found,), attached=(), now=MONDAY, check=lambda: None)
    assert cells(left) == [(n, {"called": "[other person, Art. 15(4)]"}) for n in (1, 2)]
