"""What all stand-ins share: a server on the loopback, its rows, an oracle that says whose they are, and faults at any call."""

from __future__ import annotations

import json
import socket
import struct
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from exporters.testing.standins.people import subscribers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from exporters.testing.checksums import RowSums
    from exporters.testing.standins.people import Person

Tables = dict[str, dict[str, dict[str, Any]]]
"""By table and key: the row as the system holds it."""

HTML = (
    "<!DOCTYPE html><html><head><title>500 Internal Server Error</title></head><body><h1>Oops!</h1>"
    "<p>Request of anna.secret@example.com was blocked.</p></body></html>"
)
"""What a firewall or a PHP fatal error says; it quotes a person, so that a log that repeats it is seen."""


_TEXT = json.JSONEncoder(sort_keys=True).encode


class Fault(StrEnum):
    """What goes wrong at one call. `lost` and `broken_after` do what was asked and do not say so."""

    RESET = "reset"
    LOST = "lost"
    BROKEN_AFTER = "broken_after"
    TRUNCATED = "truncated"
    HTML_500 = "html_500"
    HTML_200 = "html_200"
    UNAVAILABLE = "unavailable"
    BUSY = "busy"
    FORBIDDEN = "forbidden"
    EXPIRED = "expired"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as a stand-in sees it. `path`: decoded segments; `form`, `query`: in their order; `data`: parsed JSON body."""

    method: str
    path: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    form: tuple[tuple[str, str], ...]
    data: Any
    headers: Mapping[str, str]
    body: bytes = b""

    def given(self, name: str, default: str = "") -> str:
        """A parameter of the form or the query, the last one given."""
        return dict((*self.query, *self.form)).get(name, default)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a stand-in says: text and bytes as they are, everything else as JSON."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """The bytes of the body."""
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        return b"" if self.body is None and self.status == 204 else json.dumps(self.body).encode()  # noqa: PLR2004


class StandIn:
    """A system: rows filled once and copied for each run, calls answered one at a time as its original would."""

    name: ClassVar[str] = ""
    forbidden: ClassVar[Answer] = Answer({"message": "Forbidden"}, 403)
    """How this system says that it does not let the caller in."""
    expired: ClassVar[Answer] = Answer({"message": "Unauthorized"}, 401)
    people: ClassVar[tuple[Person, ...]] = subscribers()
    """Whom `fill` writes down: the three hundred, or those of `of`."""
    _filled: ClassVar[str] = ""
    """The rows of a fresh system as JSON: read back several times as fast as copied, which a matrix of faults does thousands of times."""

    @classmethod
    def of(cls, people: Iterable[Person]) -> type[Self]:
        """The same system with these subscribers instead of the three hundred."""
        return type(cls.__name__, (cls,), {"people": tuple(people), "_filled": ""})

    def __init__(self) -> None:
        """The rows of a fresh system; nothing listens yet."""
        cls = type(self)
        if not cls._filled:
            cls._filled = json.dumps(self.fill())
        self.tables: Tables = json.loads(cls._filled)
        self.calls: list[tuple[str, str]] = []
        """Method and path of every call, faulty ones included."""
        self.writes: list[int] = []
        """Which of the calls changed something (`wrote` says so), counted from 1."""
        self.faults: dict[int, Fault] = {}
        """What goes wrong at which call, counted from 1."""
        self.release = threading.Event()
        self._server: _Server | None = None
        self._kept: Path | None = None

    # What each system gives.

    def fill(self) -> Tables:
        """All rows of `people`, and what belongs to nobody."""
        raise NotImplementedError

    def answer(self, asked: Asked) -> Answer:
        """What the system says to one call, changing its rows where the call does."""
        raise NotImplementedError

    def owner(self, table: str, row: Mapping[str, Any]) -> int | None:
        """The customer number of whose row it is, None for nobody's: the oracle, which knows the fill and not the exporter."""
        raise NotImplementedError

    def wrote(self) -> None:
        """The call that is being answered changed something."""
        self.writes.append(len(self.calls))

    # What tests ask.

    def fault(self, fault: Fault, *, at: int) -> None:
        """Let the `at`-th call from now on (1 is the next) go wrong."""
        self.faults[len(self.calls) + at] = fault

    def hers(self, number: int) -> set[tuple[str, str]]:
        """(table, key) of every row of one subscriber."""
        return {
            (table, key)
            for table, rows in self.tables.items()
            for key, row in rows.items()
            if self.owner(table, row) == number
        }

    def sums(self) -> RowSums:
        """Every row as text, as `exporters.testing.checksums` has them for databases."""
        return {table: {key: _TEXT(row) for key, row in rows.items()} for table, rows in self.tables.items()}

    def secrets(self) -> tuple[str, ...]:
        """Values no answer about anybody may contain: passwords, answers to secret questions, keys, card numbers."""
        return ()

    def reset(self) -> None:
        """As freshly filled; calls, writes and faults are forgotten."""
        self.tables = json.loads(self._filled)
        self.calls, self.writes = [], []
        self.faults.clear()

    def keep_in(self, path: Path) -> None:
        """Go on with the rows kept in `path`, if it is there, and keep the rows there from now on, after each change."""
        self._kept = path
        if path.exists():
            self.tables = json.loads(path.read_text(encoding="utf-8"))

    def keep(self) -> None:
        """Write the rows where `keep_in` said: all of them or, when the process ends in between, those of before."""
        if self._kept is None:
            return
        part = self._kept.with_suffix(".part")
        part.write_text(json.dumps(self.tables, ensure_ascii=False), encoding="utf-8")
        part.replace(self._kept)

    @property
    def url(self) -> str:
        """Where it listens, with a slash at the end. Raises RuntimeError when it does not run."""
        if self._server is None:
            message = "the stand-in does not run"
            raise RuntimeError(message)
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    @contextmanager
    def running(self, port: int = 0, listener: socket.socket | None = None) -> Iterator[Self]:
        """Listen on the loopback while inside: port 0 is a free one, `listener` a socket somebody else opened."""
        self._server = _Server(("127.0.0.1", port), listener)
        self._server.standin = self
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.release.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join(5)
            self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    standin: StandIn

    def __init__(self, address: tuple[str, int], listener: socket.socket | None) -> None:
        super().__init__(address, _Handler, bind_and_activate=listener is None)
        self.lock = threading.Lock()
        if listener is not None:
            self.socket.close()
            self.socket, self.server_address = listener, listener.getsockname()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error of ours."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: otherwise each answer waits 40 ms for an acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Silent: paths name people."""

    def do_GET(self) -> None:
        asked = self._asked()
        standin = self.server.standin
        with self.server.lock:
            standin.calls.append((asked.method, "/".join(asked.path)))
            fault = standin.faults.pop(len(standin.calls), None)
            if fault in {None, Fault.LOST, Fault.BROKEN_AFTER, Fault.TRUNCATED}:
                changed = len(standin.writes)
                answer = standin.answer(asked)
                if len(standin.writes) > changed:
                    standin.keep()
        match fault:
            case None:
                self._say(answer)
            case Fault.RESET | Fault.LOST:
                self._cut()
            case Fault.BROKEN_AFTER:
                self._say(Answer(HTML, 500, {"Content-Type": "text/html"}))
            case Fault.TRUNCATED:
                self._say(answer, short=True)
            case Fault.SLOW:
                standin.release.wait(30)
                self._cut()
            case _:
                self._say(_BROKEN.get(fault) or (standin.forbidden if fault is Fault.FORBIDDEN else standin.expired))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 -- the library's names

    def _asked(self) -> Asked:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        url = urlsplit(self.path)
        kind = self.headers.get("content-type", "").partition(";")[0]
        form = parse_qsl(body.decode(), keep_blank_values=True) if kind == "application/x-www-form-urlencoded" else []
        try:
            data = json.loads(body) if body and not form else None
        except ValueError:
            data = None
        return Asked(
            method=self.command,
            path=tuple(unquote(part) for part in url.path.strip("/").split("/")),
            query=tuple(parse_qsl(url.query, keep_blank_values=True)),
            form=tuple(form),
            data=data,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )

    def _say(self, answer: Answer, *, short: bool = False) -> None:
        content = answer.content()
        self.send_response(answer.status)
        for name, value in ({"Content-Type": "application/json"} | dict(answer.headers)).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) + (64 if short else 0)))
        self.end_headers()
        self.wfile.write(content)
        if short:
            self.wfile.flush()
            self._cut()

    def _cut(self) -> None:
        """Hang up without a word, as a crashed worker of the system does."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


_BROKEN: Mapping[Fault, Answer] = {
    Fault.HTML_500: Answer(HTML, 500, {"Content-Type": "text/html"}),
    Fault.HTML_200: Answer(HTML, 200, {"Content-Type": "text/html"}),
    Fault.UNAVAILABLE: Answer("", 503),
    Fault.BUSY: Answer({"message": "Too Many Requests"}, 429, {"Retry-After": "0"}),
}
