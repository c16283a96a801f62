"""Many cases at once: what may be done, to whom it is said, and that nothing of it decides anything; the export."""

from __future__ import annotations

import ast
import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from dsr.cases import actors
from dsr.cases.intake import Told
from dsr.desk import bulk
from dsr.law.workflow import CLOSED, State
from dsr.models import Case, CaseTag, Event, Letter, Message, SetupEvent, Tag
from tests.desk.conftest import text
from tests.factories import make_case, make_controller, make_request, make_staff

pytestmark = pytest.mark.django_db
# What a bulk act may record, and nothing else.
HARMLESS = {"assigned", "tagged", "untagged", "hand_reminded"}


def days_ago(days: int):
    return timezone.now() - timedelta(days=days)


def test_many_are_assigned_and_tagged_and_what_is_not_possible_is_said_with_its_reference(mara):
    otto = make_staff("otto", "lead")
    one, two, closed = (make_case(at=days_ago(2)) for _ in range(3))
    Case.objects.filter(pk=closed.pk).update(state="withdrawn", closed_at=timezone.now())
    ids = [str(case.pk) for case in (one, two, closed)]

    page = mara.post("/desk/many/", {"act": "assign", "to": str(otto.pk), "case": ids}, follow=True)
    assert f"2 done, 1 not possible: {closed.request.reference} (The case is closed)." in text(page)
    assert Case.objects.filter(assignee=otto).count() == 2

    assert "1 done" in text(mara.post("/desk/many/", {"act": "assign", "to": "", "case": ids[:1]}, follow=True))
    assert "1 was so already" in text(
        mara.post("/desk/many/", {"act": "assign", "to": "", "case": ids[:1]}, follow=True)
    )
    assert "No department is asked" in text(mara.post("/desk/many/", {"act": "remind", "case": ids[:1]}, follow=True))
    assert "Select at least one case" in text(mara.post("/desk/many/", {"act": "remind"}, follow=True))

    mara.post("/desk/many/", {"act": "tag", "tag": "merger 2026", "case": ids[:2]})
    mara.post("/desk/many/", {"act": "tag", "tag": " MERGER  2026 ", "case": ids[:2]})
    assert (Tag.objects.count(), CaseTag.objects.count()) == (1, 2)
    assert Event.objects.filter(action="tagged").count() == 2
    tag = Tag.objects.get()
    shown = text(mara.get(f"/desk/?tag={tag.pk}"))
    assert "#merger 2026" in shown
    assert closed.request.reference not in shown
    for words in ("anna@example.com", "10023456", " "):
        refused = text(mara.post("/desk/many/", {"act": "tag", "tag": words, "case": ids[:1]}, follow=True))
        assert "A tag is a few plain words" in refused
    mara.post("/desk/many/", {"act": "untag", "tag": "merger 2026", "case": ids[:2]})
    assert not Tag.objects.exists()
    assert mara.post("/desk/many/", {"act": "complete", "case": ids}).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", sorted(bulk.ACTS))
def test_no_bulk_act_decides_sends_or_closes_in_any_state(state, act):
    """ux.md 2.2: four eyes are never reached from a list; every act is walked in every state."""
    otto = make_staff("otto", "lead")
    case = make_case(at=days_ago(2))
    closed = timezone.now() if state in CLOSED else None
    Case.objects.filter(pk=case.pk).update(state=state.value, closed_at=closed)
    columns = ("state", "due_on", "closed_at", "decider", "approved_sha256", "ground")
    tag = Tag.objects.create(controller=case.controller, name="merger")
    before = Case.objects.filter(pk=case.pk).values(*columns).get()
    mails, letters, events = (
        Message.objects.count(),
        Letter.objects.count(),
        set(Event.objects.values_list("pk", flat=True)),
    )

    bulk.run(
        act=act,
        controller=case.controller,
        case_ids=[str(case.pk)],
        order=bulk.Order(actor=actors.staff(otto), now=timezone.now(), to=otto, tag=tag),
    )

    assert Case.objects.filter(pk=case.pk).values(*columns).get() == before
    assert (Message.objects.count(), Letter.objects.count()) == (mails, letters)
    assert set(Event.objects.exclude(pk__in=events).values_list("action", flat=True)) <= HARMLESS


def test_the_module_of_bulk_acts_knows_no_verb_that_moves_a_case():
    """The same from the other side: what is not imported cannot be called."""
    tree = ast.parse(Path(bulk.__file__).read_text(encoding="utf-8"))
    known = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(("dsr.cases", "dsr.fulfil", "dsr.output"))
        for alias in node.names
    }
    assert known == {
        "dsr.cases.hand_tasks",
        "dsr.cases.tags",
        "dsr.cases.perform.ConflictError",
        "dsr.cases.perform.RefusedError",
        "dsr.cases.perform.assign",
    }
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert "remind" in called
    assert not called & {"perform", "ask", "take_back", "answer", "submit", "approve", "release"}


def test_the_export_holds_every_page_guards_formulas_and_is_written_down(signed_in):
    for _ in range(52):
        make_request(at=days_ago(1), name="Anna Example")
    make_request(at=days_ago(9), told=Told(name='=HYPERLINK("http://example.com")', contact_email="x@example.net"))

    def rows(name: str, address: str = "/desk/export.csv?view=open", **sent: object) -> list[list[str]]:
        return list(csv.reader(io.StringIO(text(signed_in(name).post(address, sent)).lstrip("\ufeff"))))

    table = rows("mara")
    assert len(table) == 54
    assert (table[0][0], table[0][-1]) == ("Reference", "Person")
    assert table[1][-1].startswith("'=HYPERLINK")
    auditor = rows("adam")
    assert len(auditor) == 54
    assert "Example" not in str(auditor)
    assert "Person" not in auditor[0]
    one = Case.objects.select_related("request").earliest("sort_on", "pk")
    assert [line[0] for line in rows("mara", case=[str(one.pk)])[1:]] == [one.request.reference]
    data = [event.data for event in SetupEvent.objects.filter(kind="queue_exported").order_by("seq")]
    assert [(one["cases"], one["names"]) for one in data] == [(53, True), (53, False), (1, True)]
    assert "Your role does not allow this" in text(signed_in("ines").post("/desk/export.csv", follow=True))


def test_cases_of_another_brand_are_not_there(mara, settings):
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    make_controller()
    other = make_case(controller=make_controller("southwave"), at=days_ago(2), name="Selma South")

    assert "0 done." in text(mara.post("/desk/many/", {"act": "assign", "case": [str(other.pk)]}, follow=True))
    other.refresh_from_db()
    assert other.assignee is None
    assert "Selma" not in text(mara.post("/desk/export.csv"))
