"""Calls to a recipient that speaks OpenDSR, and one that answers nonsense: only the agreed answer counts (peers.md 4.1)."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from dsr.cases import recipient_notices
from dsr.cases.recipients import secret_allowed
from dsr.fulfil import recipient_calls
from dsr.law.rights import Right
from dsr.models import RecipientMail, RecipientNotice
from tests.recipients.telling import changed, recipient, send

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.django_db
KEY = "a shared secret of thirty-two bytes"


class Standin(ThreadingHTTPServer):
    """A recipient on a loopback port whose manners `mood` decides; `heard` is what it was sent, with its signature."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mood = "right"
        self.heard: list[tuple[bytes, str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1/requests"


class _Handler(BaseHTTPRequestHandler):
    server: Standin

    def log_message(self, *_args: Any) -> None:
        """Nothing on the terminal."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((body, self.headers[recipient_calls.SIGNATURE], self.headers["X-DSR-Timestamp"]))
        mood = self.server.mood
        if mood == "drip":
            self.wfile.write(b"HTTP/1.1 201 Created\r\nX-Slow: ")
            with contextlib.suppress(OSError):
                for _at in range(60):
                    self.wfile.write(b"a")
                    time.sleep(0.1)
            return
        if mood == "hang":
            time.sleep(1.2)
            return
        asked = json.loads(body)["subject_request_id"]
        right = {"controller_id": "northwave", "received_time": "2026-06-15T08:00:00Z", "subject_request_id": asked}
        status, answer = 201, json.dumps(right).encode()
        if mood == "html":
            answer = b"<html>Thank you for your call!</html>"
        elif mood == "other":
            answer = json.dumps(right | {"subject_request_id": "another"}).encode()
        elif mood == "list":
            answer = b"[" * 100_000
            answer = answer[:60_000]
        elif mood == "huge":
            answer = b" " * (recipient_calls.BYTES * 4) + answer
        elif mood in {"200", "302", "400", "503"}:
            status = int(mood)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if mood == "302":
            self.send_header("Location", self.server.url + "/elsewhere")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


@pytest.fixture
def standin(settings: Any, stores: Path) -> Iterator[Standin]:
    settings.DSR_RECIPIENT_NETWORKS = ["127.0.0.0/8"]
    (stores / "recipients").mkdir()
    (stores / "recipients" / "key").write_text(KEY, encoding="utf-8")
    server = Standin()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


def waiting(standin: Standin, right: Right = Right.ERASURE, **fields: Any) -> RecipientNotice:
    """A notice that is to be called out."""
    recipient(
        way="opendsr",
        endpoint=standin.url,
        secret="file:key",
        identifier="customer_number",
        datasets=("billing.customers",),
        nature="partner",
    )
    case = changed(right, **fields)
    recipient_notices.make(case_id=case.pk, now=timezone.now())
    found: RecipientNotice = RecipientNotice.objects.get()
    return found


def test_L_21_an_opendsr_call_says_the_least_is_signed_and_its_right_answer_counts(standin: Standin):
    notice = waiting(standin)
    assert send() == 1
    body, signed, moment = standin.heard[0]
    said = json.loads(body)
    assert signed == recipient_calls.signature(KEY.encode(), moment, body)
    assert signed != recipient_calls.signature(KEY.encode(), str(int(moment) + 1), body)
    assert abs(int(moment) - time.time()) < 60
    assert (said["subject_request_id"], said["subject_request_type"]) == (str(notice.pk), "erasure")
    assert said["subject_identities"] == [
        {"identity_type": "controller_customer_id", "identity_value": "10000001", "identity_format": "raw"}
    ]
    assert "Anna" not in body.decode()
    notice.refresh_from_db()
    assert notice.status == "told"


@pytest.mark.parametrize(
    ("mood", "code", "status"),
    [
        ("200", "answer_not_created", "failed"),
        ("302", "redirected", "failed"),
        ("400", "http_400", "failed"),
        ("html", "answer_not_json", "failed"),
        ("list", "answer_not_json", "failed"),
        ("other", "answer_other_request", "failed"),
        ("huge", "too_large", "failed"),
        ("503", "http_503", "open"),
        ("hang", "timeout", "open"),
        ("drip", "timeout", "open"),
    ],
)
def test_a_recipient_that_answers_nonsense_was_not_told(
    standin: Standin, monkeypatch: Any, mood: str, code: str, status: str
):
    monkeypatch.setattr(recipient_calls, "SECONDS", 1.0)
    notice = waiting(standin)
    standin.mood = mood
    began = time.monotonic()
    send()
    assert time.monotonic() - began < 4.0  # a byte a moment is no reason to wait on
    assert len(standin.heard) == 1  # a redirect is not followed
    notice.refresh_from_db()
    row = RecipientMail.objects.get()
    assert (notice.status, row.error_code, notice.told_at) == (status, code, None)
    if status == "open":  # tried again later
        standin.mood = "right"
        RecipientMail.objects.update(not_before=timezone.now())
        send()
        notice.refresh_from_db()
        assert notice.status == "told"


def test_what_opendsr_has_no_word_for_goes_by_mail_and_only_listed_networks_are_called(standin: Standin, settings: Any):
    notice = waiting(standin, Right.RESTRICTION, treatment="restrict")
    send()
    assert standin.heard == []
    assert "restricted" in mail.outbox[-1].body
    notice.refresh_from_db()
    assert notice.status == "told"
    content = {"endpoint": standin.url, "secret": "file:key", "payload": '{"subject_request_id": "x"}'}
    settings.DSR_RECIPIENT_NETWORKS = ["10.0.0.0/8"]
    assert recipient_calls.call(content) == recipient_calls.Answer("forbidden_address", final=True)
    settings.DSR_RECIPIENT_NETWORKS = []
    assert recipient_calls.call(content).code == "endpoint_refused"
    assert recipient_calls.call(content | {"endpoint": "https://localhost:1/"}).code == "forbidden_address"
    assert (
        recipient_calls.call(content | {"endpoint": "https://localhost:1/", "secret": "file:none"}).code
        == "secret_missing"
    )
    assert standin.heard == []


def test_no_setting_is_a_key_that_signs():
    assert not secret_allowed("env:DSR_RECIPIENT_NETWORKS")
    assert secret_allowed("env:DSR_RECIPIENT_DIRECTORY")
