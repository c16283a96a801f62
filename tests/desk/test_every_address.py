"""Every address of a case, whoever adds one: closed to another brand, to whoever has no business with an archived file, and
silent to those who read no content (rules 4.3, 4.5)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.urls.converters import IntConverter, SlugConverter, StringConverter, UUIDConverter

from dsr.api import urls as api
from dsr.desk import account_urls
from dsr.desk import urls as desk
from dsr.models import Case, Letter
from dsr.owners import urls as owners
from tests.desk.addresses import CAST, EXPECTED
from tests.desk.conftest import ROLES
from tests.desk.test_access import SAMPLE
from tests.factories import make_case, make_controller, make_staff

# Hundreds of addresses times roles: with the long tests; tests/desk/test_access.py walks them as a stranger and a subscriber each time.
pytestmark = pytest.mark.django_db
long = pytest.mark.slow
OF_A_CASE = [one for one in desk.urlpatterns if "case_id" in one.pattern.converters]
CLOSED = {403, 404, 405}


# (prefix of the name, patterns): everything that staff, departments and programs can call.
ALL = (
    ("desk:", desk.urlpatterns),
    ("", account_urls.urlpatterns),
    ("owners:", owners.urlpatterns),
    ("api:", api.urlpatterns),
)
NAMES = [f"{prefix}{one.name}" for prefix, patterns in ALL for one in patterns]
KEYS = {f"{prefix}{one.name}": one.pattern.converters for prefix, patterns in ALL for one in patterns}
_UNKNOWN = {"token": "x" * 43, "pk": 1}
_ANY: dict[Any, Any] = {UUIDConverter: uuid.uuid4(), IntConverter: 1, SlugConverter: "x", StringConverter: "x"}


def place(name: str, **known: Any) -> str:
    """The address of this name; what `known` does not say is a sample that belongs to nobody."""
    values = {**SAMPLE, **_UNKNOWN, **known}
    kwargs = {key: values.get(key, _ANY[type(converter)]) for key, converter in KEYS[name].items()}
    return reverse(name, urlconf="dsr.urls_desk", kwargs=kwargs)


def test_4_3_every_address_stands_in_the_table_once_and_every_row_is_an_address() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert sorted(EXPECTED) == sorted(NAMES)
    assert {len(row) for row in EXPECTED.values()} == {len(CAST) + 1}
    foreign = {name for name, row in EXPECTED.items() if row[-1]}
    assert {name for name in NAMES if "case_id" in KEYS[name]} <= foreign
    # No row of another brand is ever shown: not there, closed to the role, or a form only.
    assert {EXPECTED[name][-1] for name in foreign} <= {404, 405, 410}


@long
@pytest.mark.parametrize("name", CAST)
def test_4_3_each_role_gets_what_the_table_says(name: str) -> None:
    case, client = make_case(), Client()
    client.force_login(make_staff(name, *CAST[name]))
    at = list(CAST).index(name)
    client.get("/desk/")
    found = {one: _status(client, place(one, case_id=case.pk)) for one in NAMES if one not in ENDING}
    assert found == {one: EXPECTED[one][at] for one in found}


# A GET that ends the session, or starts a sign-in elsewhere: its own tests have it.
ENDING = {"desk:logout", "account_logout"}


def _status(client: Client, url: str) -> int:
    response: Any = client.get(url)
    if response.streaming:
        b"".join(response.streaming_content)
    return int(response.status_code)


@long
def test_4_3_nothing_of_another_brand_answers_to_anybody(settings: Any) -> None:
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    make_controller()
    south = make_controller("southwave")
    case, selma = make_case(controller=south), make_staff("selma", controller=south)
    for name in ("otto", "dora", "olga"):
        client = Client()
        client.force_login(make_staff(name, *CAST[name]))
        for one in NAMES:
            if EXPECTED[one][-1] and one not in ENDING:
                status = _status(client, place(one, case_id=case.pk, user_id=selma.pk))
                assert status in {EXPECTED[one][-1], 403}, (name, one)


def statuses(client: Client, url: str) -> set[int]:
    return {getattr(client, method)(url).status_code for method in ("get", "post")}


def address(pattern: Any, case: Case) -> str:
    letter = Letter.objects.filter(case=case).first()
    known = {"case_id": case.pk, "letter_id": letter.pk if letter else uuid.uuid4()}
    return reverse(f"desk:{pattern.name}", kwargs={n: {**SAMPLE, **known}[n] for n in pattern.pattern.converters})


@long
@pytest.mark.parametrize("pattern", OF_A_CASE, ids=lambda one: one.name)
def test_a_case_of_another_brand_has_no_address(otto: Client, settings: Any, pattern: Any) -> None:
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    case = make_case(controller=make_controller("southwave"))
    assert statuses(otto, address(pattern, case)) <= {404, 405}


@long
@pytest.mark.parametrize("pattern", OF_A_CASE, ids=lambda one: one.name)
@pytest.mark.parametrize("name", sorted(set(ROLES) - {"otto", "dora", "adam"}))
def test_4_5_an_archived_case_opens_to_nobody_who_works_on_requests(signed_in: Any, pattern: Any, name: str) -> None:
    case = make_case()
    Case.objects.filter(pk=case.pk).update(state="archived")
    assert statuses(signed_in(name), address(pattern, case)) <= CLOSED


@long
@pytest.mark.parametrize("pattern", OF_A_CASE, ids=lambda one: one.name)
@pytest.mark.parametrize("name", ["adam", "olga"])
def test_4_3_no_address_tells_auditor_or_administrator_who_it_is_about(signed_in: Any, pattern: Any, name: str) -> None:
    case = make_case(name="Anna Secret")
    response = signed_in(name).get(address(pattern, case))
    assert response.status_code in CLOSED | {200, 204, 302, 409}
    if response.status_code != 302:
        page = bytes(response.getvalue()).decode()
        assert not {one for one in ("Anna Secret", "Everything please", "anna@example.com", "10000001") if one in page}
