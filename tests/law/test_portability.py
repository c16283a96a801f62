"""Article 20 as a decision over fields: every combination of what a data map can say (P-01 to P-06)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from dsr.law.portability import (
    PROOF_DAYS,
    PROVIDED,
    RULES,
    Exclusion,
    NoTransmission,
    ReceiverFacts,
    Verdict,
    bases_of,
    chosen_origins,
    transmission_refusal,
    verdict,
)
from exporters.contract import Disclosure, Origin, Whose

BASES = ("6(1)(a)", "6(1)(b)", "6(1)(c)", "6(1)(d)", "6(1)(e)", "6(1)(f)", "9(2)(a)", "9(2)(b)", "9(2)(h)", "")
SPELLINGS = ("{}", "Art. {} GDPR", "article {}", "{}; 6(1)(c)", "6(1)(f) and {}")
EVERY: list[dict[str, Any]] = [
    {"origin": origin.value, "whose": whose.value, "disclosure": disclosure.value, "legal_basis": text, "automated": auto}
    for origin, whose, disclosure, basis, spelling, auto in product(
        Origin, Whose, Disclosure, BASES, SPELLINGS, (True, False)
    )
    for text in (spelling.format(basis),)
]  # fmt: skip


def test_P_01_P_02_P_03_all_conditions_together_and_none_alone() -> None:
    """P-01: consent or contract, by automated means, about her; P-02: provided or observed; P-03: nothing else."""
    assert len(EVERY) == 4 * 4 * 4 * 10 * 5 * 2
    for case in EVERY:
        found = verdict(**case)
        conditions = (
            case["disclosure"] in {"exported", "partly"},
            case["whose"] in {"subject", "third_party"},
            case["automated"],
            case["origin"] in {"provided", "observed"},
            any(basis in case["legal_basis"] for basis in ("6(1)(a)", "6(1)(b)", "9(2)(a)")),
        )
        assert found.portable is all(conditions), case
        assert (found.exclusion is None) is found.portable
        assert found.others is (found.portable and case["whose"] == "third_party")


def test_P_03_every_exclusion_is_reached_and_has_its_rule() -> None:
    narrowed = frozenset({"observed"})
    found = {verdict(**case, wanted=wanted).exclusion for case in EVERY for wanted in (PROVIDED, narrowed)}
    assert found == {None, *Exclusion}
    assert set(RULES) == set(Exclusion)


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ({"origin": "inferred"}, Exclusion.INFERRED),
        ({"origin": "inferred", "legal_basis": "6(1)(f)"}, Exclusion.INFERRED),
        ({"origin": "generated"}, Exclusion.GENERATED),
        ({"legal_basis": "6(1)(c)"}, Exclusion.LEGAL_OBLIGATION),
        ({"legal_basis": "6(1)(c), 6(1)(f)"}, Exclusion.LEGAL_OBLIGATION),
        ({"legal_basis": "6(1)(f)"}, Exclusion.LEGITIMATE_INTEREST),
        ({"legal_basis": "6(1)(e)"}, Exclusion.OTHER_BASIS),
        ({"legal_basis": "9(2)(h)"}, Exclusion.OTHER_BASIS),
        ({"legal_basis": ""}, Exclusion.OTHER_BASIS),
        ({"legal_basis": "no idea"}, Exclusion.OTHER_BASIS),
        ({"whose": "staff"}, Exclusion.NOT_ABOUT_HER),
        ({"whose": "somebody"}, Exclusion.NOT_ABOUT_HER),
        ({"disclosure": "never"}, Exclusion.SECRET),
        ({"disclosure": "never", "origin": "inferred", "whose": "staff"}, Exclusion.SECRET),
        ({"automated": False}, Exclusion.PAPER),
        ({"origin": "a new word"}, Exclusion.GENERATED),
    ],
)
def test_P_01_P_02_P_03_X_04_the_reason(case: dict[str, str], why: Exclusion) -> None:
    plain = {"origin": "provided", "legal_basis": "6(1)(b)", "whose": "subject", "disclosure": "exported"}
    assert verdict(**{**plain, **case}).exclusion is why  # type: ignore[arg-type]


def test_P_02_she_may_ask_for_one_half_and_no_choice_adds_what_the_law_leaves_out() -> None:
    """Art. 20(1): what she gave, what her use created, or both; an odd word of an old form narrows nothing."""
    assert chosen_origins("provided") == {"provided"}
    assert chosen_origins("observed") == {"observed"}
    assert (
        chosen_origins("both") == chosen_origins("") == chosen_origins(None) == chosen_origins("inferred") == PROVIDED
    )
    for case in EVERY:
        both, half = verdict(**case), verdict(**case, wanted=frozenset({"provided"}))
        if both.portable and case["origin"] == "observed":
            assert half == Verdict(Exclusion.NOT_CHOSEN)
        else:
            assert half == both


def test_P_06_what_tells_of_others_stays_in_her_copy_and_is_marked() -> None:
    """20(4), WP242 p. 11: numbers she called are hers to have; the mark is what the note to a receiver rests on."""
    found = verdict(origin="observed", legal_basis="6(1)(b)", whose="third_party", disclosure="partly")
    assert found == Verdict(None, others=True)


@pytest.mark.parametrize(
    ("text", "bases"),
    [
        ("6(1)(b)", {"6(1)(b)"}),
        ("Art. 6 (1) (B) GDPR", {"6(1)(b)"}),
        ("6(1)(b), 9(2)(a)", {"6(1)(b)", "9(2)(a)"}),
        ("66(1)(b)", set()),
        ("", set()),
        ("b", set()),
    ],
)
def test_P_01_bases_are_read_in_any_spelling(text: str, bases: set[str]) -> None:
    assert bases_of(text) == bases


TODAY = date(2026, 6, 15)
GOOD = ReceiverFacts(
    host="sftp.example.com",
    folder="/in",
    host_key="SHA256:x",
    recipient_key="age1x",
    key_expires_on=TODAY,
    verified_on=TODAY - timedelta(days=PROOF_DAYS),
    ended=False,
)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"key_expires_on": None}, None),
        ({"host": ""}, NoTransmission.NO_INTERFACE),
        ({"folder": ""}, NoTransmission.NO_INTERFACE),
        ({"host_key": ""}, NoTransmission.NO_HOST_KEY),
        ({"recipient_key": ""}, NoTransmission.NO_ENCRYPTION_KEY),
        ({"key_expires_on": TODAY - timedelta(days=1)}, NoTransmission.KEY_EXPIRED),
        ({"verified_on": None}, NoTransmission.UNPROVEN),
        ({"verified_on": TODAY + timedelta(days=1)}, NoTransmission.UNPROVEN),
        ({"verified_on": TODAY - timedelta(days=PROOF_DAYS + 1)}, NoTransmission.PROOF_OUTDATED),
        ({"ended": True}, NoTransmission.WITHDRAWN_RECEIVER),
    ],
)
def test_P_05_nothing_goes_to_whom_cannot_prove_who_it_is(change: dict[str, Any], why: NoTransmission | None) -> None:
    """Recital 68: the reason is told to her, and she gets her data herself."""
    assert transmission_refusal(replace(GOOD, **change), today=TODAY) is why


def test_P_05_an_unknown_receiver_is_a_reason_of_its_own() -> None:
    assert transmission_refusal(None, today=TODAY) is NoTransmission.UNKNOWN_RECEIVER
