"""Keys of programs at the desk: made once, shown once, ended at once, each an event of the set-up (4.4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from dsr.models import ApiKey, SetupEvent
from tests.factories import make_controller, make_staff

if TYPE_CHECKING:
    from dsr.models import Controller

pytestmark = pytest.mark.django_db


@pytest.fixture
def controller(settings) -> Controller:
    settings.DSR_HOSTS = {"testserver": "northwave"}
    return make_controller()


def signed_in(name: str, role: str) -> Client:
    client = Client()
    client.force_login(make_staff(name, role))
    return client


def test_an_administrator_makes_and_ends_a_key_and_nobody_else_does(controller: Controller) -> None:
    olga, otto = signed_in("olga", "administrator"), signed_in("otto", "lead")
    url = reverse("desk:programs")
    assert "Enter which program it is for." in olga.post(url, {"scopes": ["restricted"]}).content.decode()
    made = olga.post(url, {"name": "Dunning run", "scopes": ["restricted"]})
    assert "no-store" in made.headers["Cache-Control"]
    (secret,) = re.findall(r"dsr_[\w-]{43}", made.content.decode())
    key = ApiKey.objects.get()
    asked = {"authorization": f"Bearer {secret}"}
    call = Client()
    assert call.post("/api/v1/restricted", "{}", content_type="application/json", headers=asked).status_code == 422
    page = olga.get(url).content.decode()
    assert secret not in page
    assert "Dunning run" in page
    assert ">never<" not in page  # it was used a moment ago

    assert otto.post(url, {"name": "Mine", "scopes": ["restricted"]}).status_code == 409
    otto.post(reverse("desk:program-end", args=[key.pk]))
    assert ApiKey.objects.get().revoked_at is None
    olga.post(reverse("desk:program-end", args=[key.pk]))
    assert call.post("/api/v1/restricted", "{}", content_type="application/json", headers=asked).status_code == 401
    kinds = list(SetupEvent.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["program_key_made", "program_key_revoked"]
    assert secret not in str(list(SetupEvent.objects.values_list("data", flat=True)))
    make_controller("southfiber")
    foreign = Client()
    foreign.force_login(make_staff("olga", "administrator", controller=make_controller("southfiber")))
    assert foreign.get(url).status_code != 200
