"""The page "For the authority" (rules 4.6): ordered, made by a worker, fetched after a fresh sign-in, each an event."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, evidence
from dsr.fulfil.signing import published
from dsr.models import EvidencePack, SigningKey
from dsr.output.signing import Trusted
from dsr.output.verify import verify
from dsr.work import jobs
from tests.desk.conftest import text
from tests.factories import make_case, make_staff

pytestmark = pytest.mark.django_db


def at(name: str, case, *more) -> str:
    return reverse(f"desk:{name}", args=[case.pk, *more])


def test_a_lead_orders_evidence_and_downloads_it(otto, signed_in, received):
    """4.6, 4.3: what the auditor may not read, she cannot fetch; the reference stands in no clear row and no address."""
    case = make_case(at=received)
    page = text(otto.get(at("evidence-packs", case)))
    assert "Nothing was ordered yet." in page
    assert "with the answer as it was sent" not in page  # there is none
    form = {"version": case.version, "authority": "Example Authority", "extent": "file", "written_in": "fr"}
    assert "Enter the reference of its letter." in text(
        otto.post(at("evidence-order", case), {**form, "reference": ""})
    )
    form["reference"] = "Az. 4711/26"
    assert otto.post(at("evidence-order", case), form).status_code == 302
    again = otto.post(at("evidence-order", case), form)
    assert again.status_code == 409
    assert EvidencePack.objects.count() == 1
    page = text(otto.get(at("evidence-packs", case)))
    assert "being made" in page
    assert 'hx-trigger="every 3s"' in page
    assert "Az. 4711/26" in page

    pack = EvidencePack.objects.get()
    assert evidence.language_of(pack) == "fr"
    jobs.make_evidence(str(pack.pk))

    page = text(otto.get(at("evidence-live", case)))
    assert at("evidence-pack", case, pack.pk) in page
    assert "every 3s" not in page
    adam = signed_in("adam")
    assert "4711" not in text(adam.get(at("evidence-packs", case)))
    assert adam.get(at("evidence-pack", case, pack.pk)).status_code == 403
    response = otto.get(at("evidence-pack", case, pack.pk))
    data = b"".join(response.streaming_content)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert verify(io.BytesIO(data), keys=[Trusted(k.key_id, k.valid_to) for k in published(case.controller)]) == ()
    assert SigningKey.objects.count() == 1
    assert list(
        case.events.filter(action__startswith="evidence_").order_by("seq").values_list("action", flat=True)
    ) == [
        "evidence_pack",
        "evidence_made",
        "evidence_taken",
    ]
    # What is over can be ordered again, and says so; what a worker gave up on, too.
    pack.refresh_from_db()
    assert pack.artifact is not None
    pack.artifact.expires_at = timezone.now()
    pack.artifact.save(update_fields=["expires_at"])
    assert "it can be ordered again" in text(otto.get(at("evidence-packs", case)))
    assert otto.get(at("evidence-pack", case, pack.pk)).status_code == 404


def test_the_page_asks_the_database_as_often_for_many_orders_as_for_one(otto, received):
    case = make_case(at=received)
    actor = actors.staff(make_staff("otto", "lead"))

    def order() -> None:
        evidence.order(
            case_id=case.pk,
            extent=evidence.Extent.LOG,
            authority="Authority",
            reference="1",
            actor=actor,
            now=received,
        )
        EvidencePack.objects.update(made_at=received)

    order()
    otto.get(at("evidence-packs", case))
    with CaptureQueriesContext(connection) as one:
        otto.get(at("evidence-packs", case))
    for _ in range(20):
        order()
    with CaptureQueriesContext(connection) as many:
        otto.get(at("evidence-packs", case))
    assert len(many) <= len(one)
