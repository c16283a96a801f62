"""SC-19: a daughter asks for mailbox and invoices of her dead mother: Spain gives her a right, Germany has no right to give."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.audit import verify_case
from dsr.cases import endings, identity
from dsr.cases.intake import Told
from dsr.law.persons import Behalf, Person, Relation, refused_after_death
from dsr.law.rights import Right
from dsr.models import Case
from tests.letters import text
from tests.scenarios.cast import again, lead, local, prepared_by, received, staff

pytestmark = pytest.mark.django_db
ASKED: dict[str, Any] = {"rights": [Right.ACCESS], "died_on": date(2026, 3, 1), "today": date(2026, 4, 20)}


def daughters(place: str) -> Case:
    """Her request of Monday 20 April 2026, about Erna, who died on 1 March."""
    behalf = Behalf(
        who=Person.DECEASED.value, name="Erna Example", relation="family", died_on="2026-03-01", shown="upload"
    )
    told = Told(
        name="Anna Example",
        words="The mailbox and the invoices of my mother.",
        contact_email="anna@example.com",
        scope={"for": behalf.scope()},
    )
    return received(place, Right.ACCESS, local(place, 2026, 4, 20), told=told)


def test_SC_19_H_07_in_spain_a_relative_acts_and_what_she_proves_opens_the_search() -> None:
    """LOPDGDD 3: due 20 May; the proof of the relation is looked at first, and the clock does not wait for it to be filed."""
    case = daughters("ES")
    assert refused_after_death(country="ES", relation=Relation.FAMILY.value, **ASKED) == ""
    assert case.due_on == date(2026, 5, 20)
    kept = Behalf.of(case.request.content()["scope"])
    assert kept is not None
    assert (kept.who, kept.name, kept.died_on) == (Person.DECEASED.value, "Erna Example", "2026-03-01")
    assert case.state == "received", "nobody collects before the relation is shown"

    seen = local("ES", 2026, 4, 22)
    known = (("billing", "10000001"),)
    identity.identify(request=case.request, level=3, method="document", known=known, actor=staff(case), now=seen)

    case = again(case)
    assert (case.state, case.due_on) == ("assessing", date(2026, 5, 20))
    assert verify_case(case) == []


def test_SC_19_H_06_in_germany_there_is_no_right_and_the_letter_says_what_an_heir_does_instead() -> None:
    """Recital 27: not personal data of the daughter. The contract goes to the heirs, with a certificate of inheritance."""
    case = daughters("DE")
    assert refused_after_death(country="DE", relation=Relation.FAMILY.value, **ASKED) == "not_entitled"
    at = local("DE", 2026, 4, 23)
    known = (("billing", "10000001"),)
    identity.identify(request=case.request, level=3, method="document", known=known, actor=staff(case), now=at)
    case = endings.refuse(
        case_id=prepared_by(case).pk,
        ground="not_personal_data",
        reason="You ask for data of your mother. The GDPR does not protect the data of people who died.",
        advice="As her heir you enter the contract: send us the certificate of inheritance, and we hand over what belongs to it.",
        actor=lead(case),
        now=at,
    )

    assert (case.state, case.ground) == ("refused", "not_personal_data")
    said = text("L-07")
    assert "certificate of inheritance" in said
    assert "Example Data Protection Authority" in said, "12(4): authority and court are named all the same"
    assert "Erna" not in str(list(case.events.values_list("data", flat=True)))
    assert verify_case(Case.objects.get(pk=case.pk)) == []
