"""The page of authorities' matters, as lead, data protection officer and handler see it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, authority, enclosures
from dsr.fulfil import uploads as ending
from dsr.fulfil.own_records import own_found
from dsr.models import AuthorityCase, Case, Upload
from tests.cases.test_evidence_covers import ordered, tables_of
from tests.factories import make_case, make_staff

pytestmark = pytest.mark.django_db


def post(client: Any, case: Case, name: str, *keys: Any, **fields: Any) -> Any:
    seen = Case.objects.get(pk=case.pk).version
    return client.post(reverse(f"desk:{name}", args=[case.pk, *keys]), {"version": seen, **fields})


def test_a_lead_notes_a_letter_of_the_authority_answers_it_and_closes_the_matter(signed_in: Any) -> None:
    case = make_case()
    otto, mara = signed_in("otto"), signed_in("mara")
    url = reverse("desk:authority", args=[case.pk])
    assert mara.get(url).status_code == 403
    page = otto.get(url).content.decode()
    assert "No authority has asked about this case" in page
    assert 'value="Example Data Protection Authority"' in page
    bad = post(otto, case, "authority-open", authority="Authority", received_on="2026-06-15")
    assert bad.status_code == 422
    assert "Enter the reference under which the authority writes." in bad.content.decode()
    early = {"authority": "Authority A", "reference": "521.99", "received_on": "2026-06-15"}
    refused = post(otto, case, "authority-open", **early, answer_due_on="2026-06-01")
    assert refused.status_code == 409
    assert post(otto, case, "authority-open", **early, answer_due_on="2026-06-29").status_code == 302
    row = AuthorityCase.objects.get()

    seen_by_mara = mara.get(reverse("desk:case", args=[case.pk])).content.decode()
    assert "wants our answer by Mon 29 June 2026" in seen_by_mara
    assert "521.99" not in seen_by_mara
    assert url not in seen_by_mara
    dashboard = otto.get(reverse("desk:dashboard")).content.decode()
    assert url in dashboard
    order = otto.get(reverse("desk:evidence-packs", args=[case.pk])).content.decode()
    assert 'value="521.99"' in order
    assert f'<a href="{url}">See the matter</a>' in order
    wrong = post(otto, case, "authority-open", authority="Authority", received_on="2026-06-15")
    for here in (otto.get(url), wrong):  # the page of the matters leads to itself only by its tab, which says so
        shown = here.content.decode()
        assert "wants our answer by" in shown
        assert shown.count(f'href="{url}"') == shown.count(f'href="{url}" aria-current="page"') == 1

    assert post(otto, case, "authority-act", row.pk, "close").status_code == 422
    done = post(otto, case, "authority-act", row.pk, "answered", answered_on="2026-06-20", note="By post.")
    assert done.status_code == 302
    again = post(otto, case, "authority-act", row.pk, "answered", answered_on="2026-06-20")
    assert again.status_code == 409
    assert post(otto, case, "authority-act", row.pk, "close", outcome="no_infringement").status_code == 302
    page = otto.get(url).content.decode()
    assert "No infringement found" in page
    assert "By post." in page
    assert "wants our answer" not in mara.get(reverse("desk:case", args=[case.pk])).content.decode()
    assert post(otto, case, "authority-act", row.pk, "elsewhere").status_code == 404


def test_the_page_asks_the_same_questions_for_one_matter_and_for_many(signed_in: Any) -> None:
    case = make_case()
    otto = signed_in("otto")
    dora = actors.staff(make_staff("dora", "dpo"))

    def queries(count: int) -> int:
        for number in range(count):
            authority.open_case(
                case_id=case.pk,
                authority="Authority",
                reference=f"R-{number}",
                received_on=date(2026, 6, 1),
                answer_due_on=None,
                note="",
                actor=dora,
                now=timezone.now(),
            )
        otto.get(reverse("desk:authority", args=[case.pk]))
        with CaptureQueriesContext(connection) as seen:
            otto.get(reverse("desk:authority", args=[case.pk]))
        return len(seen)

    assert queries(1) == queries(9)


def a_letter(content: bytes, name: str = "letter.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/plain")


def test_letters_of_the_authority_and_ours_are_kept_with_the_matter_and_go_to_nobody_else(signed_in: Any) -> None:
    """4.6: they stand beside the step they came or left with; the pack has their hash, and no name of another authority."""
    case = make_case()
    otto, mara = signed_in("otto"), signed_in("mara")
    url = reverse("desk:authority", args=[case.pk])
    assert 'enctype="multipart/form-data"' in otto.get(url).content.decode()
    step = {"authority": "Authority A", "reference": "521.99", "received_on": "2026-06-15"}
    version = Case.objects.get(pk=case.pk).version
    bad = post(otto, case, "authority-open", authority="Authority A", added=a_letter(b"We ask.", "inquiry.txt"))
    assert bad.status_code == 422
    shown = bad.content.decode()
    assert "inquiry.txt" in shown  # kept, whatever else was wrong: nobody adds it twice
    loose = Upload.objects.get()
    assert (loose.purpose, loose.matter, loose.from_person) == ("matter", None, False)
    assert loose.delete_after is not None
    assert Case.objects.get(pk=case.pk).version == version  # nothing happened yet, so no form is overtaken

    assert post(otto, case, "authority-open", **step).status_code == 302
    row = AuthorityCase.objects.get()
    (asked,) = row.files.all()
    assert (asked.pk, asked.delete_after) == (loose.pk, None)
    answer = {"answered_on": "2026-06-20", "added": a_letter(b"We answer.", "answer.txt")}
    assert post(otto, case, "authority-act", row.pk, "answered", **answer).status_code == 302
    other = post(otto, case, "authority-open", **step | {"reference": "522.00"})
    assert other.status_code == 302
    assert {one.matter_id for one in Upload.objects.all()} == {row.pk}  # what came with one matter is not another's
    page = otto.get(url).content.decode()
    assert page.index("A supervisory authority asks about this case") < page.index("inquiry.txt")
    assert page.index("Our answer to the authority sent") < page.index("answer.txt")
    hashes = [{"sha256": asked.sha256, "size": asked.size}]
    opened = case.events.get(action="authority_opened", data__authority_case=str(row.pk))
    assert opened.data["enclosures"] == hashes
    assert "inquiry" not in str([event.data for event in case.events.all()])

    file = reverse("desk:upload", args=[case.pk, asked.pk])
    assert b"".join(otto.get(file).streaming_content) == b"We ask."
    assert mara.get(file).status_code == 403
    assert "inquiry.txt" not in otto.get(reverse("desk:files", args=[case.pk])).content.decode()
    assert [key for key, _name in enclosures.sources(case) if str(asked.pk) in key] == []
    told = [row for row in tables_of(ordered(case))["enclosures"] if asked.sha256 in row]
    assert [(one[0], one[2]) for one in told] == [("Matters before a supervisory authority", "")]
    assert "sent_files" not in {one.info.name for one in own_found(case, until=timezone.now())}


def test_a_letter_whose_step_is_never_noted_goes_and_one_of_a_matter_stays(signed_in: Any) -> None:
    case = make_case()
    otto = signed_in("otto")
    step = {"authority": "Authority A", "reference": "521.99", "received_on": "2026-06-15"}
    post(otto, case, "authority-open", added=a_letter(b"Lost."))
    lost, events = Upload.objects.get(), case.events.count()
    remove = post(otto, case, "authority-open", **step, **{"added-remove": str(lost.pk)})
    assert remove.status_code == 200
    assert not AuthorityCase.objects.exists()
    lost.refresh_from_db()
    assert lost.deleted_at is not None
    assert case.events.count() == events

    assert post(otto, case, "authority-open", **step, added=a_letter(b"Kept.")).status_code == 302
    post(otto, case, "authority-open", added=a_letter(b"Left behind."))
    kept, left = Upload.objects.filter(deleted_at=None).order_by("created_at")
    assert not AuthorityCase.objects.get().files.exclude(pk=kept.pk).exists()
    assert ending.remove_due(now=timezone.now() + timedelta(days=8), limit=10) == 1
    kept.refresh_from_db()
    left.refresh_from_db()
    assert kept.deleted_at is None
    assert left.deleted_at is not None
