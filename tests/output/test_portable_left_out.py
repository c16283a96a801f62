"""P-09: what the letter says about the data that do not come along reads as sentences, and names each data set once."""

from __future__ import annotations

from dsr.law.portability import Exclusion
from dsr.output.portable_fields import Excluded
from dsr.output.portable_letter import left_out
from dsr.wording.portability import EXCLUSIONS


def item(dataset: str, code: Exclusion, *, column: str = "", label: str = "", reason: str = "") -> Excluded:
    return Excluded(
        "billing", {"en": "Billing"}, dataset, {"en": dataset}, column, {"en": label}, code, {"en": reason}, 18
    )


def test_a_data_set_left_out_for_two_reasons_is_named_once_with_both() -> None:
    made, kept = Exclusion.GENERATED, Exclusion.LEGITIMATE_INTEREST
    lines = left_out([item("Invoices", made), item("Invoices", kept), item("Payments", made)], "en")

    assert lines[0] == f"Billing, Invoices: the whole data set (18 records). {EXCLUSIONS[made]} {EXCLUSIONS[kept]}"
    assert lines[1] == f"Billing, Payments: the whole data set (18 records). {EXCLUSIONS[made]}"


def test_a_reason_of_a_data_map_is_a_sentence_in_the_letter() -> None:
    secret = item("Accounts", Exclusion.SECRET, column="pw", label="Password", reason="a password: nobody may have it")

    assert left_out([secret], "en")[0] == "Billing, Accounts: Password. A password: nobody may have it."
