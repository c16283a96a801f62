"""Deliveries over SFTP from a server inside the test: pinned key, whole deliveries, each once."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import paramiko
import pytest
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from exporters.contract import Permanent, Temporary
from exporters.document import ConfigError
from exporters.files.sftp import fingerprint
from tests.exporters.files import folder as made

if TYPE_CHECKING:
    from collections.abc import Iterator


class Door(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        return AUTH_SUCCESSFUL if (username, password) == ("desk", "wörd") else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


class Files(paramiko.SFTPServerInterface):
    root = ""

    def _at(self, path: str) -> str:
        return self.root + self.canonicalize(path)

    def list_folder(self, path: str) -> Any:
        return [
            paramiko.SFTPAttributes.from_stat(one.stat(), filename=one.name) for one in Path(self._at(path)).iterdir()
        ]

    def stat(self, path: str) -> Any:
        return paramiko.SFTPAttributes.from_stat(Path(self._at(path)).stat())

    def open(self, path: str, flags: int, attr: Any) -> Any:
        handle = paramiko.SFTPHandle(flags)
        handle.readfile = open(self._at(path), "rb")  # type: ignore[attr-defined]  # noqa: PTH123, SIM115
        return handle


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, str]]:
    key = paramiko.ECDSAKey.generate()
    listener = socket.create_server(("127.0.0.1", 0))
    root = tmp_path / "server"
    (root / "out").mkdir(parents=True)
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            handler = type("Rooted", (Files,), {"root": str(root)})
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, handler)
            transports.append(transport)
            try:
                transport.start_server(server=Door())
            except (paramiko.SSHException, EOFError, OSError):  # a client may hang up at any time
                continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1], fingerprint(key.asbytes())
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for transport in transports:
        transport.close()
    thread.join(5)


def store(tmp_path: Path, port: int, pinned: str, word: str = "wörd") -> Any:
    (tmp_path / "word").write_text(word, encoding="utf-8")
    where = f"host: 127.0.0.1, port: {port}, user: desk, path: /out, password: 'file:word', host_key: '{pinned}'"
    return made.drop(tmp_path, sftp=f"{{{where}}}")


def test_whole_deliveries_each_once(tmp_path: Path, server: tuple[int, str]) -> None:
    out = tmp_path / "server" / "out"
    made.deliver(out, "tonight")
    half = made.deliver(out, "half")
    (half / "manifest.json").unlink()
    own = store(tmp_path, *server)
    assert own.fetch() == 1
    assert own.fetch() == 0
    assert own.locate(made.MIA).keys[0].values == ("7",)
    assert [problem for problem in own.check() if problem.severity.value == "error"] == []


def test_another_host_key_is_refused_before_the_password_leaves(tmp_path: Path, server: tuple[int, str]) -> None:
    with pytest.raises(Permanent) as raised:
        store(tmp_path, server[0], "SHA256:" + "A" * 43).fetch()
    assert (raised.value.code, raised.value.place) == ("host_key", "old")


def test_a_wrong_password_and_a_dead_server(tmp_path: Path, server: tuple[int, str]) -> None:
    with pytest.raises(Permanent) as raised:
        store(tmp_path, *server, word="wrong").fetch()
    assert raised.value.code == "access_denied"
    with pytest.raises(Temporary):
        store(tmp_path, 9, server[1]).fetch()


def test_without_a_pinned_key_there_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="SHA256"):
        store(tmp_path, 22, "trust me")
