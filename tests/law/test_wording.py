"""No code without words: whatever the law or a verb can say, a person can read (ux.md 1.7, house.md idea 1)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from dsr import wording
from dsr.law.clock import ClockCode, ClockInput, Line, Suspension, SuspensionKind, WarningCode, due_dates
from dsr.law.rights import ExtensionReason, Ground, IdentityLevel, RestrictionGround, Right
from dsr.law.workflow import Action, Refusal, RefusalCode, State
from dsr.wording import clock, events, subject

if TYPE_CHECKING:
    from enum import StrEnum

LEFTOVER = re.compile(r"%\(|\bNone\b(?! of)|\b[a-z]+_[a-z_]+\b")  # an unfilled parameter, or a code shown to a person

# One value for every parameter a sentence may have, so that each sentence can be read.
PARAMS: dict[str, Any] = {
    "on": date(2026, 6, 6), "start": date(2026, 6, 4), "end": date(2026, 6, 8), "limit": date(2026, 7, 1), "other": date(2026, 7, 2),
    "earliest": date(2026, 7, 3), "after": date(2026, 7, 4), "told": date(2026, 7, 5), "proposed": date(2026, 7, 6), "until": date(2026, 7, 7),
    "later": date(2026, 7, 8), "count": 2, "days": 3, "day": 12, "needed": 3, "level": 1, "buffer": 5, "kind": "identity", "place": "DE-BY", "name": "Corpus Christi",
    "state": "review", "right": "access", "roles": "handler,lead",
}  # fmt: skip


def readable(text: str) -> bool:
    return bool(text.strip()) and not LEFTOVER.search(text)


@pytest.mark.parametrize("kind", wording.PHRASES, ids=lambda k: k.__name__)
def test_every_member_of_every_vocabulary_has_words(kind: Any) -> None:
    assert set(wording.PHRASES[kind]) == set(kind)
    for member in kind:
        assert readable(wording.say(member)), member


@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_has_a_sentence_a_person_can_act_on(code: RefusalCode) -> None:
    said = wording.refusal(Refusal(code, PARAMS))
    assert readable(said), said
    assert said.endswith(".")


@pytest.mark.parametrize("code", [*ClockCode, *WarningCode])
def test_every_line_of_the_clock_has_a_sentence(code: str) -> None:
    assert readable(wording.line(Line(code, PARAMS)))


def test_every_state_has_a_headline_and_a_next_step_for_the_subject() -> None:
    assert set(subject.SUBJECT_STATES) == set(State)
    for state in State:
        for right in (None, *Right):
            words = wording.subject_state(state, right)
            assert readable(words.headline), state
            assert readable(words.next_step), state
            assert words.next_step == wording.next_step(state.value, right)


def test_the_subject_reads_no_legal_terms_in_her_states() -> None:
    """Plain words (Art. 12(1)): no articles, no jargon."""
    jargon = re.compile(r"Art\.|controller|erasure|rectification|restriction|portability|processing", re.IGNORECASE)
    for headline, following in (*subject.SUBJECT_STATES.values(), *subject.SUBJECT_STATES_OF_RIGHT.values()):
        assert not jargon.search(f"{headline} {following}")


def test_every_action_is_also_an_event_in_the_past() -> None:
    assert {action.value for action in Action} <= set(events.EVENTS)
    for kind in events.EVENTS:
        assert readable(wording.event(kind))


def test_buttons_are_short() -> None:
    assert all(len(wording.action(action).split()) <= 5 for action in Action)


@pytest.mark.parametrize("right", Right)
def test_rights_in_three_voices_and_their_articles(right: Right) -> None:
    said = (wording.right(right), wording.right_plain(right), wording.right_asked(right))
    assert all(readable(words) for words in said)
    assert wording.article(right).startswith("Art. ")


@pytest.mark.parametrize("code", [*Ground, *ExtensionReason, *RestrictionGround])
def test_a_stored_ground_finds_its_words(code: StrEnum) -> None:
    assert readable(wording.ground(code.value))


def test_a_ground_means_one_thing() -> None:
    codes = [member.value for kind in (Ground, ExtensionReason, RestrictionGround) for member in kind]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("code", Ground)
def test_12_4_every_ground_of_refusal_has_its_law(code: Ground) -> None:
    assert readable(wording.ground_law(code.value))
    assert "20(4)" in wording.ground_law(Ground.RIGHTS_OF_OTHERS, Right.PORTABILITY)
    assert "15(4)" in wording.ground_law(Ground.RIGHTS_OF_OTHERS, Right.ACCESS)


def test_unknown_codes_are_an_error_and_not_an_empty_page() -> None:
    for call in (
        lambda: wording.refusal(Refusal("nope")),
        lambda: wording.event("nope"),
        lambda: wording.ground("nope"),
    ):
        with pytest.raises(KeyError):
            call()


def test_the_sentence_of_the_design() -> None:
    asking = ClockInput(
        received_at=datetime(2026, 5, 4, 18, 30, tzinfo=ZoneInfo("Europe/Berlin")), timezone="Europe/Berlin", jurisdiction="DE-BY",
    )  # fmt: skip
    with translation.override("en"):
        said = "; ".join(wording.explanation(due_dates(asking).explanation))
    assert said == (
        "received Mon 4 May 2026; one month ends Thu 4 June 2026; 4 June 2026 is Corpus Christi in Bavaria; "
        "next working day Fri 5 June 2026; last day Fri 5 June 2026, until midnight"
    )


def test_dates_and_holidays_follow_the_active_language() -> None:
    line = Line(ClockCode.HOLIDAY, {"on": date(2026, 6, 4), "place": "DE-BY", "name": "Corpus Christi"})
    with translation.override("de"):
        said = wording.line(line)
    assert "Juni 2026" in said
    assert "Fronleichnam" in said


def test_a_local_holiday_without_a_name_still_reads() -> None:
    line = Line(ClockCode.HOLIDAY, {"on": date(2025, 8, 8), "place": "DE-BY", "name": ""})
    assert wording.line(line) == "8 August 2025 is a local holiday in Bavaria"


def test_a_line_from_a_stored_row_reads_like_a_fresh_one() -> None:
    given = due_dates(
        ClockInput(
            received_at=datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Europe/Berlin")), timezone="Europe/Berlin", jurisdiction="DE",
            suspensions=(Suspension(date(2026, 3, 4), date(2026, 3, 14), SuspensionKind.IDENTITY),),
        )
    )  # fmt: skip
    for line in (*given.explanation, *given.warnings):
        assert wording.line(line.as_json()) == wording.line(line)


def test_params_become_words() -> None:
    level = Refusal(RefusalCode.IDENTITY_TOO_LOW, {"level": 1, "needed": 3})
    assert wording.say(IdentityLevel.STRONG) in wording.refusal(level)
    assert "Handler, Privacy lead or System" in wording.refusal(
        Refusal(RefusalCode.ROLE, {"roles": "handler,lead,system"})
    )
    assert "Reviewer." in wording.refusal(Refusal(RefusalCode.ROLE, {"roles": "reviewer"}))
    assert wording.refusal(Refusal(RefusalCode.TASKS_OPEN, {"count": 1})).startswith("One store")
    assert wording.refusal(Refusal(RefusalCode.TASKS_OPEN, {"count": 3})).startswith("3 stores")
    assert wording.clock_stopped(date(2026, 12, 3)).startswith("Clock stopped since 3 December 2026.")


def test_places_have_names_or_show_their_code() -> None:
    assert wording.place_name("de-by") == "Bavaria"
    assert wording.place_name("IT-RM") == "IT-RM"
    assert {code for code in clock.PLACES if code.startswith("GB")} == {"GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS"}
