"""A clamd on loopback that speaks INSTREAM, as nasty as a real one can be: slow, closing early, limits, odd answers."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any, Self

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd:
    """Answers connections one after the other in the given manner; `got` is what was streamed last."""

    def __init__(self, manner: str = "honest", *, path: str = "") -> None:
        self.manner, self.got, self.asked = manner, b"", 0
        if path:
            self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._server.bind(path)
            self._server.listen()
            self.address = path
        else:
            self._server = socket.create_server(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self._server.accept()
            except OSError:
                return
            self.asked += 1
            with connection, contextlib.suppress(OSError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        if self.manner == "hangs_up":
            return
        if self.manner == "silent":
            time.sleep(2)
            return
        assert self._read(connection, 10) == b"zINSTREAM\0"
        if self.manner == "size_limit":
            self._read(connection, 4)
            connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
        self.got = b"".join(self._chunks(connection))
        if self.manner == "drips":
            for _second in range(20):
                connection.sendall(b".")
                time.sleep(0.1)
            return
        connection.sendall(self._words())

    def _words(self) -> bytes:
        odd = {
            "unknown": b"stream: what?\0",
            "no_end": b"stream: OK",
            "endless": b"x" * 100_000,
            "found_and_cut": b"stream: Eicar FOU",
            "error": b"stream: Can't allocate memory ERROR\0",
        }
        if self.manner in odd:
            return odd[self.manner]
        return b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in self.got else b"stream: OK\0"

    def _chunks(self, connection: socket.socket) -> Any:
        while size := int.from_bytes(self._read(connection, 4), "big"):
            yield self._read(connection, size)

    @staticmethod
    def _read(connection: socket.socket, size: int) -> bytes:
        found = b""
        while len(found) < size:
            more = connection.recv(size - len(found))
            if not more:
                raise ConnectionResetError
            found += more
        return found
