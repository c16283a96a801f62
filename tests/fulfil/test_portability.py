"""Portability from receipt to receipt, through the verbs, on the demo's stores and a real SFTP server (SC-11, SC-12)."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyrage
import pytest
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import actors, answer, receivers, tasks
from dsr.cases.intake import Told
from dsr.cases.perform import RefusedError
from dsr.demo.people import by_position
from dsr.fulfil.package import package_of
from dsr.fulfil.spool import read_artifact
from dsr.law.portability import NoTransmission
from dsr.law.rights import Right
from dsr.models import Artifact, Case, Event, Receiver, Task, Transmission
from dsr.output.verify import verify
from tests.factories import ATTESTED, MONDAY, make_case, make_controller, make_staff
from tests.fulfil.sftp_server import WORD, Server, running
from tests.output.reading import text_of
from tests.redacting import settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.django_db
PERSON = by_position(2)
IDENTITY = pyrage.x25519.Identity.generate()
TOLD = Told(
    name=PERSON.name,
    words="Southwave, privacy@southwave.example.com",
    contact_email="anna@example.com",
    scope={"to_whom": "provider"},
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "southwave") as found:
        yield found


def keeper() -> Any:
    return actors.staff(make_staff("otto", "lead"))


def checker() -> Any:
    return actors.staff(make_staff("dora", "dpo"))


def handler() -> Any:
    return actors.staff(make_staff())


def known(server: Server, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Receiver:
    """The receiving controller as it stands on file, verified a day before."""
    monkeypatch.setenv("DSR_RECEIVER_SOUTHWAVE", WORD)
    values: dict[str, Any] = {
        "name": "Southwave Ltd",
        "contact": "privacy@southwave.example.com",
        "host": "127.0.0.1",
        "port": server.port,
        "username": "northwave",
        "secret": "env:DSR_RECEIVER_SOUTHWAVE",
        "sign_in": "password",
        "folder": "/in",
        "host_key": server.host_key,
        "recipient_key": str(IDENTITY.to_public()),
    }
    details = receivers.Details(**{**values, **changes})
    row = receivers.keep(controller=make_controller(), details=details, actor=keeper(), now=MONDAY)
    proof = "Called the number of the register; both fingerprints read aloud."
    seen = receivers.seen_of(row)
    return receivers.verify(
        receiver=row, seen=seen, proof=proof, by="Dora Example", actor=checker(), now=timezone.now()
    )


def collected(drain: Any, **fields: Any) -> Case:
    case = make_case(number=PERSON.customer_no, rights=(Right.PORTABILITY,), **fields)
    answer.start_collection(case_id=case.pk, actor=handler(), now=MONDAY)
    drain()
    return Case.objects.get(pk=case.pk)


def drafted(case: Case, drain: Any) -> Case:
    answer.draft(case_id=case.pk, paragraph="", actor=handler(), now=MONDAY)
    drain()
    return Case.objects.get(pk=case.pk)


def approved(case: Case, drain: Any) -> Case:
    case = settle(drafted(case, drain).pk, actor=handler(), now=MONDAY, drain=drain)
    answer.submit(case_id=case.pk, actor=handler(), now=MONDAY)
    answer.approve(case_id=case.pk, manifest_sha256=case.manifest_sha256, actor=keeper(), now=MONDAY, attested=ATTESTED)
    return Case.objects.get(pk=case.pk)


def released(case: Case, drain: Any) -> Case:
    answer.release(case_id=case.pk, actor=handler(), now=MONDAY)
    drain()
    return Case.objects.get(pk=case.pk)


def package(case: Case) -> bytes:
    found = package_of(case)
    assert found is not None, list(case.tasks.values("operation", "status", "error_code", "error_place"))
    return b"".join(read_artifact(found))


def unzipped(plain: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def letter(case: Case) -> str:
    row = Artifact.objects.get(case=case, kind=Artifact.Kind.LETTER, superseded_at__isnull=True)
    return text_of(b"".join(read_artifact(row)))


def sending(case: Case) -> Task:
    found: Task = case.tasks.get(operation="transmit")
    return found


def on_the_way(server: Server, monkeypatch: pytest.MonkeyPatch, drain: Any) -> Case:
    """Chosen, drafted and approved."""
    receiver = known(server, monkeypatch)
    case = collected(drain, told=TOLD)
    receivers.choose(case_id=case.pk, receiver_id=receiver.pk, actor=handler(), now=timezone.now())
    return approved(case, drain)


def test_SC_11_P_07_a_portability_case_from_receipt_to_release(demo_stores, drain) -> None:
    case = released(approved(collected(drain), drain), drain)

    files = unzipped(package(case))
    assert case.state == "completed"
    assert verify_case(case) == []
    assert {"data.json", "fields.csv", "excluded.csv", "letter.pdf", "manifest.json"} <= set(files)
    assert not {"report.pdf", "transmission.json"} & set(files)
    assert PERSON.email in files["data.json"].decode()
    rows = [row for store in json.loads(files["data.json"])["stores"] for row in store["datasets"]]
    kinds = {(column["origin"], column["legal_basis"]) for item in rows for column in item["columns"]}
    assert {origin for origin, _ in kinds} <= {"provided", "observed"}
    assert {basis for _, basis in kinds} <= {"6(1)(a)", "6(1)(b)"}
    assert "We sent them to nobody else" in letter(case)
    assert "contract goes on unchanged" in letter(case)
    assert not Task.objects.filter(operation__in=["plan", "apply", "transmit"]).exists()


def test_P_02_she_gets_the_half_she_asked_for_and_reads_what_she_left_out(demo_stores, drain) -> None:
    """Art. 20(1): her choice of the form decides over the package, and only over what the law gives her."""
    told = Told(name=PERSON.name, words="", contact_email="anna@example.com", scope={"origins": "observed"})

    files = unzipped(package(drafted(collected(drain, told=told), drain)))

    stores = json.loads(files["data.json"])["stores"]
    columns = [column for store in stores for item in store["datasets"] for column in item["columns"]]
    assert {column["origin"] for column in columns} == {"observed"}
    assert {column["legal_basis"] for column in columns} <= {"6(1)(a)", "6(1)(b)"}
    assert PERSON.email not in files["data.json"].decode()
    assert "You did not ask for this part of your data" in files["excluded.csv"].decode()


def test_P_09_an_unknown_person_gets_an_answer(demo_stores, drain) -> None:
    case = make_case(number="99999999", rights=(Right.PORTABILITY,))
    answer.start_collection(case_id=case.pk, actor=handler(), now=MONDAY)
    drain()
    case = released(approved(Case.objects.get(pk=case.pk), drain), drain)
    assert case.state == "completed"


def test_P_05_sent_to_another_controller_once_and_receipted(demo_stores, drain, server, monkeypatch) -> None:
    case = on_the_way(server, monkeypatch, drain)
    assert server.files() == {}

    case = released(case, drain)

    assert (case.state, sending(case).status) == ("notifying", "done")
    row = Transmission.objects.get(case=case)
    ((name, sealed),) = server.files().items()
    assert (row.status, row.file_name, row.size, row.host_key) == ("sent", name, len(sealed), server.host_key)
    plain = pyrage.decrypt(sealed, [IDENTITY])
    assert PERSON.email.encode() not in sealed
    assert PERSON.name.split()[0] not in name
    assert verify(io.BytesIO(plain)) == ()
    hers, theirs = unzipped(package(case)), unzipped(plain)
    assert theirs["data.json"] == hers["data.json"]
    assert "letter.pdf" not in theirs
    assert "Article 20(2) GDPR" in theirs["read-me-first.txt"].decode()
    text = letter(case)
    for fact in ("Southwave Ltd", name, row.encrypted_sha256, row.plain_sha256, server.host_key):
        assert fact in text.replace(" ", "") or fact in text
    assert server.behaviour.uploads == [f".{name}.part"]

    case = released(case, drain)
    assert case.state == "completed"
    assert verify_case(case) == []
    assert [event.data["receiver"] for event in Event.objects.filter(case=case, action="transmitted")] == [
        str(row.receiver_id)
    ]


def test_P_05_nothing_is_drafted_while_nobody_has_decided_about_the_wish(demo_stores, drain) -> None:
    case = drafted(collected(drain, told=TOLD), drain)
    task = case.tasks.get(operation="package")
    assert (task.status, task.error_code) == ("manual", "receiver_open")


@pytest.mark.slow
def test_what_was_sent_once_is_decided_anew_in_a_second_answer(demo_stores, drain, server, monkeypatch) -> None:
    """A case that is looked at again sends nothing by itself, and its chain keeps the first receipt."""
    case = released(on_the_way(server, monkeypatch, drain), drain)
    first = Transmission.objects.get(case=case).encrypted_sha256
    Case.objects.filter(pk=case.pk).update(state="drafting")

    case = drafted(case, drain)
    assert case.tasks.get(operation="package").error_code == "receiver_open"
    receivers.decline(case_id=case.pk, reason=NoTransmission.UNPROVEN, actor=handler(), now=timezone.now())
    case = drafted(case, drain)

    row = Transmission.objects.get(case=case)
    assert (row.status, row.encrypted_sha256, bool(case.manifest_sha256)) == ("declined", "", True)
    assert Event.objects.get(case=case, action="transmitted").data["encrypted_sha256"] == first


def test_SC_12_a_declined_wish_is_answered_with_its_reason(demo_stores, drain) -> None:
    case = collected(drain, told=TOLD)
    receivers.decline(case_id=case.pk, reason=NoTransmission.NO_INTERFACE, actor=handler(), now=MONDAY)
    case = released(approved(case, drain), drain)
    text = letter(case)
    assert case.state == "completed"
    assert "no place to which we could send data safely" in text
    assert "Example Data Protection Authority" in text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"host_key": ""}, NoTransmission.NO_HOST_KEY),
        ({"recipient_key": ""}, NoTransmission.NO_ENCRYPTION_KEY),
        ({"folder": ""}, NoTransmission.NO_INTERFACE),
        ({"key_expires_on": MONDAY.date() - timedelta(days=1)}, NoTransmission.KEY_EXPIRED),
    ],
)
def test_P_05_who_cannot_prove_who_it_is_is_not_chosen(demo_stores, drain, server, monkeypatch, change, reason) -> None:
    receiver = known(server, monkeypatch, **change)
    case = collected(drain, told=TOLD)
    with pytest.raises(RefusedError) as refused:
        receivers.choose(case_id=case.pk, receiver_id=receiver.pk, actor=handler(), now=timezone.now())
    assert refused.value.refusal.params["reason"] is reason


def test_P_05_changed_keys_take_the_proof_away(server, monkeypatch) -> None:
    receiver = known(server, monkeypatch)
    same = receivers.Details(**{name: getattr(receiver, name) for name in receivers.Details.__slots__})
    assert receivers.keep(controller=receiver.controller, details=same, actor=keeper(), now=MONDAY).verified_on
    other = known(server, monkeypatch, port=server.port)
    details = {name: getattr(other, name) for name in receivers.Details.__slots__} | {"host_key": "SHA256:other"}
    changed = receivers.keep(
        controller=other.controller, details=receivers.Details(**details), actor=keeper(), now=MONDAY
    )
    assert (changed.verified_on, changed.proof) == (None, "")


def test_P_05_the_approval_binds_the_receiver(demo_stores, drain, server, monkeypatch) -> None:
    """A receiver that is changed after the approval gets nothing; she gets her data and the reason."""
    case = on_the_way(server, monkeypatch, drain)
    known(server, monkeypatch, recipient_key=str(pyrage.x25519.Identity.generate().to_public()))

    case = released(case, drain)

    assert server.files() == {}
    row = Transmission.objects.get(case=case)
    assert (row.status, row.reason) == ("declined", "unproven")
    assert "Nobody has been able to confirm" in letter(case)
    assert released(case, drain).state == "completed"


def test_P_05_another_host_key_ends_it_before_the_password_leaves(
    demo_stores, drain, server, monkeypatch, tmp_path
) -> None:
    case = on_the_way(server, monkeypatch, drain)
    with running(tmp_path / "stranger") as stranger:
        Receiver.objects.update(port=stranger.port)
        row = Transmission.objects.get(case=case)
        Transmission.objects.filter(pk=row.pk).update(bound=row.bound | {"port": stranger.port})
        case = released(case, drain)
        assert stranger.files() == {}
    row.refresh_from_db()
    assert (row.status, row.reason) == ("declined", "host_key_changed")
    assert "not the one the other provider named to us" in letter(case)


@pytest.mark.slow
def test_a_full_disk_at_the_other_side_is_tried_again_and_leaves_nothing(
    demo_stores, drain, server, monkeypatch
) -> None:
    case = on_the_way(server, monkeypatch, drain)
    server.behaviour.room = 100

    case = released(case, drain)

    task = sending(case)
    assert (task.status, task.error_code, server.files()) == ("queued", "not_confirmed", {})
    with pytest.raises(RefusedError):
        answer.release(case_id=case.pk, actor=handler(), now=MONDAY)
    server.behaviour.room = None
    tasks.retry(task_id=task.pk, actor=handler(), now=timezone.now())
    drain()
    assert Transmission.objects.get(case=case).status == "sent"
    assert len(server.files()) == 1


@pytest.mark.slow
def test_a_connection_cut_in_the_middle_goes_on_under_the_same_name(demo_stores, drain, server, monkeypatch) -> None:
    case = on_the_way(server, monkeypatch, drain)
    server.behaviour.cut_after = 100
    case = released(case, drain)
    assert sending(case).error_code == "receiver_down"
    assert [name for name in server.files() if not name.startswith(".")] == []

    server.behaviour.cut_after = None
    tasks.retry(task_id=sending(case).pk, actor=handler(), now=timezone.now())
    drain()

    assert list(server.files()) == server.behaviour.renames == [Transmission.objects.get(case=case).file_name]


def test_killed_between_rename_and_last_word_it_is_not_sent_twice(demo_stores, drain, server, monkeypatch) -> None:
    case = on_the_way(server, monkeypatch, drain)
    server.behaviour.cut_at_rename = True
    case = released(case, drain)
    before = server.files()
    assert (sending(case).error_code, Transmission.objects.get(case=case).status) == ("receiver_down", "sending")
    assert len(before) == 1

    tasks.retry(task_id=sending(case).pk, actor=handler(), now=timezone.now())
    drain()

    row = Transmission.objects.get(case=case)
    assert server.files() == before
    assert (row.status, len(server.behaviour.renames), len(server.behaviour.uploads)) == ("sent", 1, 1)


@pytest.mark.slow
def test_what_arrives_changed_is_not_left_there(demo_stores, drain, server, monkeypatch) -> None:
    case = on_the_way(server, monkeypatch, drain)
    server.behaviour.flip = True
    case = released(case, drain)
    assert (sending(case).error_code, server.files()) == ("not_confirmed", {})


@pytest.mark.slow
def test_a_file_of_the_same_name_is_never_overwritten(demo_stores, drain, server, monkeypatch) -> None:
    case = on_the_way(server, monkeypatch, drain)
    outgoing = Artifact.objects.get(case=case, kind=Artifact.Kind.OUTGOING)
    name = f"{case.request.reference}-{outgoing.details['manifest_sha256'][:12]}.zip.age"
    (server.inbox / name).write_bytes(b"theirs")

    case = released(case, drain)

    assert (sending(case).status, sending(case).error_code) == ("manual", "name_taken")
    assert server.files() == {name: b"theirs"}


def test_P_05_a_lead_gives_up_and_the_letter_says_so(demo_stores, drain, server, monkeypatch) -> None:
    case = on_the_way(server, monkeypatch, drain)
    monkeypatch.setenv("DSR_RECEIVER_SOUTHWAVE", "wrong")
    case = released(case, drain)
    assert (sending(case).status, sending(case).error_code) == ("manual", "receiver_denied")
    with pytest.raises(RefusedError):
        receivers.give_up(case_id=case.pk, actor=handler(), now=MONDAY)

    receivers.give_up(case_id=case.pk, actor=keeper(), now=timezone.now())
    drain()

    assert "did not take them" in letter(case)
    case = released(case, drain)
    assert case.state == "completed"
    assert verify_case(case) == []
