"""The form on paper: reachable, one page, every right in it."""

from __future__ import annotations

import io

import pikepdf
import pytest

from tests.factories import make_controller

pytestmark = pytest.mark.django_db


def test_T_03_the_start_page_leads_to_a_form_one_can_print_fill_in_and_post(client):
    make_controller()
    assert 'href="/paper-form.pdf"' in client.get("/").content.decode()

    response = client.get("/paper-form.pdf")

    assert response["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        assert len(pdf.pages) == 1
    assert client.get("/paper-form.pdf").content == response.content
    german = client.get("/paper-form.pdf", headers={"Accept-Language": "de"})
    assert german.content != response.content
