"""Restricting, lifting, objecting, withdrawing: values of the data map, hers only, and back again (Art. 18, 21, 7(3))."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from exporters.contract import (
    Change,
    Confirmed,
    Permanent,
    PlanBlocked,
    Reason,
    RowKey,
    Treatment,
    lines_from_json,
    lines_to_json,
    plan_hash,
)
from exporters.testing.checksums import touched
from tests.exporters import gym

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exporters.contract import Outcome, PlanLine, Subject

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MEMBER = RowKey("members", (1,))


@pytest.fixture
def own(backend: str, tmp_path: Path) -> Iterator[gym.Gym]:
    """A gym on each database."""
    with gym.fresh(backend, tmp_path) as found:
        yield found


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[gym.Gym]:
    """A gym where the database does not matter."""
    with gym.fresh("sqlite", tmp_path) as found:
        yield found


def goes_on() -> None:
    """The case still stands."""


def plan(store: Any, who: Subject, right: str, **more: Any) -> tuple[PlanLine, ...]:
    """The plan of one right; stored and read again, as the desk does."""
    lines: tuple[PlanLine, ...] = store.plan(who, store.locate(who).keys, right=right, now=NOW, **more)
    again = lines_from_json(lines_to_json(lines))
    assert again == lines
    assert plan_hash(again) == plan_hash(lines)
    return again


def apply(store: Any, lines: tuple[PlanLine, ...], check: Callable[[], None] = goes_on) -> tuple[Outcome, ...]:
    """Carry a plan out."""
    found: tuple[Outcome, ...] = store.apply(lines, approval="a", now=NOW, check=check)
    return found


def shown(lines: tuple[PlanLine, ...]) -> list[tuple[str, str, str | None, int]]:
    """What a plan does, in short."""
    return [(one.treatment.value, one.dataset, one.reason.value if one.reason else None, one.count) for one in lines]


def test_a_restriction_sets_what_the_map_says_and_lifting_restores_exactly_that(own: gym.Gym) -> None:
    """Q-03, Q-06."""
    store = own.store()
    before = own.sums()

    lines = plan(store, gym.ANN, "restriction")
    apply(store, lines)

    assert shown(lines) == [("restrict", "members", None, 1), ("manual", "places", "shared", 1)]
    assert touched(before, own.sums()) == {("members", "1")}
    assert own.ask("SELECT status FROM members ORDER BY id") == [("frozen",), ("active",), ("frozen",), ("active",)]
    assert store.confirm(lines) == (Confirmed(0, holds=1, differs=0, gone=0),)

    lift = plan(store, gym.ANN, "lift", applied=lines)
    outcomes = apply(store, lift)

    assert shown(lift) == [("lift", "members", None, 1)]
    assert [one.changed for one in outcomes] == [1]
    assert touched(before, own.sums()) == set(), "every byte is back, columns that follow updates included"
    assert store.confirm(lift) == (Confirmed(0, holds=1, differs=0, gone=0),)


def test_the_second_time_changes_nothing(own: gym.Gym) -> None:
    store = own.store()
    for right, more in (("restriction", {}), ("marketing_objection", {}), ("objection", {"purposes": ("scoring",)})):
        lines = plan(store, gym.ANN, right, **more)
        apply(store, lines)
        after = own.sums()

        outcomes = apply(store, lines)

        assert [one.changed for one in outcomes] == [0] * len(lines)
        assert [one.unchanged for one in outcomes] == [line.count for line in lines]
        assert touched(after, own.sums()) == set()


def test_what_was_so_already_is_said_and_lifting_leaves_it(sqlite: gym.Gym) -> None:
    store = sqlite.store()
    lines = plan(store, gym.CEM, "restriction")
    (restrict, places) = lines

    assert [one.column for one in restrict.cells] == ["no_mail"], "frozen by the desk before: not ours to lift"
    assert (places.treatment, places.dataset) == (Treatment.RESTRICT, "places"), "Cem lives alone"
    apply(store, lines)
    apply(store, plan(store, gym.CEM, "lift", applied=lines))

    assert sqlite.ask("SELECT status, no_mail FROM members WHERE id = 3") == [("frozen", 0)]
    again = plan(store, gym.ANN, "restriction")
    apply(store, again)
    assert shown(plan(store, gym.ANN, "restriction"))[0] == ("keep", "members", "already", 1)


def test_lifting_touches_nothing_somebody_changed_since(own: gym.Gym) -> None:
    store = own.store()
    lines = plan(store, gym.ANN, "restriction")
    apply(store, lines)
    own.execute("UPDATE members SET status = 'expelled' WHERE id = 1")
    before = own.sums()

    lift = plan(store, gym.ANN, "lift", applied=lines)
    apply(store, lift)

    assert shown(lift) == [("manual", "members", "changed_since", 1)]
    assert touched(before, own.sums()) == set()


def test_lifting_leaves_what_an_objection_still_wants(sqlite: gym.Gym) -> None:
    """O-03: the end of a restriction must not bring marketing back."""
    store = sqlite.store()
    restriction = plan(store, gym.ANN, "restriction")
    apply(store, restriction)
    objection = plan(store, gym.ANN, "marketing_objection")
    apply(store, objection)

    lift = plan(store, gym.ANN, "lift", applied=restriction, standing=objection)
    apply(store, lift)

    assert shown(lift) == [("lift", "members", None, 1), ("keep", "members", "stands", 1)]
    assert sqlite.ask("SELECT status, no_mail FROM members WHERE id = 1") == [("active", 1)]


def test_of_two_restrictions_the_last_to_end_restores(sqlite: gym.Gym) -> None:
    store = sqlite.store()
    before = sqlite.sums()
    first = plan(store, gym.ANN, "restriction")
    apply(store, first)
    second = plan(store, gym.ANN, "restriction")
    apply(store, second)

    lift = plan(store, gym.ANN, "lift", applied=first, standing=second)
    apply(store, lift)
    assert [line.reason for line in lift] == [Reason.STANDS]
    assert sqlite.ask("SELECT status FROM members WHERE id = 1") == [("frozen",)]

    apply(store, plan(store, gym.ANN, "lift", applied=first + second))
    assert touched(before, sqlite.sums()) == set()


def test_a_marketing_objection_suppresses_and_keeps_nothing_to_restore(own: gym.Gym) -> None:
    """O-03: profiles made for marketing go, the switch is set, and nothing remembers what stood there."""
    store = own.store()
    before = own.sums()

    lines = plan(store, gym.ANN, "marketing_objection")
    apply(store, lines)

    assert shown(lines) == [("suppress", "members", None, 1), ("suppress", "flyers", None, 1)]
    assert all(one.previous is None for line in lines for one in line.cells)
    assert touched(before, own.sums()) == {("members", "1"), ("flyers", "1")}
    (row,) = own.ask("SELECT segment, stopped_on, send_to FROM flyers WHERE member_id = 1")
    assert (row[0], str(row[1]), row[2]) == (None, "2026-11-22", "ann@example.com")


def test_an_undecided_objection_can_be_lifted_again(own: gym.Gym) -> None:
    """O-01, SC-07: 21(1) stops at once; when compelling grounds are shown, what stood before stands again."""
    store = own.store()
    before = own.sums()

    lines = plan(store, gym.ANN, "objection", purposes=("scoring",))
    apply(store, lines)
    assert shown(lines) == [("restrict", "flyers", None, 1)]
    assert own.ask("SELECT segment FROM flyers WHERE member_id = 1") == [(None,)]

    apply(store, plan(store, gym.ANN, "lift", applied=lines))
    assert touched(before, own.sums()) == set()


def test_a_purpose_without_a_switch_is_a_persons_task_unless_the_store_is_not_used_for_it(sqlite: gym.Gym) -> None:
    store = sqlite.store()

    lines = plan(store, gym.ANN, "consent_withdrawal", purposes=("gym", "research"))

    assert [(one.treatment, one.reason, one.filter, one.keys) for one in lines] == [
        (Treatment.MANUAL, Reason.NO_SWITCH, "purpose gym", (MEMBER,))
    ]


def test_a_store_without_a_restriction_section_asks_a_person(sqlite: gym.Gym) -> None:
    """Q-04: what a program cannot mark, a person must."""
    text = gym.MAP.read_text(encoding="utf-8")
    without = text.replace("    restriction:\n      set: {status: frozen, no_mail: 1}\n      lift: restore\n", "")
    store = sqlite.store((text, without.replace("    restriction: {set: {held: 1}}\n", "")))

    lines = plan(store, gym.BEA, "restriction")

    assert shown(lines) == [("manual", "members", "no_switch", 1)]
    assert apply(store, lines)[0].changed == 0


@pytest.mark.parametrize(
    ("right", "code"),
    [
        ("rectification", "nothing_asked"),
        ("lift", "nothing_asked"),
        ("objection", "nothing_asked"),
        ("access", "right_unsupported"),
    ],
)
def test_a_right_without_what_it_needs_is_refused(right: str, code: str, sqlite: gym.Gym) -> None:
    with pytest.raises(Permanent) as raised:
        plan(sqlite.store(), gym.ANN, right)

    assert raised.value.code == code


def test_a_stranger_has_an_empty_plan(sqlite: gym.Gym) -> None:
    assert sqlite.store().plan(gym.ANN, (), right="restriction", now=NOW) == ()


def test_a_row_that_became_somebody_elses_makes_the_plan_stale(own: gym.Gym) -> None:
    store = own.store()
    lines = plan(store, gym.CEM, "restriction")
    own.execute("UPDATE members SET place_id = 2 WHERE id = 2")
    before = own.sums()

    with pytest.raises(Permanent) as raised:
        apply(store, lines)

    assert (raised.value.code, raised.value.place) == ("plan_stale", "gym.places")
    assert touched(before, own.sums()) == set()


def test_a_changed_value_makes_the_plan_stale(own: gym.Gym) -> None:
    """The row still has, byte for byte, the value it had: blanks and case are a difference."""
    store = own.store()
    lines = plan(store, gym.ANN, "restriction")
    own.execute("UPDATE members SET status = 'Active' WHERE id = 1")
    before = own.sums()

    with pytest.raises(Permanent) as raised:
        apply(store, lines)

    assert raised.value.code == "plan_stale"
    assert touched(before, own.sums()) == set()


def test_a_changed_column_makes_the_plan_stale(sqlite: gym.Gym) -> None:
    store = sqlite.store()
    lines = plan(store, gym.ANN, "marketing_objection")
    sqlite.execute(
        "ALTER TABLE flyers RENAME COLUMN segment TO old", "ALTER TABLE flyers ADD COLUMN segment VARCHAR(9)"
    )

    with pytest.raises(Permanent) as raised:
        apply(store, lines)

    assert raised.value.code == "plan_stale"


def test_a_row_that_is_gone_counts_as_unchanged(sqlite: gym.Gym) -> None:
    store = sqlite.store()
    lines = plan(store, gym.ANN, "objection", purposes=("scoring",))
    sqlite.execute("DELETE FROM flyers WHERE member_id = 1")

    (outcome,) = apply(store, lines)

    assert (outcome.changed, outcome.unchanged) == (0, 1)
    assert store.confirm(lines) == (Confirmed(0, holds=0, differs=0, gone=1),)


def test_what_check_raises_undoes_everything_and_is_passed_on(own: gym.Gym) -> None:
    class WithdrawnError(Exception):
        pass

    store = own.store()
    lines = plan(store, gym.ANN, "restriction")
    before = own.sums()
    for refused_at in (1, 2):
        asked = 0

        def check(limit: int = refused_at) -> None:
            nonlocal asked
            asked += 1
            if asked == limit:
                raise WithdrawnError

        with pytest.raises(WithdrawnError):
            apply(store, lines, check)
        assert touched(before, own.sums()) == set()


def test_lines_of_two_rights_or_of_nobody_are_not_applied(sqlite: gym.Gym) -> None:
    store = sqlite.store()
    lines = plan(store, gym.ANN, "restriction")
    for wrong in (
        (lines[0], replace(lines[1], right="erasure")),
        (replace(lines[0], store="other"),),
        (replace(lines[0], dataset="nowhere"),),
        (replace(lines[0], rule="gym/1/0"),),
    ):
        with pytest.raises(Permanent) as raised:
            apply(store, wrong)
        assert raised.value.code == "plan_stale"


def test_a_trigger_that_writes_something_else_is_noticed_and_undone(sqlite: gym.Gym) -> None:
    store = sqlite.store()
    lines = plan(store, gym.ANN, "restriction")
    sqlite.execute(
        "CREATE TRIGGER stubborn AFTER UPDATE ON members WHEN new.status = 'frozen'"
        " BEGIN UPDATE members SET status = 'active' WHERE id = new.id; END"
    )
    before = sqlite.sums()

    with pytest.raises(Permanent) as raised:
        apply(store, lines)

    assert (raised.value.code, raised.value.place) == ("value_changed", "gym.members.status")
    assert touched(before, sqlite.sums()) == set()


def test_a_switch_the_table_refuses_blocks_the_plan(own: gym.Gym) -> None:
    store = own.store(("set: {status: frozen, no_mail: 1}", "set: {status: frozen-until-somebody-looks}"))

    with pytest.raises(PlanBlocked) as raised:
        plan(store, gym.ANN, "restriction")

    (problem,) = raised.value.problems
    assert (problem.code, problem.place) == ("too_long", "gym.members.status")
    assert "set frozen-until" in problem.detail


def test_a_hash_changes_with_a_value_and_shows_none(sqlite: gym.Gym) -> None:
    """Approval binds the values; the hash and every repr are without them."""
    store = sqlite.store()
    lines = plan(store, gym.ANN, "rectification", changes=(Change(MEMBER, "first_name", "Anouk"),))
    (line,) = lines
    other = replace(line, cells=(replace(line.cells[0], value="Mallory"), *line.cells[1:]))

    assert plan_hash(lines) != plan_hash((other,))
    assert "Anouk" not in repr(lines)
    assert "Ann" not in str(lines_to_json(lines)), "the wrong value is not preserved, only a digest of it"
    salted = store.plan(
        gym.ANN,
        store.locate(gym.ANN).keys,
        right="rectification",
        now=NOW,
        changes=(Change(MEMBER, "first_name", "Anouk"),),
    )
    assert salted[0].cells[0].before != line.cells[0].before
