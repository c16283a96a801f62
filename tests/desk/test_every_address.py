"""Every address of a case, whoever adds one: closed to another brand, to whoever has no business with an archived file, and
silent to those who read no content (rules 4.3, 4.5)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from dsr.desk import urls as desk
from dsr.models import Case, Letter
from tests.desk.conftest import ROLES
from tests.desk.test_access import SAMPLE
from tests.factories import make_case, make_controller

if TYPE_CHECKING:
    from django.test import Client

# Hundreds of addresses times roles: with the long tests; tests/desk/test_access.py walks them as a stranger and a subscriber each time.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
OF_A_CASE = [one for one in desk.urlpatterns if "case_id" in one.pattern.converters]
CLOSED = {403, 404, 405}


def statuses(client: Client, url: str) -> set[int]:
    return {getattr(client, method)(url).status_code for method in ("get", "post")}


def address(pattern: Any, case: Case) -> str:
    letter = Letter.objects.filter(case=case).first()
    known = {"case_id": case.pk, "letter_id": letter.pk if letter else uuid.uuid4()}
    return reverse(f"desk:{pattern.name}", kwargs={n: {**SAMPLE, **known}[n] for n in pattern.pattern.converters})


@pytest.mark.parametrize("pattern", OF_A_CASE, ids=lambda one: one.name)
def test_a_case_of_another_brand_has_no_address(otto: Client, settings: Any, pattern: Any) -> None:
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    case = make_case(controller=make_controller("southwave"))
    assert statuses(otto, address(pattern, case)) <= {404, 405}


@pytest.mark.parametrize("pattern", OF_A_CASE, ids=lambda one: one.name)
@pytest.mark.parametrize("name", sorted(set(ROLES) - {"otto", "dora", "adam"}))
def test_4_5_an_archived_case_opens_to_nobody_who_works_on_requests(signed_in: Any, pattern: Any, name: str) -> None:
    case = make_case()
    Case.objects.filter(pk=case.pk).update(state="archived")
    assert statuses(signed_in(name), address(pattern, case)) <= CLOSED


@pytest.mark.parametrize("pattern", OF_A_CASE, ids=lambda one: one.name)
@pytest.mark.parametrize("name", ["adam", "olga"])
def test_4_3_no_address_tells_auditor_or_administrator_who_it_is_about(signed_in: Any, pattern: Any, name: str) -> None:
    case = make_case(name="Anna Secret")
    response = signed_in(name).get(address(pattern, case))
    assert response.status_code in CLOSED | {200, 204, 302, 409}
    if response.status_code != 302:
        page = bytes(response.getvalue()).decode()
        assert not {one for one in ("Anna Secret", "Everything please", "anna@example.com", "10000001") if one in page}
