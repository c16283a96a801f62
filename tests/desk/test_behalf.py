"""The case page says whose data it is when that is not the sender."""

from __future__ import annotations

import pytest

from dsr.desk.behalf import flags_of
from dsr.law.persons import Behalf, Person


@pytest.mark.parametrize(
    ("behalf", "flags"),
    [
        (Behalf(who="child"), ["For a child"]),
        (Behalf(who="child", ask=True), ["For a child", "Ask the child too"]),
        (Behalf(who="represented", covers=("access",)), ["By a representative"]),
        (
            Behalf(who="represented", covers=("erasure",)),
            ["By a representative", "The authority does not name this right"],
        ),
        (Behalf(who="deceased"), ["For somebody who died"]),
        (Behalf(who="other_user"), ["For another user of the line"]),
    ],
)
def test_H_01_H_04_H_06_H_09_the_desk_sees_for_whom_it_is(behalf, flags):
    assert flags_of({"scope": {"for": behalf.scope()}}, "access") == flags


def test_a_persons_own_request_has_no_flag():
    assert flags_of({"scope": {}}, "access") == []
    assert flags_of({}, "access") == []


def test_everybody_but_oneself_has_a_flag():
    for who in set(Person) - {Person.ME}:
        assert flags_of({"scope": {"for": {"who": who.value}}}, "access")
