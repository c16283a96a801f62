"""What the sentences themselves must not do: steer, frighten, flatter, or leave open what is kept (EDPB 03/2022, ux.md 1.2)."""

from __future__ import annotations

import functools
import re

from dsr import catalogues


@functools.cache
def said() -> dict[str, tuple[str, ...]]:
    """Every sentence that a subscriber can read, and where it stands."""
    return {
        text: names for found, names in catalogues.sentences().items() for text in (found.text, found.plural) if text
    }


STEERING = re.compile(
    r"\b(sad to see|sorry to see|we will miss|we'll miss|miss out|missing out|lose (?:your )?(?:benefits|advantages|discount)"
    r"|exclusive|special offer|discount|hurry|only today|last chance|don.t go|please stay|really want|are you (?:really )?sure"
    r"|unfortunately for you|no,? (?:thanks|i (?:do not|don.t) (?:want|care))|you will regret|recommended choice|we recommend"
    r"|better experience|best experience|personali[sz]ed (?:offers|experience)|trusted partners|at your own risk"
    r"|oops|uh-oh|congratulations|awesome|hooray)\b",
    re.IGNORECASE,
)
VAGUE = re.compile(
    r"\b(may retain|might keep|may keep some|some data|certain data|as (?:long as )?(?:necessary|appropriate|needed)"
    r"|where applicable|from time to time|reasonable (?:time|period)|legitimate business|in due course"
    r"|as soon as (?:possible|we can)|shortly|(?<!as )soon)\b",
    re.IGNORECASE,
)
SAID_ALL_THE_SAME = {
    "Some data have to stay; below we say which, why, and until when. In this part we cannot do what you ask.",  # it does
    "It appears here shortly. If others had your data from us, we are telling them too.",  # the answer, on that very page
    "We answer as soon as we can.",  # late already; the reason and a new date stand beside it when there are any (L-19)
    "We answer you as soon as we can.",
}
"""Read one by one: what follows the words says what they leave open."""


def test_emotional_steering():
    """Neutral words everywhere: no plea, no fear, no prize, no button that makes the one who presses it feel small."""
    assert len(said()) > 1_400
    assert [(text, names) for text, names in said().items() if STEERING.search(text)] == []
    for trap in ("We are sad to see you go", "No thanks, I don't care about my data", "Are you sure?", "Last chance!"):
        assert STEERING.search(trap), trap


def test_ambiguous_wording():
    """Nothing is kept `as long as necessary`: what stays is named with its law and its last day (test_rights: 4_0_11)."""
    found = {text for text in said() if VAGUE.search(text)}
    assert found == SAID_ALL_THE_SAME  # a sentence that is gone, goes here too
    for vague in ("We may retain some data", "within a reasonable time", "as long as necessary"):
        assert VAGUE.search(vague), vague
