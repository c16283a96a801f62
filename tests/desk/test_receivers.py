"""Receiving controllers on the desk, and one person's data on their way to one (P-05): every page, every refusal."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from dsr.cases import actors
from dsr.cases.intake import Told
from dsr.cases.receivers import seen_of
from dsr.demo.people import by_position
from dsr.law.attest import ATTESTATIONS
from dsr.law.rights import Right
from dsr.models import Case, Receiver, Transmission
from dsr.output.portable_data import schema_bytes
from tests.desk.conftest import text
from tests.factories import make_case, make_controller, make_staff, make_user
from tests.fulfil.sftp_server import WORD, Server, running
from tests.fulfil.test_portability import IDENTITY
from tests.redacting import settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.django_db
PERSON = by_position(2)
FIELDS = {
    "name": "Southwave Ltd",
    "contact": "privacy@southwave.example.com",
    "host": "127.0.0.1",
    "port": "22",
    "username": "northwave",
    "secret": "env:DSR_RECEIVER_SOUTHWAVE",
    "sign_in": "password",
    "folder": "/in",
    "host_key": "SHA256:abc",
    "recipient_key": str(IDENTITY.to_public()),
}


@pytest.fixture
def dora(signed_in: Any) -> Client:
    """A data protection officer: the second person beside the lead."""
    found: Client = signed_in("dora")
    return found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "southwave") as found:
        yield found


def add(client: Client, **changes: str) -> Any:
    return client.post(reverse("desk:receivers"), {**FIELDS, **changes})


def verified(client: Client) -> Receiver:
    """Verified by somebody else than who added it, with what her page showed."""
    row = Receiver.objects.get()
    sent = {"by": "Dora Example", "proof": "Both fingerprints read aloud.", "seen": seen_of(row)}
    assert sent["seen"] in text(client.get(reverse("desk:receivers")))
    assert client.post(reverse("desk:receiver-verify", args=[row.pk]), sent).status_code == 302
    row.refresh_from_db()
    return row


def test_a_receiver_is_added_verified_changed_and_ended(otto: Client, dora: Client) -> None:
    page = reverse("desk:receivers")
    assert "No receiving controller is on file" in text(otto.get(page))
    assert add(otto).status_code == 302
    assert "Nobody has been able to confirm" in text(otto.get(page))
    assert verified(dora).verified_by == "Dora Example"
    assert "Can receive" in text(otto.get(page))
    row = Receiver.objects.get()
    assert 'value="SHA256:abc"' in text(otto.get(f"{page}?change={row.pk}"))
    assert add(otto, host_key="SHA256:def").status_code == 302
    row.refresh_from_db()
    assert (row.host_key, row.verified_on, Receiver.objects.count()) == ("SHA256:def", None, 1)
    assert otto.post(reverse("desk:receiver-end", args=[row.pk])).status_code == 302
    assert "We no longer send data to this provider" in text(otto.get(page))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"secret": "hunter2"}, "Do not enter a secret here"),
        ({"sign_in": "key"}, "a key is always a file"),
        ({"secret": "env:DSR_KEYS"}, "DSR_RECEIVER_NAME"),
        ({"secret": "file:../stores.yaml"}, "DSR_RECEIVER_NAME"),
        ({"secret": "file:/etc/hostname"}, "DSR_RECEIVER_NAME"),
        ({"host_key": "trust me"}, "SHA256:"),
        ({"recipient_key": "ssh-rsa x"}, "age1"),
        ({"contact": "nobody"}, "Enter an e-mail address"),
        ({"port": "x"}, "Enter a port"),
        ({"name": ""}, "Fill this in"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_kept(
    otto: Client, change: dict[str, str], words: str
) -> None:
    answer = add(otto, **change)
    assert escape(words) in text(answer)
    assert not Receiver.objects.exists()


def test_a_handler_sees_receivers_and_keeps_none(mara: Client, otto: Client) -> None:
    add(otto)
    page = text(mara.get(reverse("desk:receivers")))
    assert "Southwave Ltd" in page
    assert "Both keys were compared" not in page
    assert "Your role does not allow this" in text(add(mara))
    row = Receiver.objects.get()
    sent = {"by": "x", "proof": "y", "seen": seen_of(row)}
    mara.post(reverse("desk:receiver-verify", args=[row.pk]), sent)
    mara.post(reverse("desk:receiver-end", args=[row.pk]))
    row.refresh_from_db()
    assert (row.verified_on, row.ended_at) == (None, None)


def test_receivers_of_another_controller_are_not_there(otto: Client, signed_in: Any, settings: Any) -> None:
    add(otto)
    row = Receiver.objects.get()
    settings.DSR_HOSTS = {"testserver": "southwave"}
    stranger = signed_in("otto", controller=make_controller("southwave"))
    assert "Southwave Ltd" not in text(stranger.get(reverse("desk:receivers")))
    sent = {"by": "x", "proof": "y", "seen": seen_of(row)}
    assert stranger.post(reverse("desk:receiver-verify", args=[row.pk]), sent).status_code == 404


def test_the_transmission_page_is_of_portability_only(mara: Client) -> None:
    case = make_case()
    assert mara.get(reverse("desk:transmission", args=[case.pk])).status_code == 404


def step(client: Client, case: Case, action: str, **values: Any) -> None:
    case.refresh_from_db()
    sent = {"version": str(case.version), **values}
    assert client.post(reverse("desk:step", args=[case.pk, action]), sent).status_code == 302, action


def test_SC_12_P_05_from_the_wish_to_the_receipt_on_pages(
    mara: Client,
    otto: Client,
    dora: Client,
    demo_stores: Path,
    drain: Any,
    received: Any,
    server: Server,
    monkeypatch: Any,
) -> None:
    monkeypatch.setenv("DSR_RECEIVER_SOUTHWAVE", WORD)
    add(otto, port=str(server.port), host_key=server.host_key)
    receiver = verified(dora)
    anna = make_user()
    told = Told(name=PERSON.name, words="Southwave please", scope={"to_whom": "provider"})
    case = make_case(number=PERSON.customer_no, rights=(Right.PORTABILITY,), at=received, told=told, account=anna)
    step(mara, case, "start_collection")
    drain()
    case.refresh_from_db()
    draft, page = reverse("desk:draft", args=[case.pk]), reverse("desk:transmission", args=[case.pk])
    mara.post(draft, {"version": case.version, "paragraph": ""})
    drain()
    assert "Choose the receiver" in text(mara.get(draft))

    shown = text(mara.get(page))
    assert "Southwave please" in shown
    assert reverse("desk:receivers") in shown.split("<main")[1]  # where a provider is put on file
    assert "to Southwave Ltd" in shown
    case.refresh_from_db()
    assert "Choose one." in text(mara.post(page, {"version": case.version, "decision": "nobody"}))
    assert mara.post(page, {"version": case.version, "decision": str(receiver.pk)}).status_code == 302
    case.refresh_from_db()
    mara.post(draft, {"version": case.version, "paragraph": ""})
    drain()
    settle(case.pk, actor=actors.staff(make_staff()), now=timezone.now(), drain=drain)
    step(mara, case, "submit_for_review")
    review = text(otto.get(reverse("desk:review", args=[case.pk])))
    assert "A copy goes, encrypted, to Southwave Ltd" in review
    assert server.host_key in review
    case.refresh_from_db()
    step(otto, case, "approve", manifest_sha256=case.manifest_sha256, attested=ATTESTATIONS[Right.PORTABILITY])
    assert "Your data for another provider" not in text(portal_page(anna, case))
    step(mara, case, "notify")
    drain()

    row = Transmission.objects.get(case=case)
    assert row.encrypted_sha256 in text(mara.get(page))
    step(mara, case, "complete")
    case.refresh_from_db()
    assert case.state == "completed"
    hers = text(portal_page(anna, case))
    assert "Your data for another provider" in hers
    assert row.encrypted_sha256 in hers


def portal_page(user: Any, case: Case) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse("portal:request", args=[case.request.reference]))


def test_a_decision_on_an_old_page_is_told_so(mara: Client, demo_stores: Path, drain: Any, received: Any) -> None:
    case = make_case(number=PERSON.customer_no, rights=(Right.PORTABILITY,), at=received)
    step(mara, case, "start_collection")
    drain()
    page = reverse("desk:transmission", args=[case.pk])
    answer = mara.post(page, {"version": 1, "decision": "decline:no_interface"})
    assert answer.status_code == 409
    assert not Transmission.objects.exists()
    case.refresh_from_db()
    assert mara.post(page, {"version": case.version, "decision": "decline:no_interface"}).status_code == 302
    assert Transmission.objects.get().reason == "no_interface"


def test_P_04_the_schema_is_published_at_its_address(client: Client) -> None:
    make_controller()
    answer = client.get("/schemas/dsr-portable-1.schema.json")
    assert answer.status_code == 200
    assert answer.json() == json.loads(schema_bytes())


def console(*words: str) -> str:
    out = io.StringIO()
    call_command("receiver", *words, stdout=out)
    return out.getvalue()


def test_the_command_sets_lists_and_ends(dora: Client) -> None:
    make_controller()
    given = [f"--{name.replace('_', '-')}={value}" for name, value in FIELDS.items() if name != "name"]
    console("set", "northwave", "Southwave Ltd", *given)
    assert "unproven" in console("list", "northwave")
    with pytest.raises(CommandError):
        console("verify", "northwave", "Southwave Ltd")
    verified(dora)
    listed = console("list", "northwave", "--json")
    assert '"refused": ""' in listed
    console("set", "northwave", "Southwave Ltd", "--port=2022")
    assert (Receiver.objects.get().port, Receiver.objects.get().host) == (2022, "127.0.0.1")
    console("end", "northwave", "Southwave Ltd")
    assert "withdrawn_receiver" in console("list", "northwave")


def test_the_command_says_what_is_wrong() -> None:
    make_controller()
    with pytest.raises(CommandError, match="no receiver"):
        console("end", "northwave", "Nobody")
    with pytest.raises(CommandError, match="no controller"):
        console("list", "elsewhere")
    with pytest.raises(CommandError, match="Do not enter a secret"):
        console("set", "northwave", "Southwave Ltd", "--contact=a@example.com", "--secret=hunter2")
