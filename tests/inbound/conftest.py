"""A mailbox on loopback, and running what it brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from dsr.fulfil import inbound
from dsr.models import InboundMail
from tests.factories import make_controller
from tests.inbound.imap_server import ImapServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def server(settings: Any, db: None, tmp_path: Any) -> Iterator[ImapServer]:
    """The mailbox of northwave, which is configured to be read."""
    with ImapServer() as running:
        settings.DSR_INBOX = {"northwave": running.config()}
        yield running


@pytest.fixture
def poll(server: ImapServer) -> Callable[[], list[InboundMail]]:
    """Look into the mailbox and make something of everything, as the jobs do; all mails, in the order of the folder."""

    def run() -> list[InboundMail]:
        inbound.fetch(controller=make_controller(), now=timezone.now())
        for pk in inbound.due(now=timezone.now(), limit=100):
            inbound.take(mail_id=pk, now=timezone.now())
        return list(InboundMail.objects.select_related("request", "message").order_by("uid_validity", "uid"))

    return run


def mail(
    text: str = "Please send me everything you know about me.",
    *,
    sender: str = "Anna Example <anna@example.com>",
    subject: str = "My data",
    **headers: str,
) -> bytes:
    """A plain mail; further headers with underscores for hyphens."""
    lines = {
        "From": sender,
        "To": "privacy@northwave.example.com",
        "Subject": subject,
        "Date": "Mon, 15 Jun 2026 10:00:00 +0200",
        "Content-Type": "text/plain; charset=utf-8",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return ("".join(f"{name}: {value}\n" for name, value in lines.items()) + "\n" + text + "\n").encode()
