"""Guided work and presence: who has what open, which case comes next, and why one was passed over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dsr.cases import desk_rows
from dsr.cases.actors import staff
from dsr.cases.perform import assign
from dsr.desk import presence
from dsr.law.rights import Right
from dsr.models import Case, Event, EventNote, Presence, Skip
from tests.desk.conftest import text
from tests.factories import make_case, make_staff

pytestmark = pytest.mark.django_db


def days_ago(days: int):
    return timezone.now() - timedelta(days=days)


def test_the_next_case_is_the_most_urgent_that_is_free_possible_and_not_skipped(signed_in):
    mara, nina = signed_in("mara"), signed_in("mara", controller=None)
    user, other = make_staff("mara"), make_staff("nina")
    first, second, third = (make_case(at=days_ago(days), identified=False) for days in (20, 15, 10))
    taken = make_case(at=days_ago(25), identified=False)
    assign(case_id=taken.pk, to=other, actor=staff(other), now=timezone.now())
    waits = make_case(at=days_ago(28))
    Case.objects.filter(pk=waits.pk).update(state="collecting")

    def opened(response) -> str:
        return str(response.headers["Location"])

    assert opened(mara.post("/desk/work/")) == f"/desk/cases/{first.pk}/"
    page = text(mara.get(f"/desk/cases/{first.pk}/"))
    assert "You work through the queue" in page
    assert "Skip this case" in page
    nina.force_login(other)
    assert opened(nina.post("/desk/work/")) == f"/desk/cases/{taken.pk}/"  # her own, and the most urgent for her
    presence.leave(case_id=taken.pk, user=other)
    presence.beat(case=second, user=other, mode="editing", now=timezone.now())

    assert "Choose why" in text(mara.post(f"/desk/cases/{first.pk}/skip/", {"reason": ""}, follow=True))
    gone = mara.post(f"/desk/cases/{first.pk}/skip/", {"reason": "colleague", "words": "Rita knows her."})
    assert opened(gone) == f"/desk/cases/{third.pk}/"
    event = Event.objects.get(action="skipped")
    assert (event.case_id, event.data["reason"]) == (first.pk, "colleague")
    assert EventNote.objects.get(event=event).content()["text"] == "Rita knows her."
    assert Skip.objects.get().user == user
    assert "There is nothing left" in text(mara.post(f"/desk/cases/{third.pk}/skip/", {"reason": "waits"}, follow=True))
    assert "You work through the queue" not in text(mara.get("/desk/?view=open"))


def test_the_end_frees_the_case_and_an_auditor_finds_nothing_to_do(signed_in):
    case = make_case(at=days_ago(3), identified=False)
    mara = signed_in("mara")
    mara.post("/desk/work/")
    assert Presence.objects.get().case == case
    mara.post("/desk/work/end/")
    assert not Presence.objects.exists()
    assert signed_in("adam").post("/desk/work/").headers["Location"] == "/desk/"


def test_4_3_who_writes_nothing_into_cases_skips_none(signed_in):
    case = make_case(at=days_ago(3), identified=False)
    before = Event.objects.filter(case=case).count()
    for name in ("adam", "olga"):
        client = signed_in(name)
        session = client.session
        session["guided_work"] = str(case.pk)
        session.save()
        assert "Skip this case" not in text(client.get(f"/desk/cases/{case.pk}/"))
        page = client.post(f"/desk/cases/{case.pk}/skip/", {"reason": "colleague", "words": "I was here."}, follow=True)
        assert "Your role does not allow this" in text(page)
    assert Event.objects.filter(case=case).count() == before
    assert not Skip.objects.exists()


def test_presence_is_told_to_others_and_dies_after_a_minute(signed_in):
    case, now = make_case(at=days_ago(3)), timezone.now()
    mara, rita = signed_in("mara"), signed_in("rita")
    address = f"/desk/cases/{case.pk}/presence/"

    assert "Rita" not in text(rita.post(address, {"mode": "editing"}))
    warned = text(mara.post(address, {"mode": "viewing"}))
    assert "Rita Example is writing in this case" in warned
    assert 'hx-trigger="every 20s"' in warned
    assert "Mara Example has this case open, too" in text(rita.post(address, {"mode": "whatever"}))
    assert "Rita Example has it open" in text(mara.get("/desk/?view=open"))

    assert [one.name for one in presence.who_is_here(case, now + timedelta(seconds=50))] == [
        "Mara Example",
        "Rita Example",
    ]
    assert presence.who_is_here(case, now + timedelta(seconds=70)) == []
    assert desk_rows.forget(now=now + timedelta(seconds=70)) == 2
    assert not Presence.objects.exists()


@pytest.mark.parametrize("right", [Right.RECTIFICATION, Right.ERASURE, Right.ACCESS])
@pytest.mark.parametrize("state", ["drafting", "review", "executing", "notifying"])
def test_start_work_knows_every_page_on_which_somebody_goes_on(signed_in, state, right):
    """A right that is decided in words has pages of its own; none of them stops the choice of the next case."""
    case = make_case(at=days_ago(3), rights=(right,))
    Case.objects.filter(pk=case.pk).update(state=state)

    assert signed_in("mara").post("/desk/work/").status_code == 302
