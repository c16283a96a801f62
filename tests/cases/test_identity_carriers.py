"""Codes by text message through a real HTTP server, and by letter into a real folder; nothing of them is ever logged."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from dsr.carriers import post, sms
from dsr.cases import codes, identity_codes
from dsr.demo.people import by_position
from dsr.fulfil import contact
from dsr.law.rights import Right
from dsr.models import OneTimeCode, Request
from dsr.work import code_out, jobs
from tests.factories import make_controller, make_request
from tests.output.reading import text_of

pytestmark = pytest.mark.django_db
PERSON = by_position(2)
ADDRESS = {
    "billing": [
        "customers.first_name customers.last_name",
        "addresses.street",
        "addresses.postcode addresses.town",
    ]
}


@dataclass
class Gateway:
    """Takes messages on loopback; `status` and `says` are what it answers."""

    status: int = 202
    says: str = '{"messages": [{"state": "queued"}]}'
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __enter__(self) -> Self:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                gateway.taken.append((self.headers["Authorization"], body))
                self.send_response(gateway.status)
                self.end_headers()
                self.wfile.write(gateway.says.encode())

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def gateway(settings):
    with Gateway() as found:
        settings.DSR_SMS = {
            "url": f"http://127.0.0.1:{found.server.server_port}/send",
            "json": {"to": ["{to}"], "body": "{text}"},
            "headers": {"Authorization": "Bearer not-a-secret"},
            "path": "messages.0.state",
            "values": ["queued"],
            "timeout": 5,
        }
        yield found


def asked(code: OneTimeCode) -> Request:
    """The request that a code is for."""
    assert code.request
    return code.request


def ask(way: str = "sms", number: str = PERSON.customer_no) -> OneTimeCode:
    request = make_request(rights=(Right.ERASURE,), at=timezone.now())
    return identity_codes.start_identity(
        request=request, store="billing", customer_number=number, asker="her", way=way, now=timezone.now()
    )


def test_I_02_a_code_by_text_message_goes_to_the_number_on_file_and_proves_it(gateway, demo_stores, caplog):
    make_controller()
    code = ask()
    jobs.send_code(str(code.pk))
    jobs.send_code(str(code.pk))

    [(authorization, body)] = gateway.taken
    assert authorization == "Bearer not-a-secret"
    assert body["to"] == [PERSON.phone]
    digits = re.search(r"\d{4} \d{4}", body["body"])
    assert digits
    checked = identity_codes.finish_identity(
        request=asked(code), entered=digits.group(), asker="her", now=timezone.now()
    )
    assert checked.status == "ok"
    assert PERSON.phone not in caplog.text
    assert digits.group() not in caplog.text


@pytest.mark.parametrize(
    ("status", "says", "again"),
    [
        (503, "", True),
        (429, "", True),
        (422, '{"to": "is odd"}', False),
        (200, '{"messages": [{"state": "no"}]}', False),
    ],
)
def test_a_gateway_that_does_not_take_it_is_asked_again_only_where_that_can_help(
    gateway, demo_stores, caplog, status, says, again
):
    make_controller()
    gateway.status, gateway.says = status, says
    code = ask()
    jobs.send_code(str(code.pk))

    code.refresh_from_db()
    assert (code.sent_at is None) is again
    assert PERSON.phone not in caplog.text
    assert "is odd" not in caplog.text


def test_a_gateway_that_is_down_and_a_number_that_is_not_ours_look_alike(gateway, demo_stores):
    make_controller()
    gateway.server.shutdown()
    gateway.server.server_close()
    ours, not_ours = ask(), ask(number="99999999")
    for code in (ours, not_ours):
        jobs.send_code(str(code.pk))
        code.refresh_from_db()

    assert (ours.sent_at is None, not_ours.sent_at is None) == (True, False)  # only a worker knows
    found = [
        identity_codes.finish_identity(request=asked(code), entered="1", asker="her", now=timezone.now())
        for code in (ours, not_ours)
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"url": "http://sms.example.net/"}, "https"),
        ({"json": {"to": "{to}"}}, "{text}"),
        ({"method": "GET"}, "POST or PUT"),
        ({"path": "state"}, "values"),
        ({"ulr": "x"}, "ulr"),
    ],
)
def test_a_gateway_that_is_configured_wrongly_says_what_is_wrong(settings, wrong, word):
    settings.DSR_SMS = {"url": "https://sms.example.net/", "json": {"to": "{to}", "text": "{text}"}, **wrong}
    with pytest.raises(ImproperlyConfigured, match=re.escape(word)):
        sms.gateway()


def test_what_is_filled_in_is_not_read_again():
    filled = sms._filled({"a": ["{to}: {text}"], "n": 1}, "+44", "{to} {text}")

    assert filled == {"a": ["+44: {to} {text}"], "n": 1}


@pytest.fixture
def room(settings, tmp_path, demo_stores):
    """The folder of the post room."""
    settings.DSR_PRINT_DIR, settings.DSR_PRINT_ADDRESS = str(tmp_path / "post"), ADDRESS
    make_controller()
    return tmp_path / "post"


def letter(number: str = PERSON.customer_no) -> OneTimeCode:
    request = make_request(at=timezone.now())
    return identity_codes.start_letter(request=request, store="billing", customer_number=number, now=timezone.now())


def enter(code: OneTimeCode, digits: str) -> str:
    found = identity_codes.finish_letter(request=asked(code), entered=digits, now=timezone.now())
    return found.status


def test_I_07_a_letter_to_the_address_on_file_proves_enough_for_a_copy(room, caplog):
    code = letter()
    jobs.send_code(str(code.pk))
    first = (room / f"{code.pk.hex}.pdf").read_bytes()
    jobs.send_code(str(code.pk))

    assert (room / f"{code.pk.hex}.pdf").read_bytes() == first
    words = text_of(first)
    assert PERSON.address.street in words
    assert asked(code).reference in words
    assert "It was not you?" in words
    beside = json.loads((room / f"{code.pk.hex}.json").read_text())
    assert beside["reference"] == asked(code).reference
    assert not any(word in str(beside) for word in (PERSON.name, PERSON.address.street, PERSON.customer_no))
    assert sorted(path.suffix for path in room.iterdir()) == [".json", ".pdf"]

    digits = re.search(r"\d{4} \d{4} \d{4}", words)
    assert digits
    assert enter(code, "0000 0000 0000") == "wrong"
    code.refresh_from_db()
    assert code.attempts_left == codes.TRIES  # whoever does not even name the letter uses no try up
    assert enter(code, digits.group()[:4] + "9999 9999") == "wrong"
    assert enter(code, digits.group()) == "ok"
    asked(code).refresh_from_db()
    assert (asked(code).identity_level, asked(code).cases.get().state) == (3, "assessing")
    assert digits.group() not in caplog.text


def test_a_letter_is_noted_as_posted_when_the_post_room_took_it(room):
    code = letter()
    jobs.send_code(str(code.pk))
    now = timezone.now()
    assert code_out.collect_posted(now, limit=9) == 0
    assert post.waits(code.pk)

    (room / f"{code.pk.hex}.pdf").unlink()
    assert code_out.collect_posted(now, limit=9) == 1
    code.refresh_from_db()
    assert code.posted_at == now
    assert not list(room.iterdir())


def test_a_letter_whose_worker_died_is_printed_once_more_and_one_whose_time_is_over_is_taken_out(room):
    code = letter()
    begun = timezone.now()
    OneTimeCode.objects.filter(pk=code.pk).update(sent_at=begun)
    jobs.send_code(str(code.pk))
    assert not room.exists()

    with time_machine.travel(begun + codes.PRINT_AGAIN + timedelta(minutes=1), tick=False):
        jobs.send_code(str(code.pk))
    assert post.waits(code.pk)
    assert code_out.collect_posted(begun + identity_codes.LETTER_FOR + timedelta(minutes=1), limit=9) == 1
    assert not list(room.iterdir())


def test_a_number_that_is_not_ours_prints_nothing_and_looks_alike(room):
    ours, not_ours = letter(), letter("99999999")
    for code in (ours, not_ours):
        jobs.send_code(str(code.pk))

    assert [path.stem for path in room.glob("*.pdf")] == [ours.pk.hex]
    assert enter(ours, "1234 5678 9012") in {"wrong", "expired"}
    assert enter(not_ours, "1234 5678 9012") == "expired"


def test_a_store_that_is_down_leaves_the_letter_for_later(room, demo_stores):
    (demo_stores / "billing.sqlite3").rename(demo_stores / "gone")
    code = letter()
    jobs.send_code(str(code.pk))

    code.refresh_from_db()
    assert code.sent_at is None
    assert asked(code).cases.get().state == "received"


def test_I_07_a_store_that_says_when_a_contact_was_changed_is_believed(settings, demo_stores):
    controller, now = make_controller(), timezone.now()
    on: dict[str, Any] = {"controller": controller, "store": "billing", "customer_number": PERSON.customer_no}
    settings.DSR_CONTACT_CHANGED = {"billing": {"email": "customers.created_at", "phone": "customers.no_such_field"}}
    held = contact.on_file(controller, "billing", PERSON.customer_no)
    made = held.changed["email"]

    assert set(held.changed) == {"email"}
    assert contact.new_until(held, "email", now=made + timedelta(days=29), **on) == made + timedelta(days=30)
    assert contact.new_until(held, "email", now=made + timedelta(days=31), **on) is None
    assert contact.new_until(held, "phone", now=now, **on) is None
