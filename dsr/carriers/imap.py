"""A mailbox of the privacy office over IMAP: which one is configuration (docs/inbound.md), what lies in it is read here.

Nothing is marked as read before the caller says that it is kept, and nothing is ever deleted. No error repeats what the
server said, because servers quote addresses and subjects.
"""

from __future__ import annotations

import logging
import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)
_KNOWN: Final = frozenset({"host", "port", "user", "secret", "folder", "tls", "received_by", "authserv", "timeout"})
_PORTS: Final = {"tls": 993, "starttls": 143, "none": 143}
_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
HEAD_BYTES: Final = 65536
"""Of a mail that is too large, no more than this is fetched: its headers."""
PER_RUN: Final = 50
"""Mails of one run; the next run goes on."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where mail for the privacy office lies. `tls` is `tls`, `starttls` or `none` (this machine only); `timeout` in seconds.

    `received_by` are the names under which our own mail servers write `Received` headers, `authserv` the name under which
    they write `Authentication-Results`; without them neither header is believed.
    """

    host: str
    user: str
    secret: str = field(repr=False)
    port: int = 993
    folder: str = "INBOX"
    tls: str = "tls"
    received_by: tuple[str, ...] = ()
    authserv: str = ""
    timeout: float = 20.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail in the folder: its number there, its size in bytes, and when the server got it (UTC; INTERNALDATE)."""

    uid: int
    size: int
    at: datetime


def mailbox(slug: str) -> Mailbox | None:
    """The mailbox of a controller; None when it has none. ImproperlyConfigured names what is odd."""
    given = settings.DSR_INBOX.get(slug)
    if given is None:
        return None
    if not isinstance(given, dict) or not all(isinstance(given.get(name), str) for name in ("host", "user", "secret")):
        raise ImproperlyConfigured(f"DSR_INBOX needs host, user and secret for {slug}")
    odd = sorted(set(given) - _KNOWN)
    if odd:
        raise ImproperlyConfigured(f"DSR_INBOX does not know {', '.join(odd)}")
    tls = str(given.get("tls", "tls"))
    if tls not in _PORTS:
        raise ImproperlyConfigured("tls in DSR_INBOX must be tls, starttls or none")
    if tls == "none" and given["host"] not in _THIS_MACHINE:
        raise ImproperlyConfigured("tls may be none in DSR_INBOX for a server on this machine only")
    hosts = given.get("received_by", [])
    if not isinstance(hosts, list) or not all(isinstance(one, str) for one in hosts):
        raise ImproperlyConfigured("received_by in DSR_INBOX must be a list of host names")
    return Mailbox(
        host=given["host"],
        user=given["user"],
        secret=given["secret"],
        port=int(given.get("port", _PORTS[tls])),
        folder=str(given.get("folder", "INBOX")),
        tls=tls,
        received_by=tuple(one.lower() for one in hosts),
        authserv=str(given.get("authserv", "")).lower(),
        timeout=float(given.get("timeout", 20)),
    )


class Folder:
    """The open folder of a mailbox."""

    def __init__(self, client: IMAPClient, uid_validity: int) -> None:
        self._client, self.uid_validity = client, uid_validity

    def waiting(self, *, after: int) -> list[Waiting]:
        """Mails to look at, the oldest first, at most PER_RUN: what nobody has read, and, when `after` is not 0, whatever
        came behind that number although somebody opened it in another program.
        """
        uids = set(self._client.search(["UNSEEN"]))
        if after:
            # "n:*" names the last mail even when its number is below n.
            uids |= {uid for uid in self._client.search(["UID", f"{after + 1}:*"]) if uid > after}
        chosen = sorted(uids)[:PER_RUN]
        if not chosen:
            return []
        found = self._client.fetch(chosen, ["RFC822.SIZE", "INTERNALDATE"])
        return [Waiting(uid, int(found[uid][b"RFC822.SIZE"]), _utc(found[uid])) for uid in chosen if uid in found]

    def whole(self, uid: int) -> bytes | None:
        """The mail, byte for byte; None when it is gone. It stays unread."""
        return self._part(uid, "BODY.PEEK[]", b"BODY[]")

    def head(self, uid: int) -> bytes | None:
        """The first HEAD_BYTES bytes of the mail; None when it is gone."""
        return self._part(uid, f"BODY.PEEK[]<0.{HEAD_BYTES}>", b"BODY[]<0>")

    def done(self, uid: int) -> None:
        """Mark it as read: it is kept here now."""
        self._client.add_flags([uid], [rb"\Seen"], silent=True)

    def _part(self, uid: int, asked: str, key: bytes) -> bytes | None:
        found = self._client.fetch([uid], [asked]).get(uid, {})
        content = found.get(key)
        return content if isinstance(content, bytes) else None


def _utc(found: Any) -> datetime:
    at = found[b"INTERNALDATE"]
    return at.astimezone(UTC) if isinstance(at, datetime) and at.tzinfo else datetime.now(UTC)


@contextmanager
def opened(box: Mailbox) -> Iterator[Folder]:
    """Sign in and open the folder. Temporary when the server does not answer, Permanent when it refuses our account or has
    no such folder; both carry codes only.
    """
    try:
        client = _client(box)
    except ssl.SSLError:
        raise Permanent("inbox_certificate", place="inbox") from None
    except (OSError, IMAPClientError):
        raise Temporary("inbox_down", place="inbox") from None
    try:
        yield _folder(client, box)
    except LoginError:
        raise Permanent("inbox_refused", place="inbox") from None
    except (IMAPClientError, OSError) as error:
        log.info("the mailbox did not answer as expected (%s)", type(error).__name__)
        raise Temporary("inbox_down", place="inbox") from None
    finally:
        _close(client)


def _client(box: Mailbox) -> IMAPClient:
    context = ssl.create_default_context()
    client = IMAPClient(
        box.host,
        port=box.port,
        ssl=box.tls == "tls",
        ssl_context=context if box.tls == "tls" else None,
        timeout=SocketTimeout(connect=box.timeout, read=box.timeout),
    )
    client.normalise_times = False
    if box.tls == "starttls":
        client.starttls(context)
    return client


def _folder(client: IMAPClient, box: Mailbox) -> Folder:
    client.login(box.user, box.secret)
    try:
        said = client.select_folder(box.folder)
    except IMAPClientError:
        raise Permanent("inbox_folder", place="inbox") from None
    return Folder(client, int(said.get(b"UIDVALIDITY", 0)))


def _close(client: IMAPClient) -> None:
    try:
        client.logout()
    except (OSError, IMAPClientError) as error:
        log.info("the mailbox did not say good-bye (%s)", type(error).__name__)
