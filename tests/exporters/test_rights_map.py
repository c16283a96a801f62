"""What a data map may not say about correction, restriction and objection; each complaint names file, line and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporters.registry import ConfigError
from tests.exporters.test_rights import sqlite

if TYPE_CHECKING:
    from tests.exporters import gym

__all__ = ["sqlite"]  # fixture


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("set: {status: frozen, no_mail: 1}", "set: {id: 7}"), "which row it is or whose"),
        (("set: {status: frozen, no_mail: 1}", "set: {nothing: 7}"), "not a field of"),
        (("lift: restore", "lift: later"), "lift: restore"),
        (("set: {status: frozen, no_mail: 1}", "set: {}"), "at least one column"),
        (("marketing: {set: {no_mail: 1}}", "fishing: {set: {no_mail: 1}}"), "neither 'marketing' nor defined"),
        (("{research: nobody", "{scoring: nobody"), "says what to write"),
        (("{stamp: date}", "{stamp: noon}"), "date or datetime"),
        (("not_used_for: {research:", "not_used_for: {fishing:"), "neither 'marketing' nor defined"),
        (("note: {column: remarks,", "note: {column: id,"), "can hold a note"),
        (("{field} ought to read {value}", "{field} is wrong"), "{field} and {value} once each"),
        (("follows: {upper: last_name}", "follows: {upper: nothing}"), "not another field"),
        (("follows: {upper: last_name}", "follows: {upper: full_name}"), "follows another column itself"),
        (("follows: {upper: last_name}", "follows: {upper: [first_name, last_name]}"), "one column is expected"),
        (
            ("follows: {upper: last_name}, correct: true", "follows: {upper: last_name}, correct: never"),
            "correct: true",
        ),
        (("buyer: {label: {en: Name}", "buyer: {correct: true, label: {en: Name}"), "issued document"),
        (("pin: {label: {en: PIN}", "pin: {correct: true, label: {en: PIN}"), "never disclosed"),
        (("nick: {label", "nick: {correct: maybe, label"), "is not one of"),
    ],
)
def test_a_section_that_cannot_work_is_refused_with_its_place(
    change: tuple[str, str], words: str, sqlite: gym.Gym
) -> None:
    with pytest.raises(ConfigError, match=r"gym-map\.yaml:\d+:\d+: ") as raised:
        sqlite.store(change)

    assert words in str(raised.value)


def test_a_growing_dataset_has_no_switch(sqlite: gym.Gym) -> None:
    with pytest.raises(ConfigError, match="grows"):
        sqlite.store(("    growing: true\n", "    growing: true\n    restriction: {set: {login: x}}\n"))
