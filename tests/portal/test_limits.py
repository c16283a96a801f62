"""Limits per address: named, counted in the cache, answered by a page that says when to go on; and sealed sessions."""

from __future__ import annotations

import base64

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory

from dsr import limits
from dsr.limits import Limit, client_address
from dsr.sessions import SessionStore
from tests.factories import make_controller, make_user
from tests.portal.walk import text_of

FEW = Limit("few", 2, 60)


def test_a_window_allows_so_many_and_then_says_how_long_to_wait():
    assert [FEW.take("a", at=30.0) for _ in range(4)] == [0, 0, 30, 30]
    assert FEW.reached("a", at=59.0)
    assert not FEW.reached("b", at=59.0)
    assert FEW.take("b", at=30.0) == 0


def test_the_next_window_starts_anew():
    for _ in range(3):
        FEW.take("a", at=59.0)

    assert FEW.take("a", at=60.0) == 0


def test_addresses_lie_in_the_cache_under_a_keyed_hash(monkeypatch):
    kept = []
    increment = cache.incr

    def spy(key: str, units: int = 1) -> int:
        kept.append(key)
        return increment(key, units)

    monkeypatch.setattr(cache, "incr", spy)

    FEW.take("192.0.2.1", at=0.0)

    assert len(kept) == 1
    assert "192.0.2.1" not in kept[0]


def test_without_a_cache_each_process_counts_by_itself(monkeypatch):
    def down(*args, **kwargs):
        raise ConnectionError

    limits._own.clear()
    for name in ("add", "incr", "get"):
        monkeypatch.setattr(cache, name, down)

    assert [FEW.take("c", at=30.0) for _ in range(3)] == [0, 0, 30]
    assert FEW.reached("c", at=30.0)


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxy", "found"),
    [
        ("192.0.2.1", "", False, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", False, "192.0.2.1"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7", True, "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "", False, "2001:db8:1:2::"),
        ("::ffff:192.0.2.1", "", False, "192.0.2.1"),
        ("", "", False, "unknown"),
        ("127.0.0.1", "nonsense", True, "unknown"),
    ],
)
def test_the_address_is_the_peers_or_what_our_own_proxy_added(settings, peer, forwarded, proxy, found):
    settings.DSR_BEHIND_PROXY = proxy
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    assert client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **headers)) == found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "limit", "data"),
    [
        ("/account/login/", limits.SIGN_IN, {"login": "a@example.com", "password": "x"}),
        ("/account/signup/", limits.NEW_ACCOUNT, {}),
        ("/account/password/reset/", limits.NEW_ACCOUNT, {}),
        ("/account/confirm-email/", limits.CODE, {}),
        ("/requests/find/", limits.FIND, {}),
        ("/requests/find/code/", limits.CODE, {}),
        ("/new/check/", limits.REQUEST, {}),
        ("/link/", limits.FIND, {}),
        ("/link/code/", limits.CODE, {}),
    ],
)
def test_each_door_has_its_limit_and_a_page_that_says_when_to_go_on(client, path, limit, data, monkeypatch):
    make_controller()
    for name in ("SIGN_IN", "NEW_ACCOUNT", "CODE", "FIND", "REQUEST"):
        if getattr(limits, name) is limit:
            monkeypatch.setattr(limits, name, Limit(limit.name, 1, limit.seconds))

    assert client.post(path, data).status_code != 429
    reached = client.post(path, data)

    assert reached.status_code == 429
    assert 0 < int(reached.headers["Retry-After"]) <= limit.seconds
    assert "Please wait a little" in text_of(reached)
    assert "minute" in text_of(reached)
    assert client.get(path).status_code != 429  # reading is not limited
    assert client.post(path, data, REMOTE_ADDR="198.51.100.9").status_code != 429


@pytest.mark.django_db
def test_sessions_survive_the_round_trip_and_open_to_nobody_else(settings):
    store = SessionStore()
    store["draft"] = {"name": "Maria Kowalska", "list": [1, 2]}
    store.save()

    again = SessionStore(store.session_key)
    assert again["draft"] == {"name": "Maria Kowalska", "list": [1, 2]}
    row = SessionStore.get_model_class().objects.get()
    assert b"Maria" not in base64.b64decode(row.session_data.partition(".")[2])
    settings.DSR_KEYS = "other:" + base64.b64encode(b"k" * 32).decode()
    assert dict(SessionStore(store.session_key).items()) == {}


@pytest.mark.django_db
def test_whoever_reads_the_table_of_sessions_takes_over_none(client):
    """Neither the name of a row nor its content, put into the row of another session, opens anything."""
    make_controller()
    client.force_login(make_user())
    cookie = client.cookies["sessionid"].value
    table = SessionStore.get_model_class().objects
    row = table.get()
    assert cookie not in str(table.values())

    thief = Client()
    thief.cookies["sessionid"] = row.session_key
    assert thief.get("/requests/").headers["Location"] == "/requests/find/"

    own = SessionStore()
    own.save()
    table.exclude(pk=row.pk).update(session_data=row.session_data)
    thief.cookies["sessionid"] = str(own.session_key)
    assert thief.get("/requests/").headers["Location"] == "/requests/find/"
    assert client.get("/requests/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["", "x", "t1:x.y", "a.b.c", "t1:AAAA.AAAA"])
def test_a_session_that_cannot_be_opened_is_an_empty_one(client, broken):
    client.force_login(make_user())
    SessionStore.get_model_class().objects.update(session_data=broken)

    assert client.get("/requests/").headers["Location"] == "/requests/find/"
