"""A local web server that misbehaves on request: each path is one kind of trouble. Loopback, a free port, no waiting."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from exporters.http.client import HttpClient, Reach
from exporters.http.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPBACK = (ip_network("127.0.0.0/8"),)
LIMITS = Limits(connect=5, read=5, total=10, size=100_000, rate=0, retries=2, backoff=0.01)
HASTY = replace(LIMITS, read=0.1, total=0.2)
"""For servers that never finish: nothing else should depend on how busy this machine is."""
SECRET = "anna.secret@example.com"
"""A value of a person that must not come out of any error."""


class Nasty(ThreadingHTTPServer):
    """Counts the calls per path, so that a test sees what was repeated."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Trouble)
        self.calls: list[tuple[str, str]] = []
        self.bodies: list[bytes] = []
        self.heads: list[dict[str, str]] = []
        self.tokens = 0
        self.release = threading.Event()
        self.elsewhere = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def count(self, path: str) -> int:
        return sum(called.partition("?")[0] == path for _, called in self.calls)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken pipes are the point."""


class Trouble(BaseHTTPRequestHandler):
    """One method a path: `/reset` calls `reset`."""

    server: Nasty
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        self.server.bodies.append(self.rfile.read(length))
        self.server.calls.append((self.command, self.path))
        self.server.heads.append({name.lower(): value for name, value in self.headers.items()})
        name = self.path.partition("?")[0].strip("/").split("/")[0]
        getattr(self, f"on_{name}")()

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 - the library's names

    def log_message(self, *_: Any) -> None:
        """Silent."""

    def answer(self, status: int, body: bytes | object, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def before(self, times: int) -> bool:
        """Whether this path has been called at most so often."""
        return self.server.count(self.path.partition("?")[0]) <= times

    def cut(self) -> None:
        """Reset the connection."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def on_fine(self) -> None:
        self.answer(200, {"ok": True})

    def on_reset(self) -> None:
        self.cut()

    def on_resetonce(self) -> None:
        self.cut() if self.before(1) else self.answer(200, {"ok": True})

    def on_half(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(SECRET.encode())
        self.wfile.flush()
        self.cut()

    def on_slow(self) -> None:
        self.server.release.wait(5)
        self.cut()

    def on_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        for _ in range(200):
            self.wfile.write(b" ")
            self.wfile.flush()
            if self.server.release.wait(0.02):
                break

    def on_endless(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range(10_000):
            self.wfile.write(b"x" * 65_536)

    def on_bomb(self) -> None:
        self.answer(200, gzip.compress(b"0" * 30_000_000), Content_Encoding="gzip")

    def on_twicepacked(self) -> None:
        self.answer(200, gzip.compress(gzip.compress(b"{}")), Content_Encoding="gzip, gzip")

    def on_cutpacked(self) -> None:
        self.answer(200, gzip.compress(b'{"a": 1}' * 100)[:-12], Content_Encoding="gzip")

    def on_packed(self) -> None:
        self.answer(200, gzip.compress(b'{"ok": true}'), Content_Encoding="gzip")

    def on_html(self) -> None:
        self.answer(200, f"<html><body>Fatal error for {SECRET}</body></html>".encode(), Content_Type="text/html")

    def on_wrongjson(self) -> None:
        self.answer(200, f'{{"email": "{SECRET}", '.encode())

    def on_nan(self) -> None:
        self.answer(200, b'{"balance": NaN}')

    def on_deep(self) -> None:
        self.answer(200, b"[" * 200_000)

    def on_away(self) -> None:
        self.answer(302, b"", Location=f"{self.server.elsewhere}fine")

    def on_samehost(self) -> None:
        self.answer(302, b"", Location="/fine")

    def on_loop(self) -> None:
        self.answer(302, b"", Location="/loop")

    def on_busyonce(self) -> None:
        if self.before(1):
            self.answer(429, SECRET.encode(), Retry_After="7")
        else:
            self.answer(200, {"ok": True})

    def on_busyforlong(self) -> None:
        self.answer(429, b"", Retry_After="86400")

    def on_gateway(self) -> None:
        self.answer(503, SECRET.encode()) if self.before(2) else self.answer(200, {"ok": True})

    def on_broken(self) -> None:
        self.answer(500, f"PDOException: {SECRET}".encode())

    def on_forbidden(self) -> None:
        self.answer(403, f"no access to {SECRET}".encode())

    def on_gone(self) -> None:
        self.answer(410, b"")

    def on_status(self) -> None:
        self.answer(int(self.path.partition("?")[0].split("/")[2]), SECRET.encode())

    def on_login(self) -> None:
        self.server.tokens += 1
        self.answer(200, [{"session": f"token-{self.server.tokens}"}])

    def on_loginwrong(self) -> None:
        self.answer(200, [{"message": SECRET}])

    def on_session(self) -> None:
        """Good until the first token has been used twice."""
        wanted = "Bearer token-1" if self.before(2) else "Bearer token-2"
        self.answer(200, {"ok": True}) if self.headers["Authorization"] == wanted else self.answer(401, b"")


@contextmanager
def running() -> Iterator[Nasty]:
    """The server, until the block ends."""
    server = Nasty()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def client(server: Nasty, waits: list[float] | None = None, **more: Any) -> HttpClient:
    """A client with short limits; its waiting is only written down."""
    limits = more.pop("limits", LIMITS)
    reach = more.pop("reach", Reach(server.url, networks=LOOPBACK))
    return HttpClient(reach=reach, limits=limits, sleep=(waits if waits is not None else []).append, **more)
