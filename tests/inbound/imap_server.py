"""A small strict IMAP4rev1 server on loopback: one account, one folder, the commands the product sends, BAD for anything else.

It counts what it was asked and keeps flags as a server does, so that a test can say what was marked as read, and when.
"""

from __future__ import annotations

import re
import socketserver
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

USER, SECRET = "privacy@northwave.example.com", "inbox secret"


@dataclass
class Stored:
    """A mail in the folder."""

    uid: int
    raw: bytes
    at: datetime
    flags: set[str] = field(default_factory=set)


class ImapServer(socketserver.ThreadingTCPServer):
    """Runs in a thread from `with` to the end of it; `add` delivers a mail."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list[Stored] = []
        self.uid_validity, self.next_uid, self.folder = 7, 1, "INBOX"
        self.fetched: list[int] = []
        self.lines: list[str] = []
        self.before_store: Callable[[], None] = lambda: None
        self.guard = threading.Lock()

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.shutdown()
        self.server_close()

    def add(self, raw: bytes, *, at: datetime | None = None, seen: bool = False) -> Stored:
        """Deliver a mail, as it came over the wire."""
        raw = re.sub(rb"\r?\n", b"\r\n", raw)
        mail = Stored(self.next_uid, raw, at or datetime.now(UTC).replace(microsecond=0))
        if seen:
            mail.flags.add("\\Seen")
        self.next_uid += 1
        self.mails.append(mail)
        return mail

    def unread(self) -> list[int]:
        """Numbers of what nobody has read."""
        return [one.uid for one in self.mails if "\\Seen" not in one.flags]

    def config(self, **fields: Any) -> dict[str, Any]:
        """What DSR_INBOX says about this server."""
        host, port = self.server_address[0], self.server_address[1]
        return {"host": host, "port": port, "user": USER, "secret": SECRET, "tls": "none", "timeout": 5, **fields}


class _Session(socketserver.StreamRequestHandler):
    server: ImapServer
    state = "greeting"

    def handle(self) -> None:
        self._say("* OK ready")
        while line := self.rfile.readline():
            text = line.decode().rstrip("\r\n")
            tag, _, rest = text.partition(" ")
            command, _, args = rest.partition(" ")
            if command.upper() == "UID":
                command, _, args = args.partition(" ")
                command = f"UID {command}"
            with self.server.guard:
                self.server.lines.append(rest)
            handler = getattr(self, f"do_{command.replace(' ', '_').lower()}", None)
            if handler is None:
                self._say(f"{tag} BAD unknown command")
            elif command.upper() not in {"CAPABILITY", "LOGIN", "LOGOUT"} and self.state == "greeting":
                self._say(f"{tag} NO sign in first")
            elif not handler(tag, args):
                return

    def _say(self, text: str, literal: bytes | None = None, end: str = "") -> None:
        out = text.encode()
        if literal is not None:
            out += b" {%d}\r\n" % len(literal) + literal + end.encode()
        self.wfile.write(out + b"\r\n")

    def do_capability(self, tag: str, _args: str) -> bool:
        self._say("* CAPABILITY IMAP4rev1")
        self._say(f"{tag} OK done")
        return True

    def do_login(self, tag: str, args: str) -> bool:
        words = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', args)
        if [quoted or plain for quoted, plain in words] == [USER, SECRET]:
            self.state = "in"
            self._say(f"{tag} OK done")
        else:
            self._say(f"{tag} NO [AUTHENTICATIONFAILED] no")
        return True

    def do_select(self, tag: str, args: str) -> bool:
        if args.strip('"') != self.server.folder:
            self._say(f"{tag} NO no such folder")
            return True
        self.state = "selected"
        self._say(f"* {len(self.server.mails)} EXISTS")
        self._say("* FLAGS (\\Seen)")
        self._say(f"* OK [UIDVALIDITY {self.server.uid_validity}] ok")
        self._say(f"{tag} OK [READ-WRITE]")
        return True

    def do_uid_search(self, tag: str, args: str) -> bool:
        if args == "UNSEEN":
            found = self.server.unread()
        elif told := re.fullmatch(r"UID (\d+):\*", args):
            uids = [one.uid for one in self.server.mails]
            found = [uid for uid in uids if uid >= int(told[1])] or uids[-1:]
        else:
            self._say(f"{tag} BAD search")
            return True
        self._say("* SEARCH " + " ".join(map(str, found)))
        self._say(f"{tag} OK done")
        return True

    def do_uid_fetch(self, tag: str, args: str) -> bool:
        numbers, _, asked = args.partition(" ")
        for number in numbers.split(","):
            for index, mail in enumerate(self.server.mails, 1):
                if mail.uid == int(number):
                    self._fetch(index, mail, asked.strip("()"))
        self._say(f"{tag} OK done")
        return True

    def _fetch(self, index: int, mail: Stored, asked: str) -> None:
        if asked == "RFC822.SIZE INTERNALDATE":
            at = mail.at.strftime('"%d-%b-%Y %H:%M:%S +0000"')
            self._say(f"* {index} FETCH (UID {mail.uid} RFC822.SIZE {len(mail.raw)} INTERNALDATE {at})")
            return
        part = re.fullmatch(r"BODY\.PEEK\[\](?:<0\.(\d+)>)?", asked)
        if part is None:  # anything else would mark it as read, or is not what the product says it asks
            raise ValueError(asked)
        content = mail.raw[: int(part[1])] if part[1] else mail.raw
        self.server.fetched.append(mail.uid)
        self._say(f"* {index} FETCH (UID {mail.uid} BODY[]{'<0>' if part[1] else ''}", content, ")")

    def do_uid_store(self, tag: str, args: str) -> bool:
        told = re.fullmatch(r"(\d+) \+FLAGS(?:\.SILENT)? \((\\Seen)\)", args)
        if told is None:
            self._say(f"{tag} BAD store")
            return True
        self.server.before_store()
        for mail in self.server.mails:
            if mail.uid == int(told[1]):
                mail.flags.add("\\Seen")
        self._say(f"{tag} OK done")
        return True

    def do_logout(self, tag: str, _args: str) -> bool:
        self._say("* BYE bye")
        self._say(f"{tag} OK done")
        return False
