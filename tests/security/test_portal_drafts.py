"""Hostile tries at what is being written: rows without end made by whoever keeps no cookie (decision 072)."""

from __future__ import annotations

import pytest
from django.test import Client

from dsr.limits import Limit
from dsr.models import Draft
from portal.views import new
from tests.factories import make_controller

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    make_controller()
    monkeypatch.setattr(new, "DRAFTS", Limit("drafts", 3, 15 * 60))


def test_links_that_are_followed_without_a_cookie_make_no_rows_without_end():
    answers = [Client().get("/new/", {"right": "access"}).status_code for _ in range(6)]

    assert answers == [302, 302, 302, 429, 429, 429]
    assert Draft.objects.count() == 3


def test_whoever_has_a_draft_goes_on_with_it(client):
    for _ in range(6):
        assert client.get("/new/", {"right": "erasure"}).status_code == 302
    assert client.post("/new/what/", {"right": "access"}).status_code == 302
    assert Draft.objects.count() == 1
