"""The register of recipients and the page of a case at the desk: who enters, who notes, what is refused (Art. 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsr.cases import recipient_notices
from dsr.models import Event, Recipient, RecipientNotice, SetupEvent
from tests.desk.conftest import text
from tests.factories import make_controller
from tests.recipients.conftest import stores as _stores
from tests.recipients.telling import changed, recipient

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
stores = _stores
FIELDS = {
    "name": "Fernblick Auskunft GmbH",
    "nature": "credit_bureau",
    "way": "mail",
    "email": "privacy@fernblick.example.com",
    "endpoint": "",
    "secret": "",
    "identifier": "customer_number",
    "language": "de",
    "datasets": "billing.customers\nradius.*",
}


def post(client: Client, **changes: str) -> Any:
    return client.post(reverse("desk:recipients"), {**FIELDS, **changes})


def test_the_register_is_kept_by_a_lead_and_every_wrong_entry_says_what_to_do(otto: Client, mara: Client):
    assert post(mara).status_code == 409
    assert "Enter a recipient" not in text(mara.get(reverse("desk:recipients")))
    for wrong, words in (
        ({"email": "nobody"}, "Enter an e-mail address"),
        ({"nature": ""}, "Choose one."),  # nothing is chosen beforehand
        ({"datasets": "nowhere.customers"}, "is no dataset of ours"),
        ({"datasets": "billing.x; DROP TABLE"}, "is no dataset of ours"),
        ({"way": "opendsr", "endpoint": "http://10.0.0.1/requests"}, "beginning with https"),
        ({"way": "opendsr", "endpoint": "https://user:pw@example.com/"}, "beginning with https"),
        (
            {"way": "opendsr", "endpoint": "https://x.example.com/", "secret": "env:DSR_SECRET_KEY"},
            "env:DSR_RECIPIENT_",
        ),
        ({"way": "opendsr", "endpoint": "https://x.example.com/", "identifier": "iban"}, "Choose one identifier"),
    ):
        shown = text(post(otto, **wrong))
        assert words in shown, wrong
    assert not Recipient.objects.exists()
    assert "No recipient is entered yet" in text(otto.get(reverse("desk:setup")))
    assert post(otto).status_code == 302
    assert "Fernblick Auskunft GmbH" in text(otto.get(reverse("desk:setup"))).split("<main")[1]
    assert "There is a recipient of this name already" in text(post(otto))
    row = Recipient.objects.get()
    assert row.datasets == ["billing.customers", "radius.*"]
    shown = text(otto.get(reverse("desk:recipients") + f"?change={row.pk}"))
    assert "Change Fernblick" in shown
    otto.post(reverse("desk:recipients") + f"?change={row.pk}", {**FIELDS, "nature": "collection"})
    row.refresh_from_db()
    assert row.nature == "collection"
    ending = reverse("desk:recipient-end", args=[row.pk])
    page = otto.get(reverse("desk:recipients")).content.decode()
    (closed,) = [part.partition("</details>")[0] for part in page.split("<details>") if ending in part]
    assert page.count(ending) == 1  # the one button that ends it is folded away below what it does
    assert closed.index("</summary>") < closed.index("This cannot be taken back") < closed.index(ending)
    assert "End Fernblick Auskunft GmbH" in closed
    assert ending not in mara.get(reverse("desk:recipients")).content.decode()
    otto.post(ending)
    assert "Fernblick" not in text(otto.get(reverse("desk:recipients"))).split("<main")[1]
    assert list(SetupEvent.objects.order_by("seq").values_list("kind", flat=True)) == [
        "recipient_kept",
        "recipient_kept",
        "recipient_ended",
    ]


def test_the_page_of_a_case_names_everybody_and_takes_what_a_handler_notes(mara: Client):
    recipient(datasets=("billing.customers",), way="hand", email="")
    case = changed()
    recipient_notices.make(case_id=case.pk, now=timezone.now())
    notice = RecipientNotice.objects.get()
    page, note = (
        reverse("desk:case-recipients", args=[case.pk]),
        reverse("desk:recipient-note", args=[case.pk, notice.pk]),
    )
    shown = text(mara.get(page))
    assert "Directory Example" in shown
    assert "It is told by hand." in shown
    assert "Send it again" not in shown
    assert mara.post(note, {"what": "again"}).status_code == 422
    assert mara.post(note, {"what": "impossible", "words": ""}).status_code == 409
    assert mara.post(note, {"what": "told", "words": "By phone."}).status_code == 302
    assert "Told" in text(mara.get(page))
    assert Event.objects.filter(case=case, action="recipient_told").exists()
    assert mara.post(note, {"what": "acknowledged", "words": ""}).status_code == 302
    assert mara.post(note, {"what": "told", "words": "Again."}).status_code == 422


def test_L_21_the_identifier_has_a_field_of_its_own_where_the_file_knows_none(mara: Client):
    recipient(datasets=("billing.customers",), identifier="iban")
    case = changed()
    recipient_notices.make(case_id=case.pk, now=timezone.now())
    notice = RecipientNotice.objects.select_related("case").get()
    page = reverse("desk:case-recipients", args=[case.pk])
    note = reverse("desk:recipient-note", args=[case.pk, notice.pk])
    assert 'name="identifier"' in text(mara.get(page))
    assert mara.post(note, {"what": "again", "words": "DE02120300000000202051"}).status_code == 409
    told = {"what": "again", "words": "She called.", "identifier": "DE02 1203 0000 0000 2020 51"}
    assert mara.post(note, told).status_code == 302
    notice.refresh_from_db()
    assert (notice.status, notice.content()["identifiers"]) == ("open", ["DE02120300000000202051"])
    assert 'name="identifier"' not in text(mara.get(page))


def test_the_register_asks_as_often_for_fifty_as_for_one(otto: Client):
    recipient("R 0")
    otto.get(reverse("desk:recipients"))  # what a process remembers is asked for once
    with CaptureQueriesContext(connection) as one:
        otto.get(reverse("desk:recipients"))
    now, controller = timezone.now(), make_controller()
    Recipient.objects.bulk_create(
        Recipient(
            controller=controller,
            name=f"R {n}",
            nature="partner",
            way="hand",
            identifier="email",
            language="en",
            created_at=now,
        )
        for n in range(1, 50)
    )
    with CaptureQueriesContext(connection) as many:
        shown = text(otto.get(reverse("desk:recipients")))
    assert "R 49" in shown
    assert len(many) == len(one)


def test_another_controller_sees_none_of_it(otto: Client, signed_in: Any, settings: Any):
    row = recipient()
    assert "Directory Example" in text(otto.get(reverse("desk:recipients")))
    settings.DSR_HOSTS = {"testserver": "southwave"}
    stranger = signed_in("otto", controller=make_controller("southwave"))
    assert "Directory Example" not in text(stranger.get(reverse("desk:recipients")))
    assert stranger.post(reverse("desk:recipient-end", args=[row.pk])).status_code == 404
