"""Who may ask for whom (rules.md 3.9): the tables, walked whole."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest

from dsr.law import persons
from dsr.law.persons import AFTER_DEATH, ASKED_FROM, Behalf, Relation
from dsr.law.rights import Right

TODAY = date(2026, 11, 22)
COUNTRIES = [*AFTER_DEATH, "AT", "GB", "IE", "GR", "US", "BR", ""]


def _expected(country: str, right: Right, relation: str, died_on: date) -> str:
    row = AFTER_DEATH.get(country)
    if row is None or right not in row.rights:
        return "no_right"
    if relation not in row.relations:
        return "not_entitled"
    if died_on > TODAY:
        return "not_dead_yet"
    # The day on which the years are over: the same day and month, or the day after a 29 February.
    limit = row.years
    if limit is not None and (died_on.year + limit, died_on.month, died_on.day) <= (2026, 11, 22):
        return "too_late"
    return ""


def test_H_06_H_07_H_08_who_may_ask_for_the_dead_in_thousands_of_cases():
    days = [TODAY + timedelta(days=days) for days in (1, 0, -1, -365, -1826, -1827, -3652, -3653, -20000)]
    relations = [*(str(relation) for relation in Relation), "neighbour"]
    cases = list(itertools.product(COUNTRIES, Right, relations, days))

    assert len(cases) > 5000
    for country, right, relation, died_on in cases:
        found = persons.refused_after_death(
            country=country, rights=[right], relation=relation, died_on=died_on, today=TODAY
        )
        assert found == _expected(country, right, relation, died_on), (country, right, relation, died_on)


def test_H_06_no_right_of_several_may_be_missing():
    refused = persons.refused_after_death(
        country="ES", rights=[Right.ACCESS, Right.PORTABILITY], relation="heir", died_on=TODAY, today=TODAY
    )

    assert refused == "no_right"


@pytest.mark.parametrize(("country", "died_on", "code"), [
    ("DK", date(2016, 11, 23), ""),
    ("DK", date(2016, 11, 22), "too_late"),
    ("HU", date(2021, 11, 23), ""),
    ("HU", date(2021, 11, 22), "too_late"),
    ("ES", date(1966, 1, 1), ""),
])  # fmt: skip
def test_H_08_the_years_after_a_death_end_on_their_day(country, died_on, code):
    refused = persons.refused_after_death(
        country=country, rights=[Right.ERASURE], relation="family", died_on=died_on, today=TODAY
    )

    assert refused == code


def test_4_0_10_the_age_at_which_a_child_is_asked_turns_on_its_birthday_in_every_country():
    places = [(code.partition("-")[0], code.partition("-")[2]) for code in ASKED_FROM] + [("IE", ""), ("GR", "")]
    for country, subdivision in places:
        age = persons.asked_from(country, subdivision).years
        birthday = date(TODAY.year - age, TODAY.month, TODAY.day)
        for days in range(-400, 400):
            born_on = birthday + timedelta(days=days)
            asked = persons.asks_child(country=country, subdivision=subdivision, born_on=born_on, today=TODAY)
            assert asked == (days <= 0), (country, born_on)


def test_4_0_10_scotland_has_an_age_of_its_own_and_an_unknown_part_of_a_country_the_countrys():
    assert persons.asked_from("GB", "SCT").years == 12
    assert persons.asked_from("GB", "WLS") == persons.asked_from("GB")
    assert persons.asked_from("GR") == persons.ASKED_AT


def test_every_row_says_where_it_comes_from_and_how_sure_it_is():
    sources = [(row.source, row.mark) for row in AFTER_DEATH.values()]
    sources += [(age.source, age.mark) for age in (*ASKED_FROM.values(), persons.ASKED_AT)]

    assert all(source and mark in {"V", "K", "P"} for source, mark in sources)


@pytest.mark.parametrize(("born_on", "adult"), [(date(2008, 11, 22), True), (date(2008, 11, 23), False)])
def test_H_04_a_child_of_eighteen_gives_a_written_authority_like_anybody_else(born_on, adult):
    assert persons.of_age(born_on=born_on, today=TODAY) is adult


def test_who_was_born_on_29_february_has_a_birthday_on_1_march():
    assert persons.years_between(date(2012, 2, 29), date(2026, 2, 28)) == 13
    assert persons.years_between(date(2012, 2, 29), date(2026, 3, 1)) == 14


def test_for_whom_a_request_is_survives_being_kept_as_json():
    behalf = Behalf(who="represented", name="Jan Kowalski", covers=("access", "erasure"), organisation="Example Law")

    assert Behalf.of({"for": behalf.scope()}) == behalf
    assert set(Behalf(who="child").scope()) == set(behalf.scope())
    assert Behalf.of({}) is None
    assert Behalf.of({"for": {"who": "child", "name": "Jan", "later": 1}}) == Behalf(who="child", name="Jan")


def test_H_04_what_the_authority_does_not_name_is_said():
    assert Behalf(who="represented", covers=("access",)).uncovered(["access", "erasure"]) == ["erasure"]
    assert Behalf(who="child").uncovered(["access"]) == []
