"""Pages for what went wrong say what happened to what was sent and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.views import defaults

from tests.factories import make_controller

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "way_out"), [("/nowhere/", 'href="/"'), ("/desk/nowhere/", 'href="/desk/"')])
def test_unknown_page_offers_a_way_out_and_a_person(client: Client, path: str, way_out: str) -> None:
    make_controller()
    response = client.get(path)
    assert response.status_code == 404
    html = response.content.decode()
    assert "<h1>We cannot find this page</h1>" in html
    assert way_out in html
    assert "mailto:privacy@northwave.example.com" in html
    assert "Traceback" not in html


@pytest.mark.django_db
def test_form_that_was_open_too_long_says_that_nothing_was_sent() -> None:
    make_controller()
    response = Client(enforce_csrf_checks=True).post("/language/setlang/", {"language": "de"})
    assert response.status_code == 403
    assert "Nothing was sent." in response.content.decode()


@pytest.mark.parametrize(
    ("view", "status", "words"),
    [(defaults.server_error, 500, "not lost"), (defaults.bad_request, 400, "Nothing was changed")],
)
def test_page_of_last_resort_needs_nothing_but_its_file(
    view: Callable[..., Any], status: int, words: str, settings: Any
) -> None:
    """No database (this test has none), no session, no manifest of static files."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    response = (
        view(RequestFactory().get("/"), ValueError())
        if view is defaults.bad_request
        else view(RequestFactory().get("/"))
    )
    html = response.content.decode()
    assert response.status_code == status
    assert words in html
    assert f'href="{settings.STATIC_URL}ui/ui.css"' in html


def test_page_for_a_wrong_role_says_that_nothing_changed() -> None:
    assert "Nothing was changed." in get_template("403.html").render({}, RequestFactory().get("/"))


def test_last_resort_pages_name_the_stylesheet_where_it_is() -> None:
    assert settings.STATIC_URL == "/static/"
