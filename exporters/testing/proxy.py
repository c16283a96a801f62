"""A go-between on loopback that passes bytes to a server until it is told to fall silent or to hang up."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Address: TypeAlias = "str | tuple[str, int]"
"""Path of a unix socket, or host and port."""
_CHUNK = 65_536


class Proxy:
    """Listens on 127.0.0.1 at `port`; one thread a direction, all of them gone after `close`."""

    def __init__(self, server: Address) -> None:
        """Nothing is contacted before a client comes."""
        self._server = server
        self._passing = threading.Event()
        self._passing.set()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._after: int | None = None
        self._silent_after: int | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def fall_silent(self) -> None:
        """Pass nothing on any more, in any connection, and take new ones without a word."""
        self._passing.clear()

    def fall_silent_after(self, sent: int) -> None:
        """Fall silent when the server has sent so many bytes more."""
        self._silent_after = sent

    def hang_up(self) -> None:
        """Break every connection, and every new one at once."""
        self._listener.close()
        with self._lock:
            broken, self._open = self._open, set()
        for one in broken:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def hang_up_after(self, sent: int) -> None:
        """Break everything when the server has sent so many bytes more."""
        self._after = sent

    def close(self) -> None:
        """End."""
        self.hang_up()
        self._passing.set()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed
            try:
                server = self._connect()
            except OSError:
                client.close()
                continue
            with self._lock:
                self._open |= {client, server}
            threading.Thread(target=self._pass, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self._server, tuple):
            return socket.create_connection(self._server)
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._server)
        return server

    def _pass(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                if counts and self._silent_after is not None:
                    self._silent_after -= len(data)
                    if self._silent_after < 0:
                        self.fall_silent()
                self._passing.wait()
                if counts and self._after is not None:
                    self._after -= len(data)
                    if self._after < 0:
                        self.hang_up()
                        return
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def proxied(server: Address) -> Iterator[Proxy]:
    """A go-between for the time of a test."""
    proxy = Proxy(server)
    try:
        yield proxy
    finally:
        proxy.close()
