"""Data-protection regimes as dated rows (rules 1.6). A case stores the id of the row it was opened under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Unit(StrEnum):
    """What a period is counted in."""

    MONTH = "month"
    DAY = "day"  # calendar days
    BUSINESS_DAY = "business_day"


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time in one unit."""

    unit: Unit
    length: int


class StartRule(StrEnum):
    """Which event starts the main period."""

    RECEIPT = "receipt"
    LATEST_OF_RECEIPT_ID_FEE = "latest_of_receipt_id_fee"
    AFTER_FEE_COOLING = "after_fee_cooling"


class RollRule(StrEnum):
    """What happens when the last day is not a working day."""

    NEXT_WORKING_DAY = "next_working_day"
    NONE = "none"


class Suspending(StrEnum):
    """What an open question does to the period."""

    SHIFT_HALF_OPEN = "shift_half_open"  # days from the query up to, not including, the answer are added (T-11)
    SHIFT_INCLUSIVE = "shift_inclusive"  # both days are added (T-42)
    RESTART = "restart"  # the whole period runs from the answer (T-40)
    COOLING = "cooling"  # the period runs from the end of the thinking time (CH)
    NONE = "none"


class Mention(StrEnum):
    """What a refusal must name."""

    AUTHORITY = "authority"
    COURT = "court"
    APPEAL = "appeal"


class FeeRule(StrEnum):
    """Whether and when money may be asked."""

    FREE_12_5 = "free_12_5"  # free; a reasonable fee under 12(5)
    COST_SHARE_300 = "cost_share_300"  # CH: up to CHF 300 for disproportionate effort
    FREE_TWO_A_YEAR = "free_two_a_year"  # California
    FREE = "free"
    FREE_BUT_COPIES = "free_but_copies"  # Quebec: access free, transcription may cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """One regime in one interval of validity. Months and days are calendar units unless a unit says otherwise."""

    code: str
    valid_from: date
    valid_to: date | None = None
    law_refs: str
    mark: str  # V checked in a stored source, K from knowledge, V/K core checked and detail not
    main: Period
    start_rule: StartRule = StartRule.RECEIPT
    count_first_day: bool = False
    roll_rule: RollRule = RollRule.NEXT_WORKING_DAY
    extension: Period | None = None
    ext_open_ended: bool = False  # the controller names its own date
    ack: Period | None = None
    complaint_ack_days: int | None = (
        None  # calendar days from the receipt of a complaint about how a request was handled
    )
    complaint_ack_from: date | None = None  # T-45: complaints received before that day have no such limit
    susp_identity: Suspending = Suspending.NONE
    susp_clarification: Suspending = Suspending.NONE
    susp_fee: Suspending = Suspending.NONE
    fee_cooling_days: int = 0
    optout: Period | None = None  # None: at once
    silence_is_refusal: bool = False
    refusal_must_mention: tuple[Mention, ...] = (Mention.AUTHORITY, Mention.COURT)
    fee_rule: FeeRule = FeeRule.FREE_12_5
    min_record_months: int = 0
    default_record_months: int = 36

    @property
    def row_id(self) -> str:
        """The id a case stores, e.g. "EU_GDPR@2018-05-25"."""
        return f"{self.code}@{self.valid_from.isoformat()}"

    @property
    def extendable(self) -> bool:
        """Whether there is an extension at all; the guard of `extend` asks this."""
        return self.extension is not None or self.ext_open_ended


class UnknownRegimeError(ValueError):
    """No such regime, or it was not in force on that day."""


_MONTH: Final = Period(Unit.MONTH, 1)
_TWO_MONTHS: Final = Period(Unit.MONTH, 2)
_THIRTY_DAYS: Final = Period(Unit.DAY, 30)

REGIMES: Final = (
    Regime(
        code="EU_GDPR",
        valid_from=date(2018, 5, 25),
        law_refs="GDPR 12(3)-(6); Reg. (EEC, Euratom) 1182/71; EDPB GL 01/2022",
        mark="V",
        main=_MONTH,
        extension=_TWO_MONTHS,
        susp_identity=Suspending.SHIFT_HALF_OPEN,
        susp_clarification=Suspending.SHIFT_HALF_OPEN,
    ),
    # Before the Data (Use and Access) Act the ICO counted the month from the identity information, and stopped the clock
    # for a clarification in its guidance of October 2020.
    Regime(
        code="UK_GDPR",
        valid_from=date(2018, 5, 25),
        valid_to=date(2026, 2, 4),
        law_refs="UK GDPR 12(3)-(6); ICO right of access",
        mark="K",
        main=_MONTH,
        start_rule=StartRule.LATEST_OF_RECEIPT_ID_FEE,
        extension=_TWO_MONTHS,
        susp_identity=Suspending.RESTART,
        susp_clarification=Suspending.SHIFT_HALF_OPEN,
        susp_fee=Suspending.RESTART,
    ),
    Regime(
        code="UK_GDPR",
        valid_from=date(2026, 2, 5),
        law_refs="UK GDPR 12A (DUAA 2025 s.76, SI 2026/82); DPA 2018 s.54, s.164A",
        mark="V",
        main=_MONTH,
        start_rule=StartRule.LATEST_OF_RECEIPT_ID_FEE,
        extension=_TWO_MONTHS,
        complaint_ack_days=30,
        complaint_ack_from=date(2026, 6, 19),
        susp_identity=Suspending.RESTART,
        susp_clarification=Suspending.SHIFT_INCLUSIVE,
        susp_fee=Suspending.RESTART,
    ),
    Regime(
        code="CH_FADP",
        valid_from=date(2023, 9, 1),
        law_refs="DSG 25-29; DSV 16-22; OR 77-78",
        mark="V",
        main=_THIRTY_DAYS,
        start_rule=StartRule.AFTER_FEE_COOLING,
        ext_open_ended=True,
        susp_fee=Suspending.COOLING,
        fee_cooling_days=10,
        refusal_must_mention=(Mention.COURT,),
        fee_rule=FeeRule.COST_SHARE_300,
    ),
    Regime(
        code="US_CCPA",
        valid_from=date(2020, 1, 1),
        law_refs="Cal. Civ. Code 1798.130; 11 CCR 7021, 7026, 7101",
        mark="V/K",
        main=Period(Unit.DAY, 45),
        roll_rule=RollRule.NONE,
        extension=Period(Unit.DAY, 45),
        ack=Period(Unit.BUSINESS_DAY, 10),
        optout=Period(Unit.BUSINESS_DAY, 15),
        refusal_must_mention=(),
        fee_rule=FeeRule.FREE_TWO_A_YEAR,
        min_record_months=24,
    ),
    Regime(
        code="BR_LGPD",
        valid_from=date(2020, 9, 18),
        law_refs="LGPD art. 18-19; Codigo Civil art. 132 par. 1",
        mark="V/K",
        main=Period(Unit.DAY, 15),
        refusal_must_mention=(Mention.AUTHORITY,),
        fee_rule=FeeRule.FREE,
    ),
    Regime(
        code="CA_QC25",
        valid_from=date(2023, 9, 22),
        law_refs="CQLR P-39.1 s. 27, 32; Interpretation Act I-16 s. 52",
        mark="V/K",
        main=_THIRTY_DAYS,
        silence_is_refusal=True,
        refusal_must_mention=(Mention.AUTHORITY,),
        fee_rule=FeeRule.FREE_BUT_COPIES,
    ),
)

# The Union and the three EEA states, which apply the Regulation as it stands.
EU_AND_EEA: Final = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
_OUTSIDE: Final[Mapping[str, str]] = {
    "GB": "UK_GDPR",
    "CH": "CH_FADP",
    "US-CA": "US_CCPA",
    "BR": "BR_LGPD",
    "CA-QC": "CA_QC25",
}


def regime(code: str, on: date) -> Regime:
    """The row of this regime in force on a day (the day of receipt decides); raises UnknownRegimeError."""
    rows = [row for row in REGIMES if row.code == code]
    if not rows:
        raise UnknownRegimeError(
            f"{code!r} is not a known regime; known are {', '.join(sorted({r.code for r in REGIMES}))}"
        )
    for row in rows:
        if row.valid_from <= on and (row.valid_to is None or on <= row.valid_to):
            return row
    raise UnknownRegimeError(
        f"{code} was not in force on {on.isoformat()}; it begins on {min(r.valid_from for r in rows)}"
    )


def regime_of(place: str) -> str:
    """The regime that applies where the controller answers from this place; raises UnknownRegimeError."""
    code = place.strip().upper()
    country = code.partition("-")[0]
    found = "EU_GDPR" if country in EU_AND_EEA else _OUTSIDE.get(code) or _OUTSIDE.get(country)
    if found is None:
        raise UnknownRegimeError(f"no regime is kept for {place!r}; name one with its code, such as EU_GDPR")
    return found
