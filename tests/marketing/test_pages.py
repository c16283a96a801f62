"""Two pages without identity or reason, and the link of a mail: one click, no cookie, opening does nothing (RFC 8058, O-03)."""

from __future__ import annotations

import http.client
import re
import threading
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.utils import timezone

from dsr.cases import contacts, suppression_keys
from dsr.cases.stop_tokens import UNDO_FOR, StopLinks
from dsr.models import Case, Message, Suppression
from tests.factories import make_controller, make_user
from tests.portal.walk import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from dsr.models import Controller

pytestmark = pytest.mark.django_db

ONE_CLICK = urlencode({"List-Unsubscribe": "One-Click"})


@pytest.fixture
def controller() -> Controller:
    return make_controller()


def token_for(controller: Controller, value: str = "anna@example.com", kind: str = "email") -> str:
    keys = suppression_keys.ensured_keys(controller, now=timezone.now())
    return StopLinks(controller.slug, keys).token(contacts.contact(controller, kind, value), campaign="spring")


def test_two_pages_and_nothing_about_whose_address_it_is(client: Client, controller: Controller) -> None:
    """ux.md 1.5, I-06: an address, the button, stopped; a case with a date; the same words for any address."""
    page = client.get("/marketing-stop/")
    assert page.status_code == 200
    assert 'name="everything" class="choice-input" id="id_everything" checked' in page.content.decode()
    key = re.search(r'name="key" value="([0-9a-f]{32})"', page.content.decode())
    assert key
    told = {"reach": "Anna@Example.com", "everything": "on", "key": key[1]}
    said = []
    for _ in range(2):  # a double click
        response = client.post("/marketing-stop/", told)
        assert response["Location"] == "/marketing-stop/done/"
        said.append(text_of(client.get("/marketing-stop/done/")))
    case = Case.objects.select_related("request").get()
    assert said[0] == said[1]
    assert case.request.reference in said[0]
    assert "Phone calls: within 24 hours" in said[0]
    assert (case.right, case.state) == ("marketing_objection", "executing")
    assert case.due_on is not None
    assert Suppression.objects.get().source == "portal"
    # The reference opens nothing: what stores said about a typed address is not for whoever typed it.
    assert client.get(f"/requests/{case.request.reference}/").status_code == 302
    assert Message.objects.get().content()["body"].count("anna") == 0


def test_narrowed_to_a_channel_and_what_is_wrong_is_said(client: Client, controller: Controller) -> None:
    """O-03: all channels unless the person narrows it."""
    wrong = client.post("/marketing-stop/", {"reach": "", "everything": "on"})
    assert wrong.status_code == 422
    assert "Enter the e-mail address or phone number that should get no marketing" in text_of(wrong)
    assert "format" in text_of(client.post("/marketing-stop/", {"reach": "anna@", "everything": "on"}))
    client.post("/marketing-stop/", {"reach": "07700 900001", "channels": ["sms"]})
    assert Suppression.objects.get().channels == ["sms"]
    done = text_of(client.get("/marketing-stop/done/"))
    assert "Text messages: at once" in done
    assert "Phone calls" not in done
    assert "confirmation" not in done
    client.post("/marketing-stop/", {"reach": "anna@example.com", "channels": ["email"]})
    (told,) = Message.objects.all()
    assert "E-mail stops at once." in told.content()["body"]
    assert "Phone calls" not in told.content()["body"]


def test_the_tile_leads_here_and_so_does_the_choice(client: Client, controller: Controller) -> None:
    assert client.get("/new/?right=marketing_objection")["Location"] == "/marketing-stop/"
    assert client.post("/new/what/", {"right": "marketing_objection"})["Location"] == "/marketing-stop/"


def test_signed_in_it_is_hers_only_for_her_own_address(client: Client, controller: Controller) -> None:
    anna = make_user()
    client.force_login(anna)
    assert 'value="anna@example.com"' in client.get("/marketing-stop/").content.decode()
    for reach in ("anna@example.com", "somebody@example.net"):
        client.post("/marketing-stop/", {"reach": reach, "everything": "on"})
    owners = set(Case.objects.values_list("request__account", flat=True))
    assert owners == {anna.pk, None}


def test_opening_the_link_does_nothing_and_the_button_does(client: Client, controller: Controller) -> None:
    """GET, HEAD and OPTIONS never act: prefetchers and scanners open every link."""
    token = token_for(controller)
    assert len(token) < 200
    for method in ("get", "head", "options"):
        assert getattr(client, method)(f"/stop/{token}/").status_code in {200, 204}
    page = client.get(f"/stop/{token}/")
    assert "a•••@e•••" in text_of(page)
    assert "anna@example.com" not in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert not Suppression.objects.exists()
    pressed = client.post(f"/stop/{token}/", {"everything": "on"})
    assert pressed["Location"] == "/marketing-stop/done/"
    reference = Case.objects.get().request.reference
    # Whoever has the link has the mail: her request opens.
    assert client.get(f"/requests/{reference}/").status_code == 200
    again = client.post(f"/stop/{token}/", {"everything": "on"})
    assert again["Location"] == f"/stop/{token}/"
    assert "It has been stopped since" in text_of(client.get(f"/stop/{token}/"))
    assert Case.objects.count() == 1


def test_a_broken_or_foreign_link_offers_the_address_field(client: Client, controller: Controller, settings) -> None:
    token = token_for(controller)
    other = make_controller("fernwind")
    settings.DSR_HOSTS = {"testserver": controller.slug, "fernwind.example.com": other.slug}
    settings.ALLOWED_HOSTS = ["*"]
    suppression_keys.ensured_keys(other, now=timezone.now())
    for bad, host in (
        (token[:-3], "testserver"),
        (f"{token}A", "testserver"),
        ("x", "testserver"),
        (token, "fernwind.example.com"),
    ):
        page = client.get(f"/stop/{bad}/", HTTP_HOST=host)
        assert page.status_code == 404
        assert "This link is not complete" in text_of(page)
        assert 'name="reach"' in page.content.decode()
        assert client.post(f"/stop/{bad}/", {"List-Unsubscribe": "One-Click"}, HTTP_HOST=host).status_code == 404
    assert not Suppression.objects.exists()


def test_undone_only_by_the_link_mailed_to_the_address(
    client: Client, controller: Controller, drain: Callable[[], int]
) -> None:
    client.post("/marketing-stop/", {"reach": "anna@example.com", "everything": "on"})
    drain()
    link = re.search(r"/marketing-stop/undo/\S+", str(mail.outbox[0].body))
    assert link
    assert "a•••@e•••" in text_of(client.get(link[0]))
    assert Suppression.objects.exists()
    assert "is undone" in text_of(client.post(link[0]))
    assert not Suppression.objects.exists()
    assert "nothing to undo" in text_of(client.post(link[0]))
    assert Case.objects.get().events.filter(action="suppression_lifted").exists()
    late = StopLinks(controller.slug, suppression_keys.data_keys(controller)).undo(
        contacts.contact(controller, "email", "anna@example.com"), now=timezone.now() - UNDO_FOR - timedelta(hours=1)
    )
    assert client.get(f"/marketing-stop/undo/{late}/").status_code == 404
    assert client.get(f"/stop/{late}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_one_click_by_raw_http(controller: Controller) -> None:
    """RFC 8058: a POST of a mail program, no cookie either way, no redirect, a short 200; twice is once."""
    token = token_for(controller)
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler, connections_override={})
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        for kind, body in (
            ("application/x-www-form-urlencoded", ONE_CLICK),
            (
                "multipart/form-data; boundary=b",
                '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
            ),
        ):
            line = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
            line.request("POST", f"/stop/{token}/", body, {"Content-Type": kind, "Host": "localhost"})
            answer = line.getresponse()
            assert (answer.status, answer.read()) == (200, b"Stopped.\n")
            assert answer.getheader("Set-Cookie") is None
            line.close()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert Suppression.objects.get().source == "link"
    assert Case.objects.count() == 1
    assert not Message.objects.exists()
