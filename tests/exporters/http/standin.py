"""A stand-in for a customer system behind REST, with the manners of real ones: nested e-mail, mixed id types, list
wrappings, HTTP 200 for errors, lying totals, an ignored filter, pages that repeat rows, an optimistic lock, sessions.
"""

from __future__ import annotations

import copy
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from exporters.contract import Identifier, IdentifierKind, Subject
from exporters.registry import load_stores, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exporters.http.store import RestStore

HERE = __file__.rpartition("/")[0]
ANNA = Subject("anna", (Identifier(IdentifierKind.EMAIL, "anna@example.com"),))
OTHER_ANNA = Subject("other anna", (Identifier(IdentifierKind.EMAIL, "anna@example.net"),))


def start_rows() -> dict[str, dict[str, dict[str, Any]]]:
    clients: list[dict[str, Any]] = [
        {"id": 7, "contact": {"email": "Anna@example.com"}, "name": "Anna O&#039;Neill", "status": "active"},
        {"id": "8", "contact": {"email": "anna@example.net"}, "name": "Anna O&#039;Neill", "status": "active"},
        {"id": 9, "contact": {"email": "joanna@example.com"}, "name": "Jo", "status": "active"},
    ]
    tickets: list[dict[str, Any]] = [
        {"id": n, "client_id": owner, "author": author, "text": f"ticket {n} &amp; more", "answered": "0000-00-00"}
        for n, owner, author in (
            (1, 7, "anna@example.com"),
            (2, "7", ""),
            (3, 0, "ANNA@example.com"),
            (4, 8, "anna@example.net"),
            (5, 9, "joanna@example.com"),
            (6, "7", "anna@example.com"),
            (7, 7, "anna@example.com"),
        )
    ]
    invoices: list[dict[str, Any]] = [
        {"number": "R-1", "client_id": 7, "issued_on": "2025-03-01", "address": "1 Test Street", "remark": "call Anna"},
        {"number": "R-2", "client_id": 7, "issued_on": "2001-03-01", "address": "1 Test Street", "remark": ""},
        {"number": "R-3", "client_id": 8, "issued_on": "2025-03-01", "address": "2 Test Street", "remark": ""},
    ]
    contacts: list[dict[str, Any]] = [
        {"id": 1, "client_id": 7, "phone": "+447700900101"},
        {"id": 2, "client_id": 7, "phone": "+447700900102"},
    ]
    return {
        "clients": {str(one["id"]): {**one, "generation": 1} for one in clients},
        "tickets": {str(one["id"]): one for one in tickets},
        "invoices": {one["number"]: one for one in invoices},
        "contacts": {str(one["id"]): one for one in contacts},
    }


class Standin(ThreadingHTTPServer):
    """The rows, the calls, and hooks that break it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Api)
        self.rows = start_rows()
        self.sessions: set[str] = set()
        self.writes: list[tuple[str, str]] = []
        self.before_write: Callable[[Api], bool] = lambda _: True
        """Called before a write happens; False: the connection ends and nothing was done."""
        self.after_write: Callable[[Api], bool] = lambda _: True
        """Called when a write has happened; False: the connection ends without an answer."""
        self.strict_pages = False
        """Whether a page beyond the last one is a 404, as frameworks have it."""
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/api/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken pipes are the point."""

    def sums(self) -> dict[str, dict[str, str]]:
        return {name: {key: json.dumps(row) for key, row in rows.items()} for name, rows in self.rows.items()}


class Api(BaseHTTPRequestHandler):
    server: Standin
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: otherwise each answer waits 40 ms for an acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("content-length") or 0))
        url = urlsplit(self.path)
        path = [unquote(part) for part in url.path.removeprefix("/api/").split("/")]
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        with self.server.lock:
            if path == ["login"]:
                self.login()
            elif self.headers["Authorization"] not in self.server.sessions:
                self.say({}, status=401)
            elif self.command == "GET":
                self.read(path, query)
            else:
                self.change(path)

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the library's names

    def login(self) -> None:
        if json.loads(self.body) != {"user": "api", "password": "pässword"}:
            self.say({}, status=401)
            return
        token = f"s{len(self.server.sessions)}"
        self.server.sessions.add(f"Bearer {token}")
        self.say({"session": token, "result": "success"})

    def say(self, body: Any, *, status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def fail(self, message: str) -> None:
        self.say({"result": "error", "message": message})

    def cut(self) -> None:
        self.close_connection = True

    def read(self, path: list[str], query: dict[str, str]) -> None:
        rows = self.server.rows
        match path:
            case ["clients"]:
                # Prefix search, as billing systems have it.
                text = query.get("search", "").lower()
                found = [one for one in rows["clients"].values() if one["contact"]["email"].lower().startswith(text)]
                self.page("clients.client", found, query)
            case ["tickets"]:
                # A filter it does not know is ignored: everybody's tickets come back.
                found = list(rows["tickets"].values())
                if "client_id" in query:
                    found = [one for one in found if str(one["client_id"]) == query["client_id"]]
                self.page("tickets", [{"id": one["id"], "client_id": one["client_id"]} for one in found], query)
            case ["clients", key, "invoices"]:
                found = [one for one in rows["invoices"].values() if str(one["client_id"]) == key]
                bare = [{name: value for name, value in one.items() if name != "client_id"} for one in found]
                self.say({"result": "success", "invoices": {str(n): one for n, one in enumerate(bare)}})
            case ["clients", key, "contacts"]:
                found = [one for one in rows["contacts"].values() if str(one["client_id"]) == key]
                start = int(query["from"])
                self.say({"result": "success", "contacts": found[start : start + int(query["count"])]})
            case [kind, key] if key in rows.get(kind, {}):
                self.say({"result": "success", kind.removesuffix("s"): rows[kind][key]})
            case ["tickets", _]:
                self.say({}, status=404)
            case _:
                self.fail("Client Not Found")

    def page(self, at: str, found: list[Any], query: dict[str, str]) -> None:
        page, size = int(query.get("page", 1)), int(query.get("per_page", 3))
        if self.server.strict_pages and page > 1 and (page - 1) * size >= len(found):
            self.say({"detail": "Invalid page."}, status=404)
            return
        # The last row of a page comes again on the next one, and the total is too small.
        start = max(0, (page - 1) * size - 1) if page > 1 else 0
        part = found[start : page * size] if (page - 1) * size < len(found) else []
        body = {"clients": {"client": part} if part else ""} if at == "clients.client" else {at: part}
        self.say({**body, "result": "success", "total": str(max(0, len(found) - 2))})

    def change(self, path: list[str]) -> None:
        if not self.server.before_write(self):
            self.cut()
            return
        rows = self.server.rows
        match (self.command, path):
            case ("DELETE", [kind, key]):
                if rows[kind].pop(key, None) is None:
                    self.fail("Client Not Found")
                    return
                self.server.writes.append(("DELETE", f"{kind}/{key}"))
            case ("PATCH", ["clients", key]):
                sent, row = json.loads(self.body), rows["clients"][key]
                if sent.pop("generation") != row["generation"]:
                    self.say({}, status=409)
                    return
                row["contact"].update(sent.pop("contact", {}))
                row.update(sent)
                row["generation"] += 1
                self.server.writes.append(("PATCH", f"clients/{key}"))
            case ("POST", ["invoices"]):
                form = {
                    name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()
                }
                assert form.pop("action") == "update"
                rows["invoices"][form.pop("number")].update(form)
                self.server.writes.append(("POST", "invoices"))
        if self.server.after_write(self):
            self.say({"result": "success"})
        else:
            self.cut()


@contextmanager
def running() -> Iterator[Standin]:
    server = Standin()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def reset(server: Standin) -> None:
    server.rows = copy.deepcopy(start_rows())
    server.writes.clear()
    server.before_write = server.after_write = lambda _: True
    server.strict_pages = False


def configuration(folder: Path, at: str, **more: str) -> Path:
    """A store file for the stand-in."""
    options = {
        "map": f"{HERE}/crm.yaml",
        "profile": f"{HERE}/crm_rest.yaml",
        "url": at,
        "networks": "127.0.0.0/8",
        "user": "api",
        "password": "file:password",
        "rate": "0",
        "retries": "0",
        **more,
    }
    lines = "".join(f"    {name}: {value}\n" for name, value in options.items() if value)
    head = "stores:\n  crm:\n    controller: northwave\n    system: rest\n    label: {en: CRM}\n    owner: Sales\n"
    (folder / "password").write_text("pässword\n", encoding="utf-8")
    path = folder / "stores.yaml"
    path.write_text(head + lines, encoding="utf-8")
    return path


def store(folder: Path, at: str, **more: str) -> RestStore:
    """The stand-in, opened."""
    return open_store(load_stores(configuration(folder, at, **more))["crm"])  # type: ignore[no-any-return]
