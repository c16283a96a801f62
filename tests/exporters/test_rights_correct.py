"""Rectification on the gym: overwritten, annotated, followed, listed as a copy, or refused with a reason (R-01 to R-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporters.contract import Change, Confirmed, Permanent, PlanBlocked, Reason, RowKey, Temporary, Treatment
from exporters.datamap.load import load
from exporters.datamap.rights import Correct
from exporters.datamap.rights_load import correction
from exporters.testing.checksums import touched
from tests.exporters import gym
from tests.exporters.test_rights import NOW, apply, goes_on, own, plan, shown, sqlite

if TYPE_CHECKING:
    from pathlib import Path

    from exporters.contract import JsonValue, PlanLine, Problem

__all__ = ["own", "sqlite"]  # fixtures

MEMBER, BILL = RowKey("members", (1,)), RowKey("bills", (10,))


def corrected(store: object, *changes: tuple[RowKey, str, JsonValue]) -> tuple[PlanLine, ...]:
    """The plan of Ann's corrections."""
    return plan(store, gym.ANN, "rectification", changes=tuple(Change(*one) for one in changes))


def refused(store: object, *changes: tuple[RowKey, str, JsonValue]) -> list[Problem]:
    """What stands against Ann's corrections."""
    with pytest.raises(PlanBlocked) as raised:
        corrected(store, *changes)
    for _, _, value in changes:
        assert not value or len(str(value)) < 3 or str(value) not in str([str(raised.value), raised.value.problems])
    return list(raised.value.problems)


def test_what_follows_is_corrected_with_it_and_other_rows_stay(own: gym.Gym) -> None:
    """R-01, R-06: full name, sort name and the flyers' address follow; who is called the same is not touched."""
    store = own.store()
    before = own.sums()

    lines = corrected(store, (MEMBER, "email", "anna@example.com"), (MEMBER, "last_name", "Lée-Oz"))
    apply(store, lines)

    written = [one for one in lines if one.writes]
    assert shown(tuple(written)) == [("correct", "members", None, 1), ("correct", "flyers", None, 1)]
    assert own.ask("SELECT email, last_name, full_name, sort_name FROM members WHERE id = 1") == [
        ("anna@example.com", "Lée-Oz", "Ann Lée-Oz", "LÉE-OZ")
    ]
    assert own.ask("SELECT send_to FROM flyers WHERE member_id = 1") == [("anna@example.com",)]
    assert touched(before, own.sums()) == {("members", "1"), ("flyers", "1")}
    assert {(one.holds, one.differs, one.gone) for one in store.confirm(lines)} == {(1, 0, 0)}
    again = store.apply(lines, approval="a", now=NOW, check=goes_on)
    assert sum(one.changed for one in again) == 0, "also where her rows were found by what has been corrected"


def test_a_derived_value_set_on_purpose_does_not_follow(sqlite: gym.Gym) -> None:
    store = sqlite.store()
    lines = plan(store, gym.CEM, "rectification", changes=(Change(RowKey("members", (3,)), "first_name", "Cemal"),))

    assert [[one.column for one in line.cells] for line in lines] == [["first_name"]]


def test_copies_the_map_does_not_let_follow_are_listed_for_a_person(sqlite: gym.Gym) -> None:
    """R-06: a contact with the old address, log-ins found by it, bills with the old name."""
    lines = corrected(sqlite.store(), (MEMBER, "email", "anna@example.com"), (MEMBER, "last_name", "Oz"))

    found = {(one.dataset, one.fields[0].column, one.count) for one in lines if one.reason is Reason.COPY}
    assert found == {("contacts", "mail", 1), ("visits", "login", 2), ("bills", "buyer", 2)}
    assert all(one.treatment is Treatment.MANUAL for one in lines if one.reason is Reason.COPY)


def test_an_issued_bill_is_annotated_and_never_overwritten(own: gym.Gym) -> None:
    """R-02: the note stands below what the desk wrote, and only once."""
    store = own.store()
    other = RowKey("bills", (11,))

    lines = corrected(store, (BILL, "buyer", "Ann Lee"), (other, "buyer", None))
    apply(store, lines)

    assert [one.treatment for one in lines] == [Treatment.ANNOTATE] * 2
    assert own.ask("SELECT buyer, remarks FROM bills WHERE id IN (10, 11) ORDER BY id") == [
        ("Lee", "paid\n2026-11-22: buyer ought to read Ann Lee"),
        ("Lee", "2026-11-22: buyer ought to read -"),
    ]
    own.execute("UPDATE bills SET remarks = '2026-11-22: buyer ought to read -\nsent again' WHERE id = 11")
    assert sum(one.changed for one in apply(store, lines)) == 0, "a later note of the desk's is no change of ours"
    assert shown(corrected(store, (BILL, "buyer", "Ann Lee"))) == [("keep", "bills", "already", 1)]
    assert store.confirm(lines)[1] == Confirmed(1, holds=1, differs=0, gone=0)


def test_what_cannot_be_annotated_is_a_persons_statement(sqlite: gym.Gym) -> None:
    """R-03: a letter stays as it was written."""
    lines = corrected(sqlite.store(), (RowKey("letters", (1,)), "body", "never wrote that"), (MEMBER, "score", 9))

    assert shown(lines) == [("manual", "letters", "issued", 1), ("manual", "members", "issued", 1)]


def test_a_shared_row_is_a_persons_task(sqlite: gym.Gym) -> None:
    lines = corrected(sqlite.store(), (RowKey("places", (1,)), "street", "Quay 7"))

    assert shown(lines) == [("manual", "places", "shared", 1)]


def test_a_value_that_is_right_already_is_said(sqlite: gym.Gym) -> None:
    lines = corrected(sqlite.store(), (MEMBER, "weight", 61.5), (MEMBER, "born", "1990-02-03"))

    assert shown(lines) == [("keep", "members", "already", 1)]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (MEMBER, "id", "tells the rows apart"),
        (MEMBER, "pin", "never disclosed"),
        (MEMBER, "status", "system itself"),
    ],
)
def test_what_nobody_can_state_is_refused_with_the_reason(
    row: RowKey, column: str, words: str, sqlite: gym.Gym
) -> None:
    (problem,) = refused(sqlite.store(), (row, column, "77"))

    assert (problem.code, problem.place) == ("not_correctable", f"gym.members.{column}")
    assert words in problem.detail


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("email", None, "not_null"),
        ("email", "bea@example.com", "unique"),
        ("first_name", "A" * 21, "too_long"),
        ("first_name", "A" * 20, "too_long"),  # the full name, which follows, has no room
        ("first_name", "Ann\x00", "wrong_type"),
        ("born", "3 February", "wrong_type"),
        ("born", True, "wrong_type"),
        ("weight", "heavy", "wrong_type"),
        ("weight", 1234.5, "out_of_range"),
        ("weight", "61.555", "out_of_range"),
        ("weight", 12, "check"),
        ("tariff", "gold", "foreign_key"),
        ("nick", ["a"], "wrong_type"),
    ],
)
def test_what_the_store_would_not_take_is_refused_before_anything_is_written(
    column: str, value: JsonValue, code: str, own: gym.Gym
) -> None:
    own.execute("UPDATE members SET full_name = 'Ann Lee', last_name = 'Lee' WHERE id = 1")
    store = own.store()
    changes: list[tuple[RowKey, str, JsonValue]] = [(MEMBER, column, value)]
    if value == "A" * 20:
        changes.append((MEMBER, "last_name", "B" * 12))
    before = own.sums()

    problems = refused(store, *changes)

    assert [one.code for one in problems] == [code]
    assert problems[0].place.startswith("gym.members.")
    assert touched(before, own.sums()) == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "value", "stored"),
    [
        ("weight", "72.5", "72.50"),
        ("weight", None, "None"),
        ("tariff", "plus", "plus"),
        ("born", "1991-12-31", "1991-12-31"),
        ("nick", " Ann  ", " Ann  "),
        ("nick", "", ""),
        ("email", "ANN@example.com", "ANN@example.com"),
    ],
)
def test_what_the_store_takes_stands_there_to_the_byte(column: str, value: str, stored: str, own: gym.Gym) -> None:
    store = own.store()

    lines = corrected(store, (MEMBER, column, value))
    apply(store, lines)

    ((found,),) = own.ask(f"SELECT {column} FROM members WHERE id = 1")
    assert (f"{found:.2f}" if isinstance(found, float) else str(found)) == stored


@pytest.mark.stores
def test_a_letter_the_columns_character_set_lacks_is_refused(tmp_path: Path) -> None:
    """latin1 has no Polish letters; a strict server would stop the write, a lax one would store a question mark."""
    with gym.fresh("mariadb", tmp_path) as own_gym:
        store = own_gym.store()
        (problem,) = refused(store, (MEMBER, "nick", "Łucja"))
        assert (problem.code, problem.place) == ("charset", "gym.members.nick")
        apply(store, corrected(store, (MEMBER, "nick", "Zoë")))
        assert own_gym.ask("SELECT nick FROM members WHERE id = 1") == [("Zoë",)]


def test_a_row_of_somebody_else_or_a_field_of_nowhere_is_refused(sqlite: gym.Gym) -> None:
    store = sqlite.store()

    (other,) = refused(store, (RowKey("members", (2,)), "nick", "Beatrix"))
    (nowhere,) = refused(store, (RowKey("attic", (2,)), "nick", "Beatrix"))
    (twice,) = refused(store, (MEMBER, "nick", "Anouk"), (MEMBER, "nick", "Anita"))

    assert [one.code for one in (other, nowhere, twice)] == ["not_hers", "unknown_field", "asked_twice"]


def test_a_value_changed_since_makes_the_plan_stale(own: gym.Gym) -> None:
    """Optimistic, byte for byte: a blank at the end, which MariaDB's collations ignore, is a difference."""
    store = own.store()
    lines = corrected(store, (MEMBER, "nick", "Anouk"))
    own.execute("UPDATE members SET nick = 'ann ' WHERE id = 1")
    before = own.sums()

    with pytest.raises(Permanent) as raised:
        apply(store, lines)

    assert (raised.value.code, raised.value.place) == ("plan_stale", "gym.members")
    assert touched(before, own.sums()) == set()


def test_a_value_somebody_took_in_the_meantime_makes_the_plan_stale(own: gym.Gym) -> None:
    store = own.store()
    lines = corrected(store, (MEMBER, "email", "anna@example.com"))
    own.execute("UPDATE members SET email = 'anna@example.com' WHERE id = 2")

    with pytest.raises(Permanent) as raised:
        apply(store, lines)

    assert raised.value.code == "plan_stale"


def test_what_may_be_corrected_follows_from_category_and_origin_unless_the_map_says_more() -> None:
    """R-01 to R-03."""
    data_map = load(gym.MAP)
    found = {
        f"{dataset.name}.{field.name}": correction(dataset, field).how
        for dataset in data_map.datasets.values()
        for field in dataset.fields.values()
    }

    wanted = {
        "members.email": Correct.TRUE,
        "members.tariff": Correct.TRUE,
        "members.score": Correct.ANNOTATE,
        "members.pin": Correct.NEVER,
        "members.status": Correct.NEVER,
        "bills.buyer": Correct.ANNOTATE,
        "letters.body": Correct.ANNOTATE,
        "flyers.send_to": Correct.TRUE,
        "visits.login": Correct.NEVER,
        "contacts.member_id": Correct.NEVER,
    }
    assert {name: found[name] for name in wanted} == wanted


def test_the_description_says_what_may_be_corrected_and_why_not(sqlite: gym.Gym) -> None:
    """The desk offers only what can be done, and says why not for the rest."""
    fields = {f"{one.name}.{field.name}": field for one in sqlite.store().describe() for field in one.fields}

    assert (fields["members.email"].correct, fields["members.email"].correct_why) == ("true", "")
    assert fields["bills.buyer"].correct == "annotate"
    assert fields["members.pin"].correct == "never"
    assert "never disclosed" in fields["members.pin"].correct_why


def test_a_row_somebody_else_holds_is_tried_again_later(backend: str, own: gym.Gym) -> None:
    """A lock is Temporary, and nothing was written."""
    store = own.store()
    lines = corrected(store, (MEMBER, "nick", "Anouk"))
    begin = "BEGIN IMMEDIATE" if backend == "sqlite" else "UPDATE members SET nick = 'held' WHERE id = 1"
    with own.engine.connect() as connection:
        connection.exec_driver_sql(begin)
        with pytest.raises(Temporary) as raised:
            apply(store, lines)
        connection.rollback()

    assert raised.value.code == "lock"
    assert own.ask("SELECT nick FROM members WHERE id = 1") == [("ann",)]
