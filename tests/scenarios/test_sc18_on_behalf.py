"""SC-16, SC-18, SC-19: a spouse, a lawyer and a daughter ask; who may, and whose clock runs from when (3.9)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.cases.intake import Told
from dsr.desk.behalf import flags_of
from dsr.law.persons import Behalf, Person, Relation, refused_after_death
from dsr.law.rights import Right
from tests.scenarios.cast import local, received

pytestmark = pytest.mark.django_db


def told(behalf: Behalf) -> Told:
    return Told(
        name="Anna Example",
        words="Everything, please.",
        contact_email="anna@example.com",
        scope={"for": behalf.scope()},
    )


def test_SC_18_T_02_H_04_a_lawyers_letter_starts_the_clock_on_delivery_and_its_gaps_are_seen():
    """8 May 2026 is a holiday in France and a Friday: due on Monday 11 May. No form of ours can be insisted on."""
    behalf = Behalf(
        who=Person.REPRESENTED.value,
        name="Anna Example",
        organisation="Example Avocats",
        shown="post",
        covers=(Right.ACCESS.value,),
    )
    case = received("FR", Right.ACCESS, local("FR", 2026, 4, 8), channel="post", told=told(behalf))

    assert case.due_on == date(2026, 5, 11)
    assert case.state == "received", "the mandate is checked before anything is collected"
    kept = Behalf.of(case.request.content()["scope"])
    assert kept is not None
    assert kept.uncovered([Right.ACCESS.value]) == []
    assert kept.uncovered([Right.ACCESS.value, Right.ERASURE.value]) == [Right.ERASURE.value]
    assert case.request.content()["contact_email"] == "anna@example.com", "the package goes to the person herself"


def test_SC_19_H_06_H_07_after_a_death_the_country_decides_who_may_ask():
    asked: dict[str, Any] = {"rights": [Right.ACCESS], "died_on": date(2026, 3, 1), "today": date(2026, 4, 20)}
    assert refused_after_death(country="ES", relation=Relation.FAMILY.value, **asked) == ""
    assert refused_after_death(country="DE", relation=Relation.FAMILY.value, **asked) == "not_entitled"
    assert refused_after_death(country="DE", relation=Relation.HEIR.value, **asked) == "", (
        "the heirs enter the contract"
    )

    behalf = Behalf(
        who=Person.DECEASED.value, name="Erna Example", relation="family", died_on="2026-03-01", shown="upload"
    )
    case = received("ES", Right.ACCESS, local("ES", 2026, 4, 20), told=told(behalf))
    assert case.due_on == date(2026, 5, 20)
    assert flags_of(case.request.content(), case.right), "the desk sees that it is about somebody who died"


def test_SC_16_H_09_the_other_user_of_a_line_is_not_identified_by_the_contract_of_the_holder():
    behalf = Behalf(who=Person.OTHER_USER.value, name="Anna Example", contact="anna@example.com")
    case = received("ES-MD", Right.ACCESS, local("ES", 2026, 9, 12), told=told(behalf))

    assert case.due_on == date(2026, 10, 13)
    assert (case.state, case.request.identity_level) == ("received", 0)
    assert flags_of(case.request.content(), case.right)
