"""A receiver is the work of two people: who enters it does not note that its keys were compared (P-05, decision 065)."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, receivers
from dsr.cases.facts import facts_of
from dsr.cases.perform import ConflictError, RefusedError
from dsr.fulfil import transmit
from dsr.law.portability import NoTransmission
from dsr.law.rights import Right
from dsr.models import Case, Receiver
from exporters.contract import Permanent
from tests.desk.conftest import ROLES, text
from tests.desk.test_receivers import FIELDS, add
from tests.factories import make_case, make_staff

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
HOW = {"by": "Somebody Else", "proof": "Both fingerprints read aloud."}


def note(client: Client, **changes: str) -> Any:
    row = Receiver.objects.get()
    sent = {**HOW, "seen": receivers.seen_of(row), **changes}
    return client.post(reverse("desk:receiver-verify", args=[row.pk]), sent, follow=True)


def is_verified() -> bool:
    return Receiver.objects.get().verified_on is not None


def test_who_entered_a_receiver_cannot_note_that_its_keys_were_compared(otto: Client, signed_in: Any) -> None:
    add(otto)
    page = text(otto.get(reverse("desk:receivers")))
    assert "You entered this receiver" in page
    assert "Note it" not in page
    assert "Somebody else compares both keys" in text(note(otto))
    assert not is_verified()
    note(signed_in("dora"))
    assert is_verified()
    row = Receiver.objects.get()
    assert (row.noted_by, row.kept_by) == (f"staff:{make_staff('dora').pk}", [f"staff:{make_staff('otto').pk}"])


def test_nobody_who_entered_a_part_of_it_verifies_it(otto: Client, signed_in: Any) -> None:
    """Otto enters a server of his own; somebody corrects the port; that does not make Otto a second person."""
    dora, olga = signed_in("dora"), signed_in("olga")
    add(otto)
    add(dora, port="2022")
    note(otto)
    note(dora)
    assert not is_verified()
    note(olga)
    assert is_verified()
    add(otto, port="2023")
    note(dora)  # what she had entered was verified by somebody else in between
    assert is_verified()


def test_what_is_noted_is_what_the_page_showed(otto: Client, signed_in: Any) -> None:
    add(otto)
    old = receivers.seen_of(Receiver.objects.get())
    add(otto, host_key="SHA256:another")
    assert "Somebody changed this receiver" in text(note(signed_in("dora"), seen=old))
    assert not is_verified()


def test_a_change_between_reading_and_noting_is_not_verified(otto: Client, signed_in: Any) -> None:
    add(otto)
    read = Receiver.objects.get()
    add(otto, host_key="SHA256:another")
    with pytest.raises(ConflictError):
        receivers.verify(
            receiver=read,
            seen=receivers.seen_of(read),
            actor=actors.staff(make_staff("dora", *ROLES["dora"])),
            now=timezone.now(),
            **HOW,
        )
    assert not is_verified()


@pytest.mark.parametrize("change", [{"key_expires_on": "2039-01-01"}, {"recipient_key": "age1other"}])
def test_a_longer_life_and_another_key_have_to_be_verified_anew(
    otto: Client, signed_in: Any, change: dict[str, str]
) -> None:
    add(otto)
    note(signed_in("dora"))
    add(otto, **change)
    assert not is_verified()


def test_an_ended_receiver_that_is_taken_up_again_has_to_be_verified_anew(otto: Client, signed_in: Any) -> None:
    add(otto)
    note(signed_in("dora"))
    otto.post(reverse("desk:receiver-end", args=[Receiver.objects.get().pk]))
    add(otto)
    row = Receiver.objects.get()
    assert (row.ended_at, row.verified_on) == (None, None)
    assert receivers.refusal_of(row, today=timezone.now().date()) is NoTransmission.UNPROVEN


def test_who_decides_where_the_data_of_a_case_go_does_not_approve_it() -> None:
    """4.3: the choice of a receiver is a hand in the case, like its draft."""
    otto = make_staff("otto", *ROLES["otto"])
    case = make_case(rights=(Right.PORTABILITY,))
    Case.objects.filter(pk=case.pk).update(state="drafting")
    receivers.decline(case_id=case.pk, reason=NoTransmission.NO_INTERFACE, actor=actors.staff(otto), now=timezone.now())
    assert str(otto.pk) in facts_of(Case.objects.get(pk=case.pk), now=timezone.now()).hand_ids


@pytest.mark.parametrize("secret", ["env:DSR_KEYS", "file:../keys", "file:/etc/hostname", "file:a/b", "env:PATH"])
def test_no_other_secret_of_ours_is_ever_named(secret: str) -> None:
    details = receivers.Details(**{**FIELDS, "port": 22, "secret": secret})  # type: ignore[arg-type]
    olga = actors.staff(make_staff("olga", *ROLES["olga"]))
    with pytest.raises(RefusedError) as refused:
        receivers.keep(controller=make_staff("olga").controller, details=details, actor=olga, now=timezone.now())
    assert refused.value.refusal.code == "receiver_secret_place"


def test_a_secret_of_ours_that_stands_in_a_row_all_the_same_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can write a row of the database reads no variable of the server by it."""
    monkeypatch.setenv("SOMETHING_SECRET", "hunter2")
    row = Receiver(name="Southwave Ltd", host="127.0.0.1", sign_in="password", secret="env:SOMETHING_SECRET")
    with pytest.raises(Permanent) as refused:
        transmit.server_of(row)
    assert refused.value.code == "receiver_secret"


class Endless:
    """A server of a hostile receiver: any file has any size and no end."""

    def __init__(self, size: int) -> None:
        self.size, self.given = size, 0

    def stat(self, _path: str) -> Any:
        return SimpleNamespace(st_size=self.size)

    def open(self, _path: str, _mode: str) -> Any:
        return nullcontext(self)

    def prefetch(self, _size: int) -> None:
        pass

    def read(self, size: int) -> bytes:
        self.given += size
        return b"x" * size


@pytest.mark.parametrize(("says", "most"), [(1 << 60, 0), (1000, 1001)])
def test_a_file_without_an_end_keeps_no_worker(says: int, most: int) -> None:
    server = Endless(says)
    assert not transmit.is_ours(server, PurePosixPath("/in/a"), 1000, "0" * 64, lambda: None)
    assert server.given <= most
