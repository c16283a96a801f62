"""Redaction at the desk: read, decide, add and check, with plain forms; who may not, sees nothing (ux.md 2.3, rules 4.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dsr.cases import actors, answer
from dsr.cases.redactions_open import waiting
from dsr.demo.people import HOMONYMS, by_position
from dsr.fulfil.gather import found_of
from dsr.fulfil.redact import redact
from dsr.fulfil.redact_apply import decisions_of
from dsr.models import Case, RedactionItem
from tests.desk.conftest import ROLES, text
from tests.factories import MONDAY, make_case, make_controller, make_staff

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

pytestmark = pytest.mark.django_db
PERSON, NAMESAKE = (by_position(number) for number in HOMONYMS[1:3])


@pytest.fixture
def case(demo_stores: Any, drain: Callable[[], Any]) -> Any:
    """Collected and looked through, as building its answer does."""
    mara = actors.staff(make_staff())
    made = make_case(number=PERSON.customer_no, name=PERSON.name)
    answer.start_collection(case_id=made.pk, actor=mara, now=MONDAY)
    drain()
    made = Case.objects.select_related("controller", "request").get(pk=made.pk)
    assert redact(made, found=found_of(made), attached=(), now=MONDAY, check=lambda: None).keep(now=MONDAY)
    return made


@pytest.fixture
def mara(case: Case, client: Client) -> Client:
    client.force_login(make_staff())
    return client


def at(name: str, case: Case, *more: Any) -> str:
    return reverse(f"desk:{name}", args=[case.pk, *more])


def note_of(case: Case) -> RedactionItem:
    found: RedactionItem = RedactionItem.objects.filter(case=case, marks__found_by="email").distinct().get()
    return found


def send(client: Client, item: RedactionItem, do: str, **values: Any) -> Any:
    item.refresh_from_db()
    where = reverse("desk:redaction-item", args=[item.case_id, item.pk])
    return client.post(where, {"version": item.version, "do": do, **values})


def test_a_case_is_read_decided_and_checked_with_plain_forms(case: Case, mara: Client) -> None:
    listed = text(mara.get(at("redaction", case)))
    assert NAMESAKE.email in listed
    assert "2 suggestions" in listed
    note = note_of(case)
    assert reverse("desk:redaction-item", args=[case.pk, note.pk]) in listed

    # Side by side: numbered marks on the left; on the right only what was accepted is gone.
    shown = text(mara.get(at("redaction-item", case, note.pk)))
    left, right = re.findall(r'<div class="sheet".*?</div>', shown, re.DOTALL)
    assert f">{NAMESAKE.email}</mark><sup" in left
    assert NAMESAKE.email in right
    mark = note.marks.get(found_by="email")
    assert send(mara, note, f"accept:{mark.pk}").status_code == 302
    shown = text(mara.get(at("redaction-item", case, note.pk)))
    right = re.findall(r'<div class="sheet".*?</div>', shown, re.DOTALL)[1]
    assert NAMESAKE.email not in right
    assert "[other person, Art. 15(4)]" in right

    # An old page decides nothing, an open suggestion keeps it open, undo opens it again.
    stale = mara.post(at("redaction-item", case, note.pk), {"version": 1, "do": f"dismiss:{mark.pk}"})
    assert stale.status_code == 409
    assert "Nothing was saved" in text(stale)
    refused = send(mara, note, "check")
    assert (refused.status_code, "Accept or dismiss it first" in text(refused)) == (409, True)
    send(mara, note, f"undo:{mark.pk}")
    assert note.marks.get(pk=mark.pk).state == "suggested"

    # Words without a selection, as somebody without JavaScript gives them; words that are not there say so.
    wrong = send(mara, note, "add", words="Tom Byrne", reason="other_person")
    assert (wrong.status_code, "do not stand in the text" in text(wrong)) == (422, True)
    assert send(mara, note, "add", words="three customers", reason="other_person", everywhere="on").status_code == 302
    added = note.marks.get(found_by="staff")
    assert added.state == "accepted"
    again = send(mara, note, "add", words="x", start=added.start, end=added.end, reason="security")
    assert again.status_code == 302
    assert note.marks.get(pk=added.pk).reason == "security"
    send(mara, note, f"undo:{added.pk}")
    assert not note.marks.filter(found_by="staff").exists()

    done = send(mara, note, "accept_all")
    assert done.status_code == 302
    note.refresh_from_db()
    assert note.checked_at is not None
    assert {one.state for one in note.marks.all()} == {"accepted"}
    assert len(decisions_of(case).by_key) == 1

    # The rest are short texts without a suggestion: read in the list, checked at once, those that stood there.
    before = waiting(case).count()
    page = text(mara.get(at("redaction", case)))
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    assert 0 < len(seen) <= 20
    assert mara.post(at("redaction-check", case), {"seen": [f"{seen[0].partition(':')[0]}:99"]}).status_code == 409
    assert mara.post(at("redaction-check", case), {"seen": seen}).status_code == 302
    assert waiting(case).count() == before - len(seen)
    assert "Somebody" not in text(mara.get(at("redaction", case) + "?show=all"))


def test_4_3_who_reads_no_data_reads_no_text_and_who_only_reviews_decides_nothing(
    case: Case, client: Client, settings: Any
) -> None:
    note = note_of(case)
    pages = [at("redaction", case), at("redaction-item", case, note.pk)]
    for name in ("ines", "adam", "olga"):
        client.force_login(make_staff(name, *ROLES[name]))
        for page in pages:
            assert client.get(page).status_code == 403
            assert client.post(page).status_code in {403, 405}
        assert "Redaction" not in text(client.get(at("case", case))).split("</nav>")[1]
    client.force_login(make_staff("rita", *ROLES["rita"]))
    assert [client.get(page).status_code for page in pages] == [200, 200]
    assert send(client, note, f"accept:{note.marks.all()[0].pk}").status_code in {403, 409}
    assert {one.state for one in note.marks.all()} == {"suggested"}
    settings.DSR_HOSTS = {"testserver": "southwave"}
    south = make_controller("southwave")
    client.force_login(make_staff("mara", controller=south))
    assert [client.get(page).status_code for page in pages] == [404, 404]


def test_the_list_asks_the_database_as_often_for_one_text_as_for_fifty(case: Case, mara: Client) -> None:
    mara.get(at("redaction", case))
    keep = note_of(case).pk
    with CaptureQueriesContext(connection) as many:
        mara.get(at("redaction", case) + "?show=all")
    RedactionItem.objects.filter(case=case).exclude(pk=keep).update(present=False)
    with CaptureQueriesContext(connection) as few:
        mara.get(at("redaction", case) + "?show=all")
    assert len(many) == len(few)
