"""The HTTP client against a server that misbehaves: codes, counts of calls, and no value of a person in any error."""

from __future__ import annotations

import logging
import traceback
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest

from exporters.contract import Permanent, StoreError, Temporary
from exporters.http.auth import FormFields, Headers, Login, Signed, basic
from exporters.http.client import FateUnknown, Reach
from exporters.http.guard import GuardedBackend
from exporters.http.limits import Bucket, Limits
from exporters.http.message import Request, UnusableValueError, filled
from tests.exporters.http import nasty

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def shared() -> Iterator[nasty.Nasty]:
    with nasty.running() as server, nasty.running() as other:
        server.elsewhere = other.url
        yield server


@pytest.fixture
def server(shared: nasty.Nasty) -> nasty.Nasty:
    shared.calls.clear()
    shared.bodies.clear()
    shared.heads.clear()
    shared.tokens = 0
    return shared


def get(path: str) -> Request:
    return Request("GET", path, query=(("email", nasty.SECRET),))


def _limits(path: str) -> Limits:
    return nasty.HASTY if path in {"slow", "drip"} else nasty.LIMITS


READS = {
    "reset": (Temporary, "store_down", 3),
    "half": (Temporary, "store_down", 3),
    "slow": (Temporary, "timeout", 3),
    "drip": (Temporary, "timeout", 3),
    "endless": (Permanent, "too_large", 1),
    "bomb": (Permanent, "too_large", 1),
    "twicepacked": (Permanent, "bad_encoding", 1),
    "cutpacked": (Temporary, "store_down", 3),
    "away": (Permanent, "redirected", 1),
    "loop": (Permanent, "redirected", 5),
    "busyforlong": (Temporary, "busy", 1),
    "broken": (Temporary, "server_error", 1),
    "forbidden": (Permanent, "access_denied", 1),
    "gone": (Permanent, "not_found", 1),
    "status/404": (Permanent, "not_found", 1),
    "status/409": (Permanent, "conflict", 1),
    "status/422": (Permanent, "http_422", 1),
    "status/504": (Temporary, "store_down", 3),
}


@pytest.mark.parametrize("path", READS)
def test_a_read_that_fails_says_a_code_and_nothing_else(server: nasty.Nasty, path: str) -> None:
    kind, code, calls = READS[path]
    with pytest.raises(StoreError) as raised:
        nasty.client(server, limits=_limits(path)).read(get(path), "crm.clients")
    assert isinstance(raised.value, kind)
    assert raised.value.code == code
    assert server.count(f"/{path}") == calls
    said = "".join(traceback.format_exception(raised.value))
    assert nasty.SECRET not in said
    assert "secret" not in said
    assert raised.value.place == "crm.clients"


@pytest.mark.parametrize("path", ["html", "wrongjson", "nan", "deep"])
def test_what_is_not_json_is_no_answer(server: nasty.Nasty, path: str) -> None:
    client = nasty.client(server, limits=Limits(rate=0, size=1_000_000))
    with pytest.raises(Permanent) as raised:
        client.read(get(path), "crm").data("crm")
    assert raised.value.code == "not_json"
    assert nasty.SECRET not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("path", ["resetonce", "gateway", "samehost", "packed"])
def test_a_read_is_repeated_until_it_works(server: nasty.Nasty, path: str) -> None:
    assert nasty.client(server).read(get(path), "crm").data("crm") == {"ok": True}


def test_retry_after_is_obeyed_and_capped(server: nasty.Nasty) -> None:
    waits: list[float] = []
    assert nasty.client(server, waits).read(get("busyonce"), "crm").status == 200
    assert waits == [7.0]
    waits.clear()
    with pytest.raises(Temporary):
        nasty.client(server, waits).read(get("busyforlong"), "crm")
    assert waits == []


@pytest.mark.parametrize("path", ["reset", "half", "slow", "drip", "endless", "broken", "status/502", "status/504"])
def test_a_write_without_an_answer_is_unknown_and_sent_once(server: nasty.Nasty, path: str) -> None:
    with pytest.raises(FateUnknown) as raised:
        nasty.client(server, limits=_limits(path)).write(Request("POST", path, json={"email": nasty.SECRET}), "crm")
    assert raised.value.code == "fate_unknown"
    assert server.count(f"/{path}") == 1
    assert nasty.SECRET not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    ("path", "code"),
    [("forbidden", "access_denied"), ("status/409", "conflict"), ("status/412", "conflict"), ("away", "redirected")],
)
def test_a_write_that_was_refused_is_not_unknown(server: nasty.Nasty, path: str, code: str) -> None:
    with pytest.raises(Permanent) as raised:
        nasty.client(server).write(Request("PATCH", path, json={}), "crm")
    assert raised.value.code == code
    assert len(server.calls) == 1


def test_a_write_that_never_left_may_be_tried_again(server: nasty.Nasty) -> None:
    reach = Reach("http://127.0.0.1:9/", networks=nasty.LOOPBACK)
    with pytest.raises(Temporary) as raised:
        nasty.client(server, reach=reach).write(Request("POST", "x", json={}), "crm")
    assert raised.value.code == "store_down"


def test_deleting_what_is_gone_is_an_answer(server: nasty.Nasty) -> None:
    assert nasty.client(server).write(Request("DELETE", "gone"), "crm").status == 410


def test_a_host_that_is_not_listed_is_never_called(server: nasty.Nasty) -> None:
    for path in ("http://example.com/x", "//example.com/x", "file:///etc/passwd", "http://u:p@127.0.0.1/x"):
        with pytest.raises(Permanent) as raised:
            nasty.client(server).read(Request("GET", path), "crm")
        assert raised.value.code == "wrong_host", path
    assert server.calls == []


def test_a_name_that_resolves_to_a_private_address_is_refused(server: nasty.Nasty) -> None:
    reach = Reach(server.url.replace("127.0.0.1", "localhost"))
    for send in (nasty.client(server, reach=reach).read, nasty.client(server, reach=reach).write):
        with pytest.raises(Permanent) as raised:
            send(get("fine"), "crm")
        assert raised.value.code == "forbidden_address"
    assert server.calls == []


def test_which_addresses_are_allowed() -> None:
    from ipaddress import ip_address

    office = GuardedBackend((ip_network("10.20.0.0/16"),))
    yes = ["10.20.1.1", "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:10.20.1.1"]
    no = ["10.21.0.1", "127.0.0.1", "169.254.169.254", "::1", "fe80::1", "::ffff:127.0.0.1", "0.0.0.0", "224.0.0.1"]
    assert [one for one in yes if not office.allows(ip_address(one))] == []
    assert [one for one in no if office.allows(ip_address(one))] == []


def test_the_libraries_underneath_log_no_urls(server: nasty.Nasty, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    nasty.client(server).read(get("fine"), "crm")
    assert "secret" not in caplog.text
    assert nasty.SECRET not in repr(get("fine"))


def test_sessions_are_renewed_once_when_they_end(server: nasty.Nasty) -> None:
    login = Login(Request("POST", "login", json={"user": "api"}), token_at="0.session", also={"api_key": "k"})
    client = nasty.client(server, auth=login)
    for _ in range(3):
        assert client.write(Request("POST", "session", json={}), "crm").status == 200
    assert server.tokens == 2
    assert server.count("/session") == 4
    assert all(head["api_key"] == "k" for head in server.heads)


def test_a_login_that_gives_no_token_is_access_denied(server: nasty.Nasty) -> None:
    client = nasty.client(server, auth=Login(Request("POST", "loginwrong", json={}), token_at="0.session"))
    with pytest.raises(Permanent) as raised:
        client.read(get("session"), "crm")
    assert raised.value.code == "access_denied"


def test_ways_to_sign_in(server: nasty.Nasty) -> None:
    nasty.client(server, auth=Headers({"x-auth-token": "t"})).read(get("fine"), "crm")
    assert server.heads[-1]["x-auth-token"] == "t"
    nasty.client(server, auth=basic("ü", "p:w")).read(get("fine"), "crm")
    assert server.heads[-1]["authorization"] == "Basic w7w6cDp3"
    nasty.client(server, auth=FormFields({"identifier": "i", "secret": "s&"})).read(
        Request("POST", "fine", form=(("action", "GetClients"), ("a[]", "1"), ("a[]", "2"))), "crm"
    )
    assert server.bodies[-1] == b"action=GetClients&a%5B%5D=1&a%5B%5D=2&identifier=i&secret=s%26"
    signed = Signed("key", "secret", clock=lambda: 1.0)
    nasty.client(server, auth=signed).read(get("fine"), "crm")
    first = server.heads[-1]["authorization"]
    # printf '1000000key' | openssl dgst -sha256 -hmac secret
    assert first == f"Splynx-EA (key=key&nonce=1000000&signature={OPENSSL.upper()})"
    nasty.client(server, auth=signed).read(get("fine"), "crm")
    assert "nonce=1000001&" in server.heads[-1]["authorization"]
    assert "secret" not in repr(signed)


OPENSSL = "6937e20722873a21d7858021f002159911a161e0ec3855d70ca13e802f8a8ad0"


def test_the_bucket_lets_a_burst_through_and_then_waits() -> None:
    now, waits = [0.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    bucket = Bucket(10, 2, clock=lambda: now[0], sleep=sleep)
    for _ in range(5):
        bucket.take()
    assert [round(wait, 6) for wait in waits] == [0.1, 0.1, 0.1]


def test_a_value_never_leaves_its_place_in_a_path() -> None:
    for value in ("../admin", "a/b", "a?x=1", "a#b", "%2e%2e", "ü @"):
        path = filled("clients/{id}/notes", {"id": value}, quoted=True)
        assert path.count("/") == 2
        assert "?" not in path
        assert "#" not in path
        assert "/../" not in path
        assert "/./" not in path
    for value in ("", ".", "..", "..."):
        with pytest.raises(UnusableValueError):
            filled("clients/{id}/notes", {"id": value}, quoted=True)
