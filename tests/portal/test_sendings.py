"""What she sees of a copy that went to another provider: the receipt at once, the letter with it after a fresh proof."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import receivers
from dsr.demo.people import by_position
from dsr.models import Case, Transmission
from portal import access
from tests.factories import make_user
from tests.fulfil.sftp_server import Server, running
from tests.fulfil.test_portability import TOLD, approved, collected, known, released
from tests.fulfil.test_portability import handler as staff
from tests.output.reading import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db
PERSON = by_position(2)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "southwave") as found:
        yield found


def test_L_14_she_gets_the_letter_with_the_proof_of_delivery(
    client: Client, demo_stores: Path, drain: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = known(server, monkeypatch)
    anna = make_user()
    case = collected(drain, told=TOLD, account=anna)
    receivers.choose(case_id=case.pk, receiver_id=receiver.pk, actor=staff(), now=timezone.now())
    case = released(released(approved(case, drain), drain), drain)
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now())
    case.artifacts.filter(released_at__isnull=False).update(expires_at=timezone.now() + timedelta(days=9))
    asked, row = case.request, Transmission.objects.get(case=case)
    client.force_login(anna)
    page = reverse("portal:package", args=[asked.reference])
    letter = reverse("portal:download", args=[asked.reference]) + "?right=portability&file=letter"

    assert row.encrypted_sha256 in client.get(reverse("portal:request", args=[asked.reference])).content.decode()
    assert client.get(letter).status_code == 302
    session = client.session
    access.freshen(session, asked, now=timezone.now())
    session.save()

    assert "file=letter" in client.get(page).content.decode()
    answer = client.get(letter)
    assert answer["Content-Type"] == "application/pdf"
    text = text_of(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert row.encrypted_sha256 in text.replace(" ", "")
    assert case.events.filter(action="downloaded").count() == 1


def test_a_copy_for_her_alone_has_one_letter(client: Client, demo_stores: Path, drain: Any) -> None:
    anna = make_user()
    case = released(approved(collected(drain, account=anna), drain), drain)
    case.artifacts.filter(released_at__isnull=False).update(expires_at=timezone.now() + timedelta(days=9))
    client.force_login(anna)
    session = client.session
    access.freshen(session, case.request, now=timezone.now())
    session.save()
    page = client.get(reverse("portal:package", args=[case.request.reference])).content.decode()
    assert "fields.csv" in page
    assert "file=letter" not in page
    letter = reverse("portal:download", args=[case.request.reference]) + "?right=portability&file=letter"
    assert client.get(letter).status_code == 404
