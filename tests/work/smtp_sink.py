"""A real SMTP server on loopback that counts what it takes and answers what a test tells it to."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    from collections.abc import Iterator


def free_port() -> int:
    """A port of loopback that nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Sink:
    """`taken` holds every message the server said 250 to, or would have; the answers below come instead of 250."""

    port: int = field(default_factory=free_port)
    taken: list[Any] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    mail: str = ""
    rcpt: str = ""
    data: str = ""
    hang_up_after_data: bool = False
    slow_good_bye: bool = False
    kill: int = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """MAIL FROM."""
        envelope.mail_from = address
        return self.mail or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """RCPT TO."""
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """The message itself."""
        if self.data:
            return self.data
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        if self.kill:
            os.kill(self.kill, signal.SIGKILL)
            self.kill = 0
        if self.hang_up_after_data:
            self.hang_up_after_data = False
            server.transport.abort()
        return "250 OK: taken"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        """Good-bye."""
        if self.slow_good_bye:
            await asyncio.sleep(3)
        return "221 Bye"

    def ids(self) -> list[str]:
        """The Message-IDs of everything taken, in order."""
        return [str(one["Message-ID"]) for one in self.taken]

    @contextmanager
    def up(self) -> Iterator[None]:
        """The server listens; before and after, connections are refused."""
        server = Controller(self, hostname="127.0.0.1", port=self.port, server_hostname="sink.example.com")
        server.start()
        try:
            yield
        finally:
            server.stop()
