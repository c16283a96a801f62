"""Connections that break after some bytes, in the middle of an answer and in the middle of an erasure."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import Temporary
from exporters.testing.checksums import checksums, touched
from exporters.testing.proxy import Proxy, proxied
from tests.exporters import club, shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.stores
BOTH = pytest.mark.parametrize("backend", ["mariadb", "postgresql"])
NOTES = 20_000
PATIENCE = 20
"""Seconds: the time-out of a statement, the grace after it, and a slow machine."""

_ASKED: dict[str, Callable[[Any, Any], object]] = {
    "collect": lambda store, keys: list(store.collect(shop.MIA, keys)),
    "residue": lambda store, keys: store.residue(shop.MIA, keys, now=datetime.now(UTC)),
}


@contextmanager
def _between(url: str) -> Iterator[tuple[str, Proxy]]:
    """The address of the same database by way of a go-between."""
    parsed = sa.make_url(url)
    socket = parsed.query.get("unix_socket") or f"{parsed.query['host']}/.s.PGSQL.5432"
    with proxied(str(socket)) as proxy:
        direct = parsed.difference_update_query(["unix_socket", "host"]).set(host="127.0.0.1", port=proxy.port)
        yield direct.render_as_string(hide_password=False), proxy


@BOTH
@pytest.mark.parametrize("sent", [100, 20_000, 400_000])
def test_a_stream_cut_after_some_bytes_is_temporary_and_names_the_store(
    backend: str, sent: int, tmp_path: Path
) -> None:
    with shop.fresh(backend, tmp_path) as own, _between(own.url) as (url, proxy):
        rows = [{"id": 1000 + n, "about": "customer", "about_id": "1", "body": "x" * 180} for n in range(NOTES)]
        for start in range(0, NOTES, 5000):
            own.insert(shop.NOTES, *rows[start : start + 5000])
        store = own.store(url=url)
        stream = store.collect(shop.MIA, store.locate(shop.MIA).keys)
        got = [next(stream)]
        proxy.hang_up_after(sent)

        with pytest.raises(Temporary) as raised:
            got.extend(stream)

        assert (raised.value.code, raised.value.place) == ("store_down", "shop")
        assert sum(len(batch.rows) for batch in got) < NOTES


@BOTH
@pytest.mark.parametrize("sent", [0, 300, 1_000, 3_000])
def test_an_erasure_cut_after_some_bytes_is_done_wholly_or_not_at_all(backend: str, sent: int, tmp_path: Path) -> None:
    now = datetime.now(UTC)

    def apply(store: Any, lines: Any, **more: Any) -> int:
        named = {"approval": "a", "now": now, "check": lambda: None, "keep_until": club.law} | more
        return sum(one.changed for one in store.apply(lines, **named))

    with club.fresh(backend, tmp_path) as own, _between(own.url) as (url, proxy):
        direct = own.store()
        lines = direct.plan(club.ADA, direct.locate(club.ADA).keys, now=now, keep_until=club.law)
        before = checksums(own.engine)
        far = club.Club(backend, url, tmp_path).store()

        def until_cut() -> None:
            # From the first write on, what the server answers is counted; the last of it may fall into a second try.
            apply(far, lines, check=lambda: proxy.hang_up_after(sent) if sent else proxy.hang_up())
            apply(far, lines)

        with pytest.raises(Temporary) as raised:
            until_cut()

        assert raised.value.code == "store_down"
        half = touched(before, checksums(own.engine))
        done = apply(direct, lines)
        assert (half == set()) == (done > 0), f"half done: {sorted(half)}"
        assert own.ask("SELECT id FROM letters WHERE member_id = 1") == []


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize("question", ["collect", "residue"])
def test_a_server_that_falls_silent_in_mid_answer_is_given_up(backend: str, question: str, tmp_path: Path) -> None:
    with shop.fresh(backend, tmp_path) as own, _between(own.url) as (url, proxy):
        rows = [{"id": 1000 + n, "about": "customer", "about_id": "1", "body": "x" * 180} for n in range(NOTES)]
        for start in range(0, NOTES, 5000):
            own.insert(shop.NOTES, *rows[start : start + 5000])
        store = own.store(url=url, statement_timeout="1")
        keys = store.locate(shop.MIA).keys
        proxy.fall_silent_after(400_000)
        began = time.monotonic()

        with pytest.raises(Temporary) as raised:
            _ASKED[question](store, keys)

        assert (raised.value.code, raised.value.place) == ("store_down", "shop")
        assert time.monotonic() - began < PATIENCE
