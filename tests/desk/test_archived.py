"""Archived files open to lead, DPO and auditor only; of purged ones the desk says that they are no longer kept (4.0.8, 4.5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from dsr.fulfil import end_of_life
from tests.cases.test_archive import closed, with_file
from tests.desk.conftest import text
from tests.factories import MONDAY, make_staff

if TYPE_CHECKING:
    from dsr.models import Case

pytestmark = pytest.mark.django_db
PAGES = ("case", "history", "messages")


@pytest.fixture
def archived(settings, tmp_path) -> Case:
    settings.DSR_LEDGER_DIR = str(tmp_path / "ledger")
    case = closed()
    with_file(case)
    end_of_life.archive_due(now=MONDAY + timedelta(days=90), limit=10)
    return case


def signed_in(client, name: str, *roles: str):
    client.force_login(make_staff(name, *roles))
    return client


@pytest.mark.parametrize("role", ["lead", "dpo"])
def test_whoever_defends_the_decision_reads_the_archived_case(client, archived, role):
    desk = signed_in(client, "otto", role)
    for page in PAGES:
        assert desk.get(reverse(f"desk:{page}", args=[archived.pk])).status_code == 200
    assert archived.request.reference in text(desk.get("/desk/?view=closed"))


def test_the_auditor_reads_its_log(client, archived):
    desk = signed_in(client, "aldo", "auditor")
    assert desk.get(reverse("desk:history", args=[archived.pk])).status_code == 200


@pytest.mark.parametrize("role", ["handler", "reviewer", "intake"])
def test_whoever_works_on_requests_does_not(client, archived, role):
    desk = signed_in(client, "mara", role)
    for page in PAGES:
        assert desk.get(reverse(f"desk:{page}", args=[archived.pk])).status_code == 403
    assert archived.request.reference not in text(desk.get("/desk/?view=closed"))


def test_a_purged_case_is_no_longer_kept(client, archived):
    end_of_life.purge_due(now=datetime(2030, 1, 1, 12, 0, tzinfo=UTC), limit=10)
    desk = signed_in(client, "otto", "lead")

    for page in PAGES:
        answer = desk.get(reverse(f"desk:{page}", args=[archived.pk]))
        assert answer.status_code == 410
        assert "No longer kept" in text(answer)
    found = desk.post(reverse("desk:find"), {"q": archived.request.reference}, follow=True)
    assert "No longer kept" in text(found)
