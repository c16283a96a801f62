"""Whatever a store, a plan or a task says in a code, the desk says in a sentence."""

from __future__ import annotations

import pytest

from dsr.desk.plan_page import REASONS, TREATMENTS
from dsr.desk.troubles import TROUBLES, trouble
from exporters.plans import Reason, Treatment


def test_every_treatment_and_every_reason_of_a_plan_has_words():
    assert set(TREATMENTS) == {one.value for one in Treatment}
    assert set(REASONS) == {one.value for one in Reason}


def test_a_refusal_of_an_interface_names_its_status():
    assert trouble("http_418") == "The interface refuses the call with the status 418. Its owner knows why."


@pytest.mark.parametrize("code", ["server_error", "no_delivery", "value_changed", "newer_release", "too_long"])
def test_troubles_end_with_something_to_do(code):
    """A person who reads it knows what happened and what comes next: two sentences, or a half-sentence more."""
    assert TROUBLES[code].count(".") >= 2 or ";" in TROUBLES[code]
