"""Links lead to a host of the controller they are about: another brand's host knows neither reference nor code."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from dsr.addresses import base_url
from dsr.cases import actors, delivery, letter_content, messages
from dsr.desk.views.delivery import Sent, _contents
from dsr.fulfil.gather import head_of
from dsr.fulfil.portable import schema_url
from dsr.models import Message
from tests.delivery.handed import handed_over, package
from tests.factories import make_case, make_controller, make_staff

pytestmark = pytest.mark.django_db
HOSTS = {"one.example.com": "northwave", "two.example.com": "southwave", "three.example.com": "southwave"}


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://one.example.com", "https://two.example.com"),
        ("https://one.example.com/", "https://two.example.com"),
        ("https://three.example.com:8443", "https://three.example.com:8443"),
    ],
)
def test_the_base_is_on_a_host_of_the_controller(settings: Any, base: str, expected: str) -> None:
    settings.DSR_BASE_URL, settings.DSR_HOSTS = base, HOSTS
    assert base_url(make_controller("southwave")) == expected
    settings.DSR_HOSTS = {}
    assert base_url(make_controller("southwave")) == base.rstrip("/")


def test_mails_letters_and_schemas_of_a_second_brand_lead_to_its_own_host(settings: Any) -> None:
    settings.DSR_BASE_URL, settings.DSR_HOSTS = "https://one.example.com", HOSTS
    case = make_case(controller=make_controller("southwave"))
    now = timezone.now()
    messages.queue_mail(request=case.request, kind="new_letter", to="anna@example.com", now=now, context={"name": ""})

    mail = Message.objects.filter(request=case.request, kind="new_letter").latest("created_at").content()["body"]

    for link in (
        mail,
        letter_content.head_facts(case, now=now)["account_url"],
        head_of(case, written_at=now).account_url,
        schema_url(case.controller),
    ):
        assert "https://two.example.com/" in link
        assert "one.example.com" not in link


def test_the_letter_with_a_code_leads_to_the_host_where_the_code_works(settings: Any) -> None:
    case = handed_over(timezone.now())
    digits = delivery.letter_code(case_id=case.pk, actor=actors.staff(make_staff()), now=timezone.now())
    settings.DSR_BASE_URL, settings.DSR_HOSTS = "https://two.example.com", HOSTS

    class Form:
        cleaned_data = {"address": ("Hill Road 1",)}

    letter = _contents(Sent(case, package(case), Form(), timezone.now()), digits)  # type: ignore[arg-type]

    assert letter.open_url == "https://one.example.com/requests/letter/"
