"""What is logged: a person no other test knows goes through portal, desk, worker and tick, and is in no line of any logger."""

from __future__ import annotations

import base64
import json
import logging
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import django_rq
import pytest
from django.utils import timezone
from rq import SimpleWorker

from dsr import logs
from dsr.cases import actors, answer, scope
from dsr.models import Case, Event, Pulse, StoreHealth, Task
from dsr.work import wake
from dsr.work.tick import tick
from dsr.work.worker import DeskWorker
from tests.factories import make_case, make_controller, make_staff
from tests.portal.walk import ACCESS, ME, REPLY, send, walk
from tests.work.leaky import QUOTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

pytestmark = pytest.mark.django_db(transaction=True)
CANARIES = ("Zebulon", "Quagmire", "zebulon", "canary", "7700900199", "7700 900199", "7788001")
NO_ACCOUNT = {
    "account": {"account": "no"},
    "details": {"name": "Zebulon Quagmire", "email": "zebulon@canary.example.com", "number": "K-7788001"},
}
OURS = ("dsr", "portal", "exporters")
STORES = """\
stores:
  leaky:
    controller: northwave
    system: tests.work.leaky.LeakyStore
    label: {en: Leaky}
    owner: Nobody
"""


class InProcess(DeskWorker):
    """The product's worker without the fork, on the queue of the tests."""

    execute_job = SimpleWorker.execute_job
    get_heartbeat_ttl = SimpleWorker.get_heartbeat_ttl


class Ear(logging.Handler):
    """Keeps what the product's handler would write, and, of our own loggers, what it was given."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.raw: list[str] = []
        self.setFormatter(logs.JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] in OURS:
            # Before the net below them blanks addresses and numbers: our own lines have none to blank.
            self.raw.append(record.getMessage())
        copy = logging.makeLogRecord(record.__dict__)
        logs.NoPersonalData().filter(copy)
        self.lines.append(self.format(copy))


@pytest.fixture
def ear() -> Iterator[Ear]:
    """Everything at DEBUG: our loggers, the queue's, Django's, the server's."""
    names = ("", *OURS, "rq", "rq.worker", "rq.job", "django", "django.request", "gunicorn.error", "allauth")
    heard, before = Ear(), {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().addHandler(heard)
    yield heard
    logging.getLogger().removeHandler(heard)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def leaky(tmp_path, settings) -> Iterator[None]:
    """A store that quotes rows in its errors."""
    (tmp_path / "stores.yaml").write_text(STORES, encoding="utf-8")
    settings.DSR_STORES = str(tmp_path / "stores.yaml")
    yield
    scope.forget()


def work() -> None:
    """What a worker does until the queues are empty."""
    queues = [django_rq.get_queue(name) for name in wake.QUEUES]
    InProcess(queues, connection=queues[0].connection).work(burst=True, logging_level="DEBUG")


def clean(text: str) -> bool:
    return not any(canary in text for canary in CANARIES)


def in_redis() -> str:
    """Everything Redis holds, with what is packed unpacked."""
    connection: Any = django_rq.get_queue("default").connection
    values: list[bytes] = []
    for key in connection.keys("*"):
        kind = connection.type(key)
        if kind == b"hash":
            values += connection.hgetall(key).values()
        elif kind == b"stream":
            values += [value for _, entry in connection.xrange(key) for value in entry.values()]
        elif kind == b"string":
            values.append(connection.get(key))
    return "\n".join(_unpacked(value) for value in values)


def _unpacked(value: bytes) -> str:
    for unpack in (zlib.decompress, lambda packed: zlib.decompress(base64.b64decode(packed))):
        with suppress(ValueError, zlib.error):
            return unpack(value).decode(errors="replace")
    return value.decode(errors="replace")


def test_nobody_is_named_in_any_log_from_the_portal_to_the_tick(client: Client, ear: Ear, demo_stores):
    """A request, a search at the desk, a wrong address, mails and store work, all loggers at DEBUG."""
    make_controller()
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    assert send(client).status_code == 302
    case = Case.objects.get()
    assert case.request.content()["name"] == "Zebulon Quagmire"
    client.get("/nowhere/?name=Zebulon+Quagmire")
    client.post("/account/login/", {"login": "zebulon@canary.example.com", "password": "Zebulon"})
    staff = make_staff("otto", "lead", "intake", "handler")
    client.force_login(staff)
    client.post("/desk/find/", {"search": "Quagmire"})
    client.get(f"/desk/cases/{case.pk}/")
    known = make_case(number="K-7788001", name="Zebulon Quagmire", at=timezone.now())
    answer.start_collection(case_id=known.pk, actor=actors.staff(staff), now=timezone.now())
    work()
    tick(timezone.now())
    work()

    assert any("rq.worker" in line for line in ear.lines), "the queue was listened to"
    assert any('"logger": "django.request"' in line for line in ear.lines)
    assert {task.attempts for task in known.tasks.all()} == {1}
    assert known.tasks.count() == 3  # both stores were searched and asked: nobody there has that number
    assert [line for line in ear.lines if not clean(line)] == []
    assert [line for line in ear.raw if not clean(line)] == []
    assert clean(in_redis())


def test_an_error_of_a_store_that_quotes_a_row_leaves_type_and_place_only(ear: Ear, leaky):
    case = make_case(number="K-7788001", name="Zebulon Quagmire", at=timezone.now())
    answer.start_collection(case_id=case.pk, actor=actors.staff(make_staff()), now=timezone.now())
    tick(timezone.now())
    work()

    task = Task.objects.get()
    assert (task.status, task.error_code) == ("manual", "internal")
    found = [json.loads(line) for line in ear.lines if '"exception"' in line]
    assert {(line["exception"], line["place"].partition(":")[0]) for line in found} == {
        ("ValueError", "tests.work.leaky"),
        ("LookupError", "tests.work.leaky"),
    }
    assert [line for line in ear.lines if not clean(line)] == []
    assert clean(in_redis())
    assert clean(repr(list(Event.objects.values())) + repr(list(Task.objects.values())))
    assert clean(repr(list(Pulse.objects.values())))
    (row,) = StoreHealth.objects.values("ok", "code", "place")
    assert row == {"ok": False, "code": "internal", "place": ""}


def test_a_job_that_dies_leaves_type_and_place_in_redis_and_in_the_log(ear: Ear):
    django_rq.get_queue("default").enqueue("tests.work.leaky.fails", "1")
    work()

    kept = in_redis()
    assert "RuntimeError at tests.work.leaky:" in kept
    assert clean(kept), QUOTED
    assert [line for line in ear.lines if not clean(line)] == []
    assert any("RuntimeError at tests.work.leaky:" in line for line in ear.lines)
