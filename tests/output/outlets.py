"""Where tests write packages to."""

from __future__ import annotations

import io


class OneWay:
    """Takes bytes and cannot seek, tell or read, as the vault's writer."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes, /) -> int:
        self.data += data
        return len(data)

    def flush(self) -> None:
        pass

    def file(self) -> io.BytesIO:
        return io.BytesIO(bytes(self.data))
