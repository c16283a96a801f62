"""The scanner's client: clean only when a whole file got a whole answer in time; everything else is "not scanned"."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from dsr.uploads.clamd import Verdict, scan
from tests.uploads.fake_clamd import EICAR, FakeClamd

if TYPE_CHECKING:
    from pathlib import Path

LARGE = [b"a" * 100_000, b"", b"b" * 70_000]


def test_every_byte_reaches_the_scanner_over_tcp_and_over_a_socket_file(tmp_path: Path):
    with FakeClamd() as clamd:
        assert scan(LARGE, address=clamd.address) is Verdict.CLEAN
        assert clamd.got == b"".join(LARGE)
        assert scan([b"before", EICAR], address=clamd.address) is Verdict.INFECTED
    with FakeClamd(path=str(tmp_path / "clamd.sock")) as local:
        assert scan([EICAR], address=local.address) is Verdict.INFECTED


@pytest.mark.parametrize(
    "manner", ["hangs_up", "silent", "size_limit", "drips", "unknown", "no_end", "endless", "found_and_cut", "error"]
)
def test_a_scanner_that_misbehaves_says_nothing_and_costs_no_more_than_its_time(manner):
    with FakeClamd(manner) as clamd:
        began = time.monotonic()
        assert scan([b"x" * 3_000_000], address=clamd.address, seconds=0.5) is Verdict.UNKNOWN
        assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "/nowhere/clamd.sock", "tcp://127.0.0.1:none", "http://x"])
def test_no_scanner_is_no_verdict(address):
    assert scan([b"x"], address=address, seconds=0.5) is Verdict.UNKNOWN
