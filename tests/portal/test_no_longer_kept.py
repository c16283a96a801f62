"""ARCHIVED and PURGED have no status page, only "no longer kept" (4.0.8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dsr.fulfil import end_of_life
from dsr.models import OneTimeCode
from tests.cases.test_archive import closed
from tests.factories import MONDAY, make_case, make_user

pytestmark = pytest.mark.django_db
WORDS = "This request is no longer kept"
LATER = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def anna(settings, tmp_path):
    settings.DSR_LEDGER_DIR = str(tmp_path / "ledger")
    return make_user()


@pytest.mark.parametrize("purged", [False, True])
def test_4_0_8_her_own_page_says_so_and_shows_nothing(client, anna, purged):
    case = closed(account=anna)
    reference = case.request.reference
    client.force_login(anna)
    assert client.get(f"/requests/{reference}/").status_code == 200
    end_of_life.archive_due(now=MONDAY + timedelta(days=90), limit=10)
    if purged:
        end_of_life.purge_due(now=LATER, limit=10)

    for path in (f"/requests/{reference}/", f"/requests/{reference}/package/"):
        answer = client.get(path)
        assert answer.status_code == 410
        assert WORDS in answer.content.decode()
        assert "Everything please" not in answer.content.decode()
    assert reference not in client.get("/requests/").content.decode()


@pytest.mark.parametrize("purged", [False, True])
def test_whoever_looks_for_it_without_an_account_gets_no_code(client, anna, purged):
    case = closed()
    end_of_life.archive_due(now=MONDAY + timedelta(days=90), limit=10)
    if purged:
        end_of_life.purge_due(now=LATER, limit=10)

    answer = client.post("/requests/find/", {"reference": case.request.reference.lower()})

    assert answer.status_code == 410
    assert WORDS in answer.content.decode()
    assert not OneTimeCode.objects.exists()


def test_a_request_with_one_right_still_open_has_its_page(client, anna):
    case = closed(account=anna)
    other = make_case(account=anna, number="10000002")
    type(case).objects.filter(pk=other.pk).update(request=case.request, right="erasure")
    end_of_life.archive_due(now=MONDAY + timedelta(days=90), limit=10)
    client.force_login(anna)

    assert client.get(f"/requests/{case.request.reference}/").status_code == 200
