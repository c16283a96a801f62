"""A receiving controller's SFTP server inside the test: real protocol, real files, and the troubles such servers have."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_FAILURE, SFTP_OK

from exporters.files.sftp import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD = "a word for tests"


@dataclass
class Behaviour:
    """What goes wrong, as long as it is set. `room`: bytes a file may have; `flip`: the first byte is stored wrong."""

    room: int | None = None
    flip: bool = False
    cut_after: int | None = None
    cut_at_rename: bool = False
    renames: list[str] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)


class Door(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        return AUTH_SUCCESSFUL if (username, password) == ("northwave", WORD) else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


class Handle(paramiko.SFTPHandle):
    behaviour: Behaviour
    transport: paramiko.Transport

    def stat(self) -> Any:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))  # type: ignore[attr-defined]

    def write(self, offset: int, data: Any) -> int:
        end = offset + len(data)
        if self.behaviour.cut_after is not None and end > self.behaviour.cut_after:
            self.transport.close()
            return SFTP_FAILURE
        if self.behaviour.room is not None and end > self.behaviour.room:
            return paramiko.SFTPServer.convert_errno(errno.ENOSPC)
        if self.behaviour.flip and offset == 0:
            data = bytes([data[0] ^ 1]) + data[1:]
        return super().write(offset, data)


class Files(paramiko.SFTPServerInterface):
    root: str
    behaviour: Behaviour

    def __init__(self, server: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(server, *args, **kwargs)
        self.server = server

    def _at(self, path: str) -> str:
        return self.root + self.canonicalize(path)

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(Path(self._at(path)).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        writing = bool(flags & (os.O_WRONLY | os.O_RDWR))
        try:
            if writing:
                self.behaviour.uploads.append(Path(path).name)
            file = open(self._at(path), "w+b" if writing else "rb")  # noqa: PTH123, SIM115
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        handle = Handle(flags)
        handle.behaviour, handle.transport = self.behaviour, self.server.transport
        handle.readfile = file  # type: ignore[attr-defined]
        handle.writefile = file  # type: ignore[attr-defined]
        return handle

    def remove(self, path: str) -> int:
        Path(self._at(path)).unlink(missing_ok=True)
        return SFTP_OK

    def rename(self, oldpath: str, newpath: str) -> int:
        if Path(self._at(newpath)).exists():
            return SFTP_FAILURE
        self.behaviour.renames.append(Path(newpath).name)
        os.rename(self._at(oldpath), self._at(newpath))  # noqa: PTH104
        if self.behaviour.cut_at_rename:
            self.behaviour.cut_at_rename = False
            self.server.transport.close()
        return SFTP_OK


@dataclass
class Server:
    """A running server: where it listens, the fingerprint of its key, its folder, its behaviour."""

    port: int
    host_key: str
    inbox: Path
    behaviour: Behaviour

    def files(self) -> dict[str, bytes]:
        """Everything in the inbox, hidden files too."""
        return {one.name: one.read_bytes() for one in self.inbox.iterdir()}


@contextlib.contextmanager
def running(root: Path) -> Iterator[Server]:
    """Serve `root`/in on a free port of the loopback address."""
    key = paramiko.ECDSAKey.generate()
    listener = socket.create_server(("127.0.0.1", 0))
    inbox = root / "in"
    inbox.mkdir(parents=True)
    behaviour, transports = Behaviour(), list[paramiko.Transport]()

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            handler = type("Rooted", (Files,), {"root": str(root), "behaviour": behaviour})
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, handler)
            transports.append(transport)
            door = Door()
            door.transport = transport  # type: ignore[attr-defined]
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=door)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield Server(listener.getsockname()[1], fingerprint(key.asbytes()), inbox, behaviour)
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for transport in transports:
        transport.close()
    thread.join(5)
