"""Rotating the key ring: everything moves under the first key, may be interrupted, and the old key is proved to be needed by nothing."""

from __future__ import annotations

import base64
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from dsr.cases import identity, ledger, queue, ring
from dsr.cases.codes import make
from dsr.checks import check_rows
from dsr.fulfil.spool import read_artifact
from dsr.models import AccountLink, Artifact, Case, IndexToken, KeyedRow, OneTimeCode, Request, RingId, User
from dsr.sessions import SessionStore
from dsr.vault import MissingKeyError
from dsr.vault.keys import keyring
from tests.cases.test_archive import with_file
from tests.factories import MONDAY, make_case, make_staff, make_user

pytestmark = pytest.mark.django_db


def entry(name: str) -> str:
    return f"{name}:{base64.b64encode(name.encode().ljust(32, b'.')).decode()}"


def the_ring(*names: str) -> str:
    return ",".join(entry(name) for name in names)


def keys(verb: str, **options) -> Any:
    out = io.StringIO()
    call_command("keys", verb, "--json", stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.fixture
def office(settings, tmp_path):
    """A case with everything that is sealed, written under `k1`."""
    settings.DSR_LEDGER_DIR = str(tmp_path)
    settings.DSR_KEYS = the_ring("k1")
    anna = make_user()
    case = make_case(account=anna)
    with_file(case)
    identity.link(
        user=anna, store="billing", customer_number="10000001", contact="a@example.com", method="code", now=MONDAY
    )
    make(
        controller=case.controller, purpose="follow", request=case.request, content={"to": "a@example.com"}, now=MONDAY
    )
    store = SessionStore()
    store["words"] = "half a request"
    store.save()
    Cookie.value = str(store.session_key)
    return case


class Cookie:
    """What the browser of the session in `office` sends."""

    value = ""


def everything(case: Case) -> list[Any]:
    """Every sealed thing of the office, opened."""
    request = Request.objects.get(pk=case.request_id)
    return [
        request.content(),
        Case.objects.get(pk=case.pk).content(),
        b"".join(read_artifact(Artifact.objects.get())),
        OneTimeCode.objects.get().content(),
        AccountLink.objects.select_related("user").get().content(),
        SessionStore(session_key=Cookie.value).load()["words"],
    ]


def found(case: Case, text: str) -> bool:
    mara = make_staff()
    rows = queue.cases(controller=case.controller, view="open", user=mara, today=MONDAY.date(), search=text)
    return case.pk in {row.pk for row in rows}


def test_after_a_rotation_the_old_key_may_leave_and_everything_still_opens(office, settings):
    before = everything(office)
    settings.DSR_KEYS = the_ring("k2", "k1")
    with pytest.raises(SystemExit):
        keys("check")

    done = keys("rotate")
    assert done["first"] == "k2"
    assert done["moved"] > 0
    assert (done["missing"], done["broken"], done["forgotten"]) == (0, 0, 0)
    assert keys("check") == {"first": "k2", "may_leave": "k1"}

    settings.DSR_KEYS = the_ring("k2")
    assert everything(office) == before
    assert found(office, "anna@example.com")
    assert found(office, "Exam")  # a prefix of her name
    anna = User.objects.get(display_name="Anna")
    again = identity.link(
        user=anna, store="billing", customer_number="10000001", contact="a@example.com", method="code", now=MONDAY
    )
    assert AccountLink.objects.get() == again  # found by its token, not made twice
    assert set(ring.uses()) == {"k2"}
    assert keys("rotate")["moved"] == 0  # idempotent


def test_the_content_is_not_encrypted_again(office, settings):
    before = [bytes(row.sealed) for row in Request.objects.all()]
    settings.DSR_KEYS = the_ring("k2", "k1")
    keys("rotate")
    assert [bytes(row.sealed) for row in Request.objects.all()] == before


def test_it_may_be_interrupted_and_goes_on(office, settings):
    for number in range(5):
        make_case(number=f"1000100{number}")
    settings.DSR_KEYS = the_ring("k2", "k1")
    asked = iter([False, True])

    ring.rotate(chunk=2, stop=lambda: next(asked, True))

    uses = ring.uses()
    assert uses["k1"]
    assert uses["k2"]
    assert sum(uses["k2"].values()) == 2
    ring.rotate(chunk=2)
    assert "k1" not in ring.uses()


def test_a_key_destroyed_meanwhile_stays_destroyed(office, settings):
    settings.DSR_KEYS = the_ring("k2", "k1")
    stale = Request.objects.get()
    Request.objects.update(wrapped_key="")

    ring.rotate()
    stale.save()  # somebody else's copy, read before

    assert Request.objects.get().wrapped_key == ""
    with pytest.raises(MissingKeyError):
        Request.objects.get().content()


def test_saving_a_copy_read_before_the_rotation_does_not_bring_the_old_key_back(office, settings):
    stale = [Request.objects.get(), Case.objects.get(), User.objects.get(display_name="Anna")]
    settings.DSR_KEYS = the_ring("k2", "k1")
    ring.rotate()
    for row in stale:
        row.save()
    assert "k1" not in ring.uses()


def test_a_key_that_is_missing_is_found_at_the_start(office, settings):
    settings.DSR_KEYS = the_ring("k2")

    (error,) = check_rows(None)
    assert (error.id, "k1" in error.msg) == ("dsr.E010", True)
    assert base64.b64encode(b"k1".ljust(32, b".")).decode() not in error.msg
    with pytest.raises(SystemExit):
        keys("check")
    with pytest.raises(SystemExit):
        keys("rotate")
    settings.DSR_KEYS = the_ring("k2", "k1")
    assert check_rows(None) == []


@pytest.mark.parametrize("model", [Request, Case, Artifact, User])
def test_the_question_at_the_start_is_answered_by_an_index(office, model):
    """dsr.E010 asks each table for its ring ids one by one: no table is read from end to end."""
    rows = ring._rows(model).annotate(ring=RingId("wrapped_key")).filter(ring__gt="").order_by("ring")
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        text, params = rows.values_list("ring", flat=True)[:1].query.sql_with_params()
        explain = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
        cursor.execute(explain + text, params)
        plan = str(cursor.fetchall())
    assert f"{model.__name__.lower()}_ring" in plan


def test_key_ids_that_differ_by_case_are_two_keys(office, settings):
    settings.DSR_KEYS = the_ring("K1", "k1")
    ring.rotate()
    assert set(ring.uses()) == {"K1"}


def test_a_corrected_address_is_forgotten_with_the_old_key(office, settings):
    token = IndexToken.objects.get(kind="email")
    content = office.request.content() | {"contact_email": "new@example.com"}
    office.request.put(content)
    office.request.save()
    settings.DSR_KEYS = the_ring("k2", "k1")

    assert ring.rotate().forgotten == 1
    assert not IndexToken.objects.filter(pk=token.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_rotations_at_once_move_every_row_once(settings):
    settings.DSR_KEYS = the_ring("k1")
    for number in range(8):
        make_case(number=f"1000200{number}")
    total = sum(ring.uses()["k1"].values())
    settings.DSR_KEYS = the_ring("k2", "k1")

    def run() -> ring.Rotated:
        try:
            return ring.rotate(chunk=3)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        done = [one.result(timeout=120) for one in (both.submit(run), both.submit(run))]

    assert set(ring.uses()) == {"k2"}
    assert all(not one.broken and not one.missing for one in done)
    assert sum(one.moved[table] for one in done for table in one.moved if table.startswith("dsr_")) <= total
    assert all(case.request.content()["name"] for case in Case.objects.select_related("request"))


def test_list_counts_and_shows_no_secret(office, settings):
    settings.DSR_KEYS = the_ring("k2", "k1")
    rows = keys("list")
    assert [(row["key"], row["place"]) for row in rows] == [("k2", "first"), ("k1", "held")]
    assert rows[0]["rows"] == 0
    assert rows[1]["rows"] >= 6
    text = json.dumps(rows)
    assert all(base64.b64encode(raw).decode() not in text for raw in keyring().keys.values())


def test_new_prints_an_entry_and_refuses_a_known_id(office, settings):
    made = keys("new", id="k7")["entry"]
    settings.DSR_KEYS = f"{made},{the_ring('k1')}"
    assert keyring().first == "k7"
    with pytest.raises(CommandError):
        keys("new", id="k1")
    with pytest.raises(CommandError):
        keys("new", id="k-1")


def test_every_table_with_a_data_key_takes_part(office, settings):
    """A table that somebody adds is rotated without being named anywhere."""
    names = {model.__name__ for model in ring.keyed_models()}
    assert {"Request", "Case", "Artifact", "OneTimeCode", "User", "SigningKey"} <= names
    assert all(issubclass(model, KeyedRow) for model in ring.keyed_models())


def test_the_ledger_of_purges_follows_the_first_key(office, settings):
    from dsr.models import Tombstone

    Tombstone.objects.create(
        case_id=office.pk,
        controller=office.controller,
        reference="DSR-2026-000001",
        version=1,
        chain_head="0" * 64,
        purged_at=MONDAY,
        ends_on=MONDAY.date() + timedelta(days=400),
    )
    ledger.again()
    settings.DSR_KEYS = the_ring("k2", "k1")
    keys("rotate")
    settings.DSR_KEYS = the_ring("k2")

    assert [row.pk for row in ledger.returned(ledger.path(), today=MONDAY.date())] == [office.pk]
