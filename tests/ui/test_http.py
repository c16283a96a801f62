"""Every answer carries the strict policy and is never cached; the choice of colours stays in the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from dsr.http import SecurityHeaders, policy
from tests.factories import make_controller, make_staff

if TYPE_CHECKING:
    from django.test import Client

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def answer(path: str = "/", **headers: str) -> HttpResponse:
    def view(request: Any) -> HttpResponse:
        return HttpResponse(headers=headers)

    return SecurityHeaders(view)(RequestFactory().get(path))


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/styleguide/", "/nowhere/", "/healthz"])
def test_every_answer_is_protected(client: Client, path: str) -> None:
    client.force_login(make_staff())
    response = client.get(path)
    assert response["Content-Security-Policy"] == STRICT
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_policy_has_no_exception() -> None:
    """ux.md 0.5: no 'unsafe-', nonce, hash or data: anywhere."""
    header = answer()["Content-Security-Policy"]
    assert header == STRICT
    assert not any(word in header for word in ("unsafe", "nonce", "sha", "data:", "http", "*"))


def test_directive_without_a_value_is_written_without_a_blank() -> None:
    assert (
        policy({"default-src": ["'none'"], "upgrade-insecure-requests": []})
        == "default-src 'none'; upgrade-insecure-requests"
    )


def test_view_may_be_stricter() -> None:
    assert answer(**{"Content-Security-Policy": "sandbox"})["Content-Security-Policy"] == "sandbox"
    assert answer(**{"Cache-Control": "private, max-age=60"})["Cache-Control"] == "private, max-age=60"


def test_static_files_may_be_cached() -> None:
    assert "Cache-Control" not in answer("/static/ui/ui.css")


def choose(client: Client, **values: str) -> Any:
    make_controller()
    return client.post("/appearance/", values)


@pytest.mark.django_db
def test_choice_is_remembered_without_saying_who(client: Client) -> None:
    response = choose(client, theme="dark", keys="off", next="/styleguide/?x=1")
    assert (response.status_code, response["Location"]) == (302, "/styleguide/?x=1")
    assert (response.cookies["dsr_theme"].value, response.cookies["dsr_keys"].value) == ("dark", "off")
    assert response.cookies["dsr_theme"]["httponly"]
    assert "sessionid" not in response.cookies


@pytest.mark.django_db
def test_default_removes_the_cookie_and_nonsense_is_ignored(client: Client) -> None:
    assert choose(client, theme="auto").cookies["dsr_theme"]["max-age"] == 0
    assert "dsr_theme" not in choose(client, theme='x"><script>').cookies


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["https://example.com/", "//example.com/", "javascript:alert(1)", ""])
def test_choice_never_leads_to_another_site(client: Client, target: str) -> None:
    assert choose(client, theme="dark", next=target)["Location"] == "/"


@pytest.mark.django_db
def test_choice_needs_a_form_with_its_token() -> None:
    from django.test import Client as Strict

    make_controller()
    assert Strict(enforce_csrf_checks=True).post("/appearance/", {"theme": "dark"}).status_code == 403
    assert Strict().get("/appearance/").status_code == 405
