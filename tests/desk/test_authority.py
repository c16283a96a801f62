"""The page of authorities' matters, as lead, data protection officer and handler see it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, authority
from dsr.models import AuthorityCase, Case
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
