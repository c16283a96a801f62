"""Due dates worked out by hand, each with the rule or statute it follows; the project's own table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from dsr.law.calendars import Scope
from dsr.law.clock import ClockInput, Suspension, SuspensionKind, due_dates
from dsr.law.regimes import regime_of
from dsr.law.rights import Right

ZONES = {"DE": "Europe/Berlin", "AT": "Europe/Vienna", "FR": "Europe/Paris", "IT": "Europe/Rome", "PL": "Europe/Warsaw", "NL": "Europe/Amsterdam",
         "SE": "Europe/Stockholm", "ES": "Europe/Madrid", "GB": "Europe/London", "PT": "Europe/Lisbon", "BE": "Europe/Brussels", "IE": "Europe/Dublin",
         "CH": "Europe/Zurich", "BR": "America/Sao_Paulo", "CA": "America/Toronto", "US": "America/Los_Angeles"}  # fmt: skip


def span(kind: str, start: str, end: str) -> Suspension:
    return Suspension(date.fromisoformat(start), date.fromisoformat(end), SuspensionKind(kind))


@dataclass(frozen=True)
class Vector:
    why: str
    place: str
    received: str
    due: str
    suspensions: tuple[Suspension, ...] = ()
    extended: bool = False
    right: Right = Right.ACCESS
    national: str = ""  # the date by the national calendar alone, where it differs

    def given(self) -> ClockInput:
        zone = ZONES[self.place[:2]]
        at = datetime.fromisoformat(self.received)
        return ClockInput(
            received_at=at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone)), timezone=zone, jurisdiction=self.place,
            regime=regime_of(self.place), suspensions=self.suspensions, extended=self.extended, right=self.right,
        )  # fmt: skip


V = Vector
VECTORS = [
    V("T-07 Sunday 15 Feb rolls to Monday; Reg. 1182/71 Art. 3(4)", "DE", "2026-01-15T10:00", "2026-02-16"),
    V("T-05 31 August to 30 September; Reg. 1182/71 Art. 3(2)(c)", "DE", "2026-08-31T09:00", "2026-09-30"),
    V("T-05 then T-07: 28 Feb 2027 is a Sunday", "FR", "2027-01-31T09:00", "2027-03-01"),
    V("T-05 leap year", "AT", "2028-01-31T09:00", "2028-02-29"),
    V("T-05 no end-of-month stickiness: 28 Feb to 28 Mar (Sat), Monday", "IT", "2026-02-28T09:00", "2026-03-30"),
    V("T-08 Corpus Christi in North Rhine-Westphalia", "DE-NW", "2025-05-19T09:00", "2025-06-20", national="2025-06-19"),
    V("T-08 no Corpus Christi in Hamburg", "DE-HH", "2025-05-19T09:00", "2025-06-19"),
    V("calendars are dated: 24 Dec is a holiday in Poland from 2025, then 25, 26 and a weekend", "PL", "2025-11-24T09:00", "2025-12-29"),
    V("A5 Good Friday in the Netherlands does not roll", "NL", "2026-03-03T09:00", "2026-04-03"),
    V("A5 5 May in the Netherlands does not roll, nor in a lustrum year", "NL", "2025-04-05T09:00", "2025-05-05"),
    V("A5 Christmas Eve in Sweden does not roll", "SE", "2026-11-24T09:00", "2026-12-24"),
    V("calendars are dated: 4 October is a holiday in Italy from 2026", "IT", "2027-09-04T09:00", "2027-10-05"),
    V("4 October 2021 was a working Monday in Italy", "IT", "2021-09-04T09:00", "2021-10-04"),
    V("T-08 11 September in Catalonia", "ES-CT", "2025-08-11T09:00", "2025-09-12", national="2025-09-11"),
    V("T-08 Good Friday and Easter Monday in Alsace (L3134-13)", "FR-67", "2026-03-03T09:00", "2026-04-07", national="2026-04-03"),
    V("Good Friday is a working day in Paris", "FR", "2026-03-03T09:00", "2026-04-03"),
    V("St Patrick's Day", "IE", "2026-02-17T09:00", "2026-03-18"),
    V("T-09 00:30 in Berlin is still June in UTC", "DE", "2026-06-30T22:30+00:00", "2026-08-03"),
    V("T-09 the same instant is June in Lisbon", "PT", "2026-06-30T22:30+00:00", "2026-07-30"),
    V("T-02 the ambiguous hour of the clock change", "DE", "2026-10-25T02:30", "2026-11-25"),
    V("T-16 one period of three months: 31 Jan to 30 Apr, not 28 Apr", "AT", "2026-01-31T09:00", "2026-04-30", extended=True),
    V("T-16 and T-07 on New Year's Day", "DE", "2025-10-01T09:00", "2026-01-02", extended=True),
    V("T-11 half-open: ten days", "DE", "2026-04-10T09:00", "2026-05-20", (span("identity", "2026-04-13", "2026-04-23"),)),
    V("T-12 overlapping questions count once: 3 to 18 Sep is 15 days", "DE", "2026-09-01T09:00", "2026-10-16",
      (span("identity", "2026-09-03", "2026-09-13"), span("clarification", "2026-09-08", "2026-09-18"))),
    V("T-12 shift the bare date, roll once: 28 Feb + 2 = 2 Mar", "DE", "2026-01-31T09:00", "2026-03-02",
      (span("identity", "2026-02-02", "2026-02-04"),)),
    V("A10 a clarification does not stop an erasure", "BE", "2026-02-09T09:00", "2026-03-09",
      (span("clarification", "2026-02-13", "2026-02-27"),), right=Right.ERASURE),
    V("A11 an identity query does not stop a withdrawal of consent", "AT", "2026-01-31T09:00", "2026-03-02",
      (span("identity", "2026-02-02", "2026-02-12"),), right=Right.CONSENT_WITHDRAWAL),
    V("T-13 a query after the end suspends nothing", "DE", "2026-03-02T09:00", "2026-04-02", (span("identity", "2026-04-10", "2026-04-20"),)),
    V("EU: a fee notice does not stop the clock", "DE", "2026-03-02T09:00", "2026-04-02", (span("fee", "2026-03-05", "2026-03-20"),)),
    V("T-40 identity restarts the month; UK GDPR 12A", "GB-ENG", "2026-06-01T09:00", "2026-07-10", (span("identity", "2026-06-03", "2026-06-10"),)),
    V("before DUAA the ICO counted from the identity information too", "GB-ENG", "2025-06-01T09:00", "2025-07-10",
      (span("identity", "2025-06-03", "2025-06-10"),)),
    V("T-42 clarification: both days do not count; DPA 2018 s.54(3C)", "GB-WLS", "2026-04-14T09:00", "2026-05-19",
      (span("clarification", "2026-04-16", "2026-04-20"),)),
    V("T-40 a fee restarts the month; UK GDPR 12A", "GB-ENG", "2026-06-01T09:00", "2026-07-17", (span("fee", "2026-06-08", "2026-06-17"),)),
    V("T-43 extension from the relevant time", "GB-ENG", "2026-06-01T09:00", "2026-09-10", (span("identity", "2026-06-03", "2026-06-10"),), extended=True),
    V("T-41 St Andrew's Day in Scotland", "GB-SCT", "2026-10-30T09:00", "2026-12-01"),
    V("no St Andrew's Day in England", "GB-ENG", "2026-10-30T09:00", "2026-11-30"),
    V("CH: thirty days, 1 August on a Saturday; DSV 18, OR 78", "CH-ZH", "2026-07-02T09:00", "2026-08-03"),
    V("CH: an identity question suspends nothing", "CH-ZH", "2026-03-02T09:00", "2026-04-01", (span("identity", "2026-03-05", "2026-03-12"),)),
    V("CH: thirty days after ten to think about the cost share; DSV 19", "CH-ZH", "2026-03-02T09:00", "2026-04-14",
      (span("fee", "2026-03-05", "2026-03-07"),)),
    V("BR: fifteen days, Independence Day; CC 132 par. 1", "BR", "2026-08-23T09:00", "2026-09-08"),
    V("Quebec: thirty days, Labour Day; I-16 s. 52", "CA-QC", "2026-08-08T09:00", "2026-09-08"),
    V("California: 45 days, Sunday stays; 11 CCR 7021(b)", "US-CA", "2026-01-01T09:00", "2026-02-15"),
    V("California: ninety days in all", "US-CA", "2026-01-01T09:00", "2026-04-01", extended=True),
    V("California: verification does not stop it", "US-CA", "2026-01-01T09:00", "2026-02-15", (span("identity", "2026-01-05", "2026-01-25"),)),
    V("California: opt-out in fifteen business days; 11 CCR 7026", "US-CA", "2026-03-02T09:00", "2026-03-23", right=Right.MARKETING_OBJECTION),
]  # fmt: skip


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v.why)
def test_due_date_by_hand(vector: Vector) -> None:
    found = due_dates(vector.given())
    assert found.due_on == date.fromisoformat(vector.due)
    national = due_dates(replace(vector.given(), scope=Scope.NATIONAL))
    assert national.due_on == date.fromisoformat(vector.national or vector.due)


def test_t20_first_month_of_an_extended_case() -> None:
    """Access of 31 Jan: refusal and notice until Mon 2 Mar, our own limit Sat 28 Feb (T-22), due 30 Apr."""
    found = due_dates(replace(VECTORS[20].given(), jurisdiction="DE", timezone="Europe/Berlin"))
    assert (found.first_month_due_on, found.notice_by_on, found.due_on) == (
        date(2026, 3, 2),
        date(2026, 2, 28),
        date(2026, 4, 30),
    )


def test_t42_the_extension_notice_period_moves_with_the_clarification() -> None:
    given = replace(VECTORS[31].given(), extended=True)
    found = due_dates(given)
    assert found.first_month_due_on == date(2026, 5, 19)
    assert found.due_on == date(2026, 7, 20)  # 14 July + 5 = Sun 19 July
