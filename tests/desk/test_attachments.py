"""The reviewer sees the files that leave, opens one without any browser running it, and can still decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors
from dsr.law.attest import ATTESTATIONS
from dsr.law.rights import Right
from dsr.models import Case, Event
from tests.factories import make_staff
from tests.fulfil.test_attachments import NUMBER, PNG, WAV, drafted
from tests.fulfil.tree_of_files import Tree
from tests.redacting import settle

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
PAGE = b"<html><script>alert(1)</script></html>"


@pytest.fixture
def case(demo_stores: Path, drain) -> Case:
    tree = Tree(demo_stores)
    tree.put(NUMBER, {"call.wav": WAV, "pass <b>.png": PNG, "offer.html": PAGE, "holiday.jpg": b"not a picture"})
    return drafted(drain)


def test_the_review_page_lists_them_and_one_is_opened_as_a_download(case, mara, signed_in):
    review = mara.get(reverse("desk:review", args=[case.pk])).content.decode()
    assert "4 files" in review
    assert "sound recording" in review
    assert "pass _b_.png" in review
    assert "The file says that it is a picture, and it is not." in review
    assert "It does something when it is opened." in review

    answer = mara.get(reverse("desk:attachment", args=[case.pk, "recordings", 2]))

    assert b"".join(answer.streaming_content) == PAGE
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="offer.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["Cache-Control"] == "no-store"
    event = Event.objects.get(action="attachment_opened")
    assert event.data == {"store": "recordings", "number": 2}
    assert "offer" not in str(Event.objects.values())
    history = mara.get(reverse("desk:history", args=[case.pk])).content.decode()
    assert "A file of the person opened by staff" in history


@pytest.mark.slow
def test_who_may_not_see_data_sees_no_file_and_opens_none(case, signed_in):
    for name in ("ines", "adam", "olga"):
        browser = signed_in(name)
        assert browser.get(reverse("desk:attachment", args=[case.pk, "recordings", 0])).status_code == 403
        assert browser.get(reverse("desk:attachments", args=[case.pk])).status_code == 403
        assert "call.wav" not in browser.get(reverse("desk:files", args=[case.pk])).content.decode()


@pytest.mark.slow
def test_looking_at_a_file_does_not_make_the_decision_stale(case, mara, signed_in):
    settle(case.pk, actor=actors.staff(make_staff()), now=timezone.now())
    case.refresh_from_db()
    mara.post(reverse("desk:step", args=[case.pk, "submit_for_review"]), {"version": case.version})
    case.refresh_from_db()
    assert case.state == "review"
    otto, form = signed_in("otto"), {"version": case.version, "manifest_sha256": case.manifest_sha256}
    form["attested"] = list(ATTESTATIONS[Right.ACCESS])
    otto.get(reverse("desk:attachment", args=[case.pk, "recordings", 0]))

    otto.post(reverse("desk:step", args=[case.pk, "approve"]), form)

    case.refresh_from_db()
    assert case.state == "approved"


@pytest.mark.slow
@pytest.mark.parametrize("number", [4, 99])
def test_a_file_that_is_not_there_is_not_there(case, mara, number):
    assert mara.get(reverse("desk:attachment", args=[case.pk, "recordings", number])).status_code == 404
    assert mara.get(reverse("desk:attachment", args=[case.pk, "billing", 0])).status_code == 404
