"""What leaves the house asks the colleague to show herself again when her sign-in is older than fifteen minutes."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dsr import staff_sessions
from dsr.desk import urls
from dsr.desk.access import RELEASES, SURELY
from dsr.models import Letter
from tests.factories import PASSWORD, make_case, make_staff

pytestmark = pytest.mark.django_db


def test_every_address_that_lets_something_out_asks_again_and_then_lets_it() -> None:
    names: dict[str, Any] = {str(one.name): one.pattern.converters for one in urls.urlpatterns}
    assert set(SURELY) <= set(names)
    case, client = make_case(), Client()
    client.force_login(make_staff("otto", "lead"))
    session = client.session
    session["staff_began"] = time.time() - staff_sessions.FRESH_FOR_FORM - 1
    session.save()
    known = {"case_id": case.pk, "action": "notify", "receiver_id": case.pk, "pack_id": case.pk}
    for name in SURELY:
        url = reverse(f"desk:{name}", kwargs={key: known[key] for key in names[name]})
        asked = client.post(url)
        assert asked.status_code == 302, name
        assert asked.headers["Location"].startswith("/desk/account/again/password/?next=%2Fdesk%2F"), name
    # What only shows, and what lets nothing out, does not ask.
    assert client.get(reverse("desk:delivery", args=[case.pk])).status_code == 404
    assert client.get(reverse("desk:step", args=[case.pk, "notify"])).status_code == 409
    assert client.post(reverse("desk:step", args=[case.pk, "accept"])).status_code != 302

    shown = client.post("/desk/account/again/password/?next=/desk/reports/", {"password": PASSWORD})
    assert shown.headers["Location"] == "/desk/reports/"
    assert client.post("/desk/reports/register.csv").status_code == 422  # in, and told what the form lacks


def test_a_letter_that_is_the_answer_leaves_only_while_it_is_surely_she() -> None:
    case, client = make_case(at=timezone.now() - timedelta(days=3)), Client()
    client.force_login(make_staff("otto", "lead"))
    typed = {"reason": "amount_of_data", "text": "Eleven systems.", "meanwhile": "Nothing yet.", "preview": "1"}
    client.post(reverse("desk:step", args=[case.pk, "extend"]), {"version": case.version, **typed})
    row = Letter.objects.get(code="L-05")
    session = client.session
    session["staff_began"] = time.time() - staff_sessions.FRESH_FOR_FORM - 1
    session.save()
    url, shown = (reverse(f"desk:{name}", args=[case.pk, row.pk]) for name in ("letter-send", "letter"))
    assert (
        client.post(url).status_code == 409
    )  # this one answers nothing: it only lacks the words that were on the screen
    again = ""
    for action in sorted(RELEASES):
        Letter.objects.filter(pk=row.pk).update(action=action)
        asked = client.post(url, {"content_sha256": row.content_sha256})
        assert asked.status_code == 302, action
        again = asked.headers["Location"]
        assert again.startswith("/desk/account/again/password/?next=%2Fdesk%2Fcases%2F"), action
    assert Letter.objects.get(pk=row.pk).status == "draft"
    # Once she has shown herself she is back at the letter, and sending it is decided by the table alone.
    assert client.post(again, {"password": PASSWORD}).headers["Location"] == shown
    assert client.post(url, {"content_sha256": row.content_sha256}).status_code in {404, 409}
