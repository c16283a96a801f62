"""All rights from a letter to the closed case, by keyboard only, with a second person where the law of the desk wants one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from dsr.audit import verify_case
from dsr.demo.people import by_position
from dsr.models import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.browser.office import Office

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PERSON = by_position(9)
"""Nobody else's name stands in his texts: they are read, and nothing is suggested."""

JOURNEYS: Final[Mapping[str, tuple[str, str, str, Mapping[str, Any], set[str]]]] = {
    # right: (mode of the handler, mode of the second person, words, answers, the ends that are right)
    "access": ("desktop", "desktop", "What do you hold about me?", {}, {"completed"}),
    "portability": ("desktop", "phone", "I want my data in a form another provider reads.", {}, {"completed"}),
    "erasure": ("dark", "desktop", "Delete what you hold.", {}, {"completed", "partly_completed"}),
    "rectification": (
        "desktop",
        "desktop",
        "My street is called Kupferplatz 45.",
        {"claim_0": "accepted", "checked": "The contract he sent along.", "reason": ""},
        {"completed"},
    ),
    "restriction": (
        "phone",
        "desktop",
        "My date of birth is wrong; do not use it until that is settled.",
        {"ground": "accuracy_contested", "what": "Your date of birth."},
        {"completed"},
    ),
    "objection": (
        "desktop",
        "dark",
        "I object to the profile you make of me.",
        {
            "what": "The profile.",
            "outcome": "granted",
            "situation": "He lives with his employer.",
            "interests": "None that compels.",
            "necessity": "Offers can be made without it.",
            "erased": "The profile, which rests on this use alone.",
            "stopped": "The profile stops and is deleted.",
            "instruction": "Stop the profile and delete it.",
        },
        {"completed"},
    ),
    "consent_withdrawal": (
        "desktop",
        "desktop",
        "I take back my consent to the newsletter.",
        {"stopped": "The newsletter has stopped today."},
        {"completed"},
    ),
    "automated_decision": (
        "desktop",
        "desktop",
        "A person shall look at the refusal of my contract.",
        {
            "function": "Head of credit control",
            "considered": "The payments of the last year.",
            "statement": "He had moved and paid late once.",
            "result": "changed",
            "said": "You get the contract.",
            "reasons": "One late payment says little.",
            "different": "Three unpaid invoices.",
            "logic": "A score from payments and address.",
            "law": "You may have a person look at it (Article 22(3) GDPR).",
        },
        {"completed"},
    ),
}


@pytest.mark.parametrize("right", JOURNEYS)
def test_a_right_from_the_letter_to_its_end(office: Callable[..., Office], right: str) -> None:
    handler, second, words, answers, ends = JOURNEYS[right]
    people = office(handler, second)

    case = people.handler.register(PERSON, right, words)
    people.handler.look()
    case = people.walk(case, answers)

    assert case.state in ends, people.steps
    people.handler.open(case)
    people.handler.look()
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    assert people.handler.found + people.second.found == []
