"""A receiver for `system: webhook` (docs/stores/webhook.md), to copy and adapt: only the standard library, no framework.

`answer` takes body and DSR-Signature header of a POST and gives status, body and DSR-Signature header of the reply.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

READS = ("find", "search", "check")
MOST_SECONDS = 300
"""How old a request may be, and how far two clocks may differ."""
KEEP_READ = 3600
"""Seconds the answer to a question is kept."""


class Receiver:
    """`work`: does what a request asks and returns the fields of the reply; `start`: runs a job, now or on a thread or queue of yours."""

    def __init__(self, secret: bytes, work: Callable[[dict[str, Any]], dict[str, Any]], start: Any = None) -> None:
        self.secret, self.work, self.start = secret, work, start or (lambda job: job())
        self.jobs: dict[str, dict[str, Any]] = {}  # in a table of yours, where a restart must not lose them

    def answer(self, body: bytes, header: str) -> tuple[int, bytes, str]:
        parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
        stamp = parts.get("t", "")
        message = f"dsr-webhook/1 request\n{stamp}\n{hashlib.sha256(body).hexdigest()}"
        fresh = stamp.isdigit() and abs(time.time() - int(stamp) / 1_000_000) < MOST_SECONDS
        if not fresh or not hmac.compare_digest(self._signed(message), parts.get("v1", "")):
            return 401, b"", ""
        asked = json.loads(body)
        said = {"call": asked["call"], "id": asked["id"], **self._said(asked)}
        status = 202 if said["state"] == "running" else 200
        reply = json.dumps(said).encode()
        message = f"dsr-webhook/1 reply\n{status}\n{hashlib.sha256(reply).hexdigest()}"
        return status, reply, "v1=" + self._signed(message)

    def _signed(self, message: str) -> str:
        return hmac.new(self.secret, message.encode(), "sha256").hexdigest()

    def _said(self, asked: dict[str, Any]) -> dict[str, Any]:
        job = self.jobs.get(asked["id"])
        if job and job["read"] and time.time() - job["at"] > KEEP_READ:
            job = None
        if asked["verb"] == "status":
            return dict(job["said"]) if job else {"state": "failed"}
        if job is None or job["said"]["state"] not in {"running", "done"}:
            job = {"read": asked["verb"] in READS, "at": time.time(), "said": {"state": "running"}}
            self._forget(job)
            self.jobs[asked["id"]] = job
            self.start(lambda: self._run(job, asked))
            if job["read"] and job["said"]["state"] != "running":
                self.jobs.pop(asked["id"], None)  # answered at once: nothing to come back for, and nothing to go stale
        return dict(job["said"])

    def _run(self, job: dict[str, Any], asked: dict[str, Any]) -> None:
        try:
            said = {"state": "done", **self.work(asked)}
        except Exception:  # noqa: BLE001 - whatever went wrong, the caller is told that it did
            said = {"state": "failed"}  # and a line in your log that names nobody
        self._forget(job)  # once more: what was read while this was written may be half old
        job["said"], job["at"] = said, time.time()

    def _forget(self, job: dict[str, Any]) -> None:
        """A change makes every answer read before it old."""
        if not job["read"]:
            self.jobs = {number: one for number, one in self.jobs.items() if not one["read"]}
