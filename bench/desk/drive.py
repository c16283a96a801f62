"""The office at work: colleagues who open pages, think for a second, and open the next one.

Each starts at a moment of her own within the first second, drawn at random: neither all in the same millisecond, which no office does,
nor evenly spread, which would keep them out of each other's way. Afterwards nothing holds them apart; who thinks exactly a second
meets whoever happens to be due. Waiting for a free thread of the server is part of a page's time.

A connection that the server closed while its colleague thought is opened again once, as a browser does, within the time of the page.
Any other failure, and a second one of the same page, is a page that did not open: it is counted, and one of them fails the run.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

THINK: Final = 1.0
FAILED: Final = 0
"""Stands for the status where no answer came."""
TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Measured:
    """Seconds from the request leaving to the last byte, by the kind of page; waiting for a free server counts."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, taken: float, status: int) -> None:
        """One answer."""
        with self.lock:
            self.seconds[kind].append(taken)
            if status != 200:
                self.refused.append(f"{kind}: {status}")

    def percentile(self, kind: str, share: float = 0.95) -> float:
        """The time that `share` of the pages of this kind needed at most, in milliseconds."""
        found = sorted(self.seconds[kind])
        return found[min(len(found) - 1, int(share * len(found)))] * 1000 if found else float("inf")


@dataclass
class Colleague:
    """One client with a session of its own and a connection that stays open."""

    port: int
    session: str
    measured: Measured
    csrf: str = ""
    connection: http.client.HTTPConnection | None = None

    def get(self, kind: str, address: str) -> str:
        """Open a page; its body."""
        return self._ask(kind, "GET", address, None)

    def search(self, words: str) -> str:
        """Type into the search field: the words travel in the body, the answer is an address that holds them sealed."""
        body = urlencode({"q": words, "csrfmiddlewaretoken": self.csrf})
        return self._ask("search", "POST", "/desk/find/", body)

    def _ask(self, kind: str, method: str, address: str, body: str | None) -> str:
        started = time.perf_counter()
        try:
            status, text = self._followed(method, address, body)
        except (OSError, http.client.HTTPException):  # without this her thread would end, and the others have it easier
            self._hang_up()
            status, text = FAILED, ""
        self.measured.note(kind, time.perf_counter() - started, status)
        found = TOKEN.search(text)
        self.csrf = found.group(1) if found else self.csrf
        return text

    def _followed(self, method: str, address: str, body: str | None) -> tuple[int, str]:
        """The status and the body behind at most three redirects, which belong to the time of their page."""
        status, text = self._once(method, address, body)
        for _ in range(3):
            if status not in {301, 302, 303}:
                break
            if text.startswith("/desk/account/"):  # signed out: the sign-in page opens fast and shows no case
                return status, ""
            status, text = self._once("GET", text, None)
        return status, text

    def _hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def _once(self, method: str, address: str, body: str | None) -> tuple[int, str]:
        kept = self.connection is not None
        self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": f"{self.session}; csrftoken={'x' * 32}", "Host": "testserver"}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": "http://testserver/desk/"}
        try:
            self.connection.request(method, address, body, headers)
            answer = self.connection.getresponse()
        except ConnectionError:  # closed by the server while she thought: a browser opens another one, too
            if not kept:
                raise
            self.connection.close()
            self.connection.request(method, address, body, headers)
            answer = self.connection.getresponse()
        text = answer.read().decode()
        if 300 <= answer.status < 400:
            to = urlsplit(answer.headers["Location"])
            return answer.status, f"{to.path}?{to.query}" if to.query else to.path
        return answer.status, text


def work(
    *, port: int, sessions: Sequence[str], pages: Mapping[str, Sequence[str]], words: Sequence[str], seconds: float
) -> Measured:
    """Let each session work for `seconds`: a page of any kind at random, or a search, then a second of thought."""
    measured = Measured()
    until = time.monotonic() + seconds

    def one(number: int, session: str) -> None:
        chance = random.Random(number)
        me = Colleague(port, session, measured)
        time.sleep(chance.random() * THINK)
        me.get("queue", "/desk/")
        while time.monotonic() < until:
            kind = chance.choice([*pages, "search"])
            if kind == "search":
                me.search(chance.choice(list(words)))
            else:
                me.get(kind, chance.choice(list(pages[kind])))
            time.sleep(THINK)

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return measured
