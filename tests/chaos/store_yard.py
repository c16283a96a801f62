"""Three small stores whose databases count every change of a row, a queue server, a mail sink, workers and ticks.

Everything is real but the people: processes of `manage.py rqworker` and `manage.py tick`, a Redis server, SMTP.
"""

from __future__ import annotations

import os
import signal
import socketserver
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from dsr.demo import place
from tests.processes import database_url

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).resolve().parents[2]
STORES = {
    "shop": "exporters.sql.store:SqlStore",
    "post": "exporters.sql.store:SqlStore",
    "news": "tests.chaos.erring_store:ErringStore",
}
LINES = 4
"""Rows of a client in each of a store's two other tables."""
_SCHEMA = """
CREATE TABLE client (id INTEGER PRIMARY KEY, number VARCHAR(20), login VARCHAR(40), name VARCHAR(80));
CREATE TABLE visit (id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL REFERENCES client (id), page VARCHAR(40));
CREATE TABLE letter (id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL REFERENCES client (id), subject VARCHAR(40));
CREATE TABLE counted (tab VARCHAR(20), id INTEGER, times INTEGER, PRIMARY KEY (tab, id));
"""
_COUNT = """CREATE TRIGGER {event}_{table} AFTER {event} ON {table} BEGIN
INSERT INTO counted VALUES ('{table}', OLD.id, 1) ON CONFLICT (tab, id) DO UPDATE SET times = times + 1; END;"""
_MAP = """\
map: yard
version: 1
title: {en: Yard}
languages: [en]
subjects:
  client: {kind: record}
purposes: {service: {en: to run the service}}
sources: {you: {en: you}}
retention:
  client: {class: subscriber_data, text: {en: while you are a customer}}
defaults:
  category: master
  purpose: service
  legal_basis: 6(1)(b)
  source: you
  retention: client
  origin: provided
  erase: delete
datasets:
  client:
    label: {en: Clients}
    key: id
    erase: anonymise
    links:
      - {foreign_key: id, references: subject.client}
    fields:
      id: {erase: leave}
      number: {label: {en: Number}, identifier: customer_number, erase: random_token}
      login: {label: {en: Log-in}, identifier: username, erase: random_token}
      name: {label: {en: Name}, erase: constant}
  visit:
    label: {en: Visits}
    key: id
    links:
      - {foreign_key: client_id, references: client.id}
    fields:
      id: {}
      client_id: {label: id}
      page: {label: {en: Page}}
  letter:
    label: {en: Letters}
    key: id
    erase: anonymise
    links:
      - {foreign_key: client_id, references: client.id}
    fields:
      id: {erase: leave}
      client_id: {label: id, erase: leave}
      subject: {label: {en: Subject}, erase: random_token}
not_personal:
  counted: {reason: how often the database saw a row change, columns: [tab, id, times]}
"""


def number_of(client: int) -> str:
    """The customer number of a client, in all stores."""
    return f"YD-{client:06d}"


def build_stores(folder: Path, *, clients: int) -> Path:
    """Fill the three stores with `clients` clients and return the store file."""
    folder.mkdir()
    (folder / "yard.yaml").write_text(_MAP, encoding="utf-8")
    text = "stores:\n"
    for name, system in STORES.items():
        with closing(sqlite3.connect(folder / f"{name}.sqlite3")) as database, database:
            database.executescript(_SCHEMA)
            everyone = range(1, clients + 1)
            database.executemany(
                "INSERT INTO client VALUES (?, ?, ?, ?)",
                [(n, number_of(n), f"login{n:05d}", f"Person {n} Invented") for n in everyone],
            )
            for table, word in (("visit", "page"), ("letter", "subject")):
                rows = [(n * 10 + line, n, f"{word} {n} {line}") for n in everyone for line in range(LINES)]
                database.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", rows)
            for table, event in (("client", "UPDATE"), ("letter", "UPDATE"), ("visit", "DELETE")):
                database.executescript(_COUNT.format(table=table, event=event))
        text += (
            f"  {name}:\n    controller: northwave\n    system: {system}\n    label: {{en: {name.title()}}}\n"
            f"    owner: Ida\n    map: yard.yaml\n    url: sqlite:///{name}.sqlite3\n"
        )
    (folder / "stores.yaml").write_text(text, encoding="utf-8")
    return folder / "stores.yaml"


def effects(folder: Path, store: str) -> dict[tuple[str, int], int]:
    """How often each row of a store was changed or deleted, as its database counted."""
    with closing(sqlite3.connect(folder / f"{store}.sqlite3")) as database:
        return {(tab, key): times for tab, key, times in database.execute("SELECT tab, id, times FROM counted")}


def expected(clients: list[int]) -> dict[tuple[str, int], int]:
    """What the erasure of these clients does in each store: every row once."""
    lines = [client * 10 + line for client in clients for line in range(LINES)]
    return {("client", n): 1 for n in clients} | {(table, n): 1 for table in ("visit", "letter") for n in lines}


class _Mail(socketserver.StreamRequestHandler):
    """As much SMTP as a client needs to hand over a mail."""

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                self.server.taken.append(message_from_bytes(b"".join(lines))["Message-ID"])  # type: ignore[attr-defined]
                self.wfile.write(b"250 taken\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


class MailSink(socketserver.ThreadingTCPServer):
    """A mail server on loopback that remembers the Message-ID of every mail it took; `stop` and `start` as you like."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mail, bind_and_activate=False)
        self.server_bind()  # the port is ours from now on; nobody is answered before `start`
        self.taken: list[str] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Come up."""
        self.server_activate()
        self._thread.start()

    def stop(self) -> None:
        """Go away."""
        if self._thread.is_alive():
            self.shutdown()
        self.server_close()


@dataclass
class Queue:
    """A Redis server of one's own on a unix socket."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """For REDIS_URL."""
        return f"unix://{self.folder}/redis.sock"

    @property
    def client(self) -> redis.Redis:
        """A connection that asks once."""
        return redis.Redis(unix_socket_path=f"{self.folder}/redis.sock", retry=Retry(NoBackoff(), 0))

    def start(self) -> None:
        """Start, and wait until it answers."""
        program = place.redis_program()
        options = ["--port", "0", "--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.process = subprocess.Popen(
            [program, *options, "--unixsocket", f"{self.folder}/redis.sock"], stdout=subprocess.DEVNULL
        )
        wait_for(self._answers, seconds=20, what="Redis answers")

    def _answers(self) -> bool:
        with suppress(redis.RedisError), closing(self.client) as client:
            return bool(client.ping())
        return False

    def flush(self) -> None:
        """Forget everything."""
        with suppress(redis.RedisError), closing(self.client) as client:
            client.flushall()

    def stop(self) -> None:
        """Gone, without a word."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Ask until it is so; a failed test after `seconds`."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            pytest.fail(f"after {seconds:.0f} s: {what}: not so")
        time.sleep(0.05)


def environment(*, redis_url: str, stores: Path, smtp_port: int, **more: str) -> dict[str, str]:
    """The processes': the same database, keys, files and stores as this test, a short lease, mails to the sink."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dsr.settings",
        "DATABASE_URL": database_url(),
        "REDIS_URL": redis_url,
        "DSR_STORES": str(stores),
        "DSR_KEYS": settings.DSR_KEYS,
        "DSR_SECRET_KEY": settings.SECRET_KEY,
        "DSR_VAR": str(settings.VAR_DIR),
        "DSR_LEASE_SECONDS": "2",
        "DSR_SMTP_HOST": "127.0.0.1",
        "DSR_SMTP_PORT": str(smtp_port),
        **more,
    }


@dataclass
class Crew:
    """The processes of the desk; workers that die are started again, as a service manager would."""

    environment: Mapping[str, str]
    log: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ticks: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", *command],
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self, *, workers: int, ticks: int) -> None:
        """Start that many of each."""
        self.workers = [self._worker() for _ in range(workers)]
        self.ticks = [self._start("tick", "--loop", "--every", "1") for _ in range(ticks)]

    def _worker(self) -> subprocess.Popen[bytes]:
        return self._start("rqworker", "default", "stores", "pdf", "-v", "0")

    def tend(self) -> None:
        """Start again what has ended."""
        for at, worker in enumerate(self.workers):
            if worker.poll() is not None:
                self.workers[at] = self._worker()

    def kill_one(self, chance: random.Random) -> str:
        """SIGKILL a worker, the process of its job, or both, at a random moment of a job; returns which."""
        until = time.monotonic() + 5
        while not (busy := [one for one in self.workers if children_of(one.pid)]) and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.4))
        victim = chance.choice(busy or self.workers)
        jobs = children_of(victim.pid)
        what = chance.choice(["worker", "job", "both"]) if jobs else "idle worker"
        if what in {"job", "both"}:
            for job in jobs:
                with suppress(ProcessLookupError):
                    os.kill(job, signal.SIGKILL)
        if what != "job":
            victim.kill()
            victim.wait()
        return what

    def end(self) -> None:
        """End everything, jobs first included that outlived their worker."""
        for process in [*self.ticks, *self.workers]:
            jobs = children_of(process.pid)
            process.kill()
            process.wait()
            for job in jobs:
                with suppress(ProcessLookupError):
                    os.kill(job, signal.SIGKILL)


def children_of(pid: int) -> list[int]:
    """The processes a process has started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def real_queue(monkeypatch: Any, queue: Queue) -> None:
    """Let this process talk to the queue server as well, instead of the one in its memory."""

    def connect(*args: Any, **options: Any) -> redis.Redis:
        return queue.client

    monkeypatch.setattr("django_rq.connection_utils.get_redis_connection", connect)
