"""Recipients named to the person on request, and to nobody else (Art. 19 sentence 2, SC-08)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from dsr.cases import recipient_notices
from dsr.models import Case, Event
from tests.factories import make_user
from tests.recipients.conftest import stores as _stores
from tests.recipients.telling import changed, mara, recipient, send

pytestmark = pytest.mark.django_db
stores = _stores


def test_SC_08_19_she_asks_who_was_told_and_learns_it_from_the_page_of_her_answered_request():
    recipient(datasets=("billing.customers",))
    recipient("Fernblick Auskunft GmbH", datasets=("billing.*",), way="hand", email="", nature="credit_bureau")
    anna = make_user("anna")
    case = changed(account=anna)
    recipient_notices.make(case_id=case.pk, now=timezone.now())
    send()
    waiting = case.recipient_notices.get(status="failed")
    recipient_notices.exempt(
        notice_id=waiting.pk, ground="impossible", reason="It was wound up.", actor=mara(), now=timezone.now()
    )
    client, url = Client(), f"/requests/{case.request.reference}/"
    client.force_login(anna)
    ask = f"{url}recipients/"
    client.post(ask)
    assert "Show me who they are" not in client.get(url).content.decode()  # not before the answer
    Case.objects.filter(pk=case.pk).update(state="completed", closed_at=timezone.now())
    page = client.get(url).content.decode()
    assert "Show me who they are" in page
    assert "Directory Example" not in page
    assert client.get(ask).status_code == 405
    for _press in range(2):
        assert client.post(ask).status_code == 302
    page = client.get(url).content.decode()
    assert "Directory Example" in page
    assert "not told: It was wound up." in page
    assert "Show me who they are" not in page
    event = Event.objects.get(case=case, action="recipients_named")
    assert (event.actor_kind, event.data) == ("subject", {"recipients": 2})
    stranger = Client()
    stranger.force_login(make_user("berta"))
    assert stranger.post(ask).status_code == 404
    # Signed in, but nothing proven: nothing of it is shown (house.md).
    case.request.identified_at = None
    case.request.save(update_fields=["identified_at"])
    assert "Directory Example" not in client.get(url).content.decode()
