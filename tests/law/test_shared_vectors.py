"""The vectors of the shared rule book, where it is at hand; each flag is handled as its section 2 says."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dsr.law.calendars import Scope
from dsr.law.clock import ClockInput, Suspension, WarningCode, due_dates
from dsr.law.regimes import regime_of

FILE = Path(__file__).resolve().parents[3] / "shared" / "law" / "deadlines.csv"
FLAG = re.compile(r"\[FLAG (\w+): alt (\d{4}-\d{2}-\d{2})")
NEVER_ALT = {"METHOD", "TZ_TRAP", "OLD_READING", "REGIME_DIFFERS", "NEW_HOLIDAY"}

ROWS = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines())) if FILE.is_file() else []
pytestmark = pytest.mark.skipif(
    not ROWS, reason="the shared rule book is not here; test_clock_vectors has the project's own"
)


def given_by(row: dict[str, str]) -> ClockInput:
    spans = (
        Suspension(date.fromisoformat(s["start"]), date.fromisoformat(s["end"]), s["kind"])
        for s in json.loads(row["suspensions"])
    )
    return ClockInput(
        received_at=datetime.fromisoformat(row["received_local"]).replace(tzinfo=ZoneInfo(row["timezone"])),
        timezone=row["timezone"], jurisdiction=row["jurisdiction"], regime=regime_of(row["jurisdiction"]),
        suspensions=tuple(spans), extended=row["extended"] == "1",
    )  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_shared_vector(row: dict[str, str]) -> None:
    given, expected = given_by(row), date.fromisoformat(row["expected_due_date"])
    found = due_dates(given)
    assert found.due_on == expected
    flag = FLAG.search(row["rule"])
    if flag is None:
        return
    name, alt = flag[1], date.fromisoformat(flag[2])
    codes = {warning.code for warning in found.warnings}
    if name == "AUTHORITIES_DIFFER":
        assert found.act_by_on is not None
        assert found.act_by_on <= min(expected, alt)
        assert WarningCode.AUTHORITIES_DIFFER in codes
    elif name == "REGIONAL":
        assert due_dates(replace(given, scope=Scope.NATIONAL)).due_on == alt
        assert WarningCode.REGIONAL_HOLIDAY in codes
    elif name == "DISPUTED_DAY":
        assert WarningCode.DISPUTED_DAY in codes
    elif name == "POLICY_RISK":
        assert WarningCode.QUERY_RISKY in codes
    elif name in NEVER_ALT:
        assert found.due_on != alt


def test_all_one_hundred_and_one_are_there() -> None:
    assert len(ROWS) == 101
