# ruff: noqa: S101 - tests, written as a library
"""Conformance checks for plan, apply and residue (house.md, idea 3). They write: the store must be the test's own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from exporters.contract import (
    Applies,
    HitClass,
    IdentifierKind,
    Locates,
    Permanent,
    Plans,
    Reason,
    Residues,
    RowKey,
    lines_from_json,
    lines_to_json,
    plan_hash,
)
from exporters.testing.checksums import touched
from exporters.testing.hooks import Hooks, needs, now

if TYPE_CHECKING:
    from exporters.contract import PlanLine

ERASES = (Locates, Plans, Applies)
ON_OWN_STORE = ("known", "contents")


class StoppedForTestError(Exception):
    """The case was withdrawn."""


class ErasingChecks(Hooks):
    """What every exporter that erases must do."""

    @needs(Locates, Plans, hooks=ON_OWN_STORE)
    def test_planning_twice_gives_the_same_plan_and_changes_nothing(self) -> None:
        before = self.contents()
        assert self.planned() == self.planned(), "plan() answers differently the second time: sort lines and keys"
        moved = touched(before, self.contents())
        assert not moved, f"plan() reads only, but it changed {sorted(moved)}"

    @needs(Plans)
    def test_nobody_has_no_plan(self) -> None:
        assert self.exporter().plan(self.unknown(), (), right="erasure", now=now(), keep_until=self.keep) == (), (
            "without keys there is nothing to plan"
        )

    @needs(Locates, Plans, hooks=("known",))
    def test_a_plan_survives_storage_and_its_hash_binds_rows_rule_and_law(self) -> None:
        lines = self.planned()
        assert lines, "the known subject has nothing to erase: choose another"
        assert lines_from_json(json.loads(json.dumps(lines_to_json(lines)))) == lines, (
            "lines must come back from JSON as they were: keys and persons are whole numbers or text"
        )
        counted = tuple(replace(line, count=line.count + 1) for line in lines)
        assert plan_hash(counted) == plan_hash(lines), "counts of growing lines move all day"
        first, rest = lines[0], lines[1:]
        others = (
            replace(first, rule="another"),
            replace(first, law="another"),
            replace(first, keys=(RowKey(first.dataset, ("0",)),)),
        )
        assert plan_hash(lines) not in {plan_hash((one, *rest)) for one in others}

    @needs(Locates, Plans, hooks=("known",))
    def test_every_line_says_whose_why_and_under_which_rule(self) -> None:
        for line in self.planned():
            for name in ("link", "rule", "persons"):
                assert getattr(line, name), f"the line about {line.dataset} has no `{name}`"
            assert line.writes or line.reason, f"{line.dataset}: what stays needs a reason"

    @needs(Locates, Plans, hooks=("known",))
    def test_another_right_is_refused_with_a_code(self) -> None:
        keys = self.keys()
        with pytest.raises(Permanent) as raised:
            self.exporter().plan(self.known(), keys, right="telepathy", now=now())
        assert raised.value.code == "right_unsupported", "the desk gives such a right to a person by this code"

    @needs(*ERASES, hooks=ON_OWN_STORE)
    def test_applied_as_counted_and_no_row_besides(self) -> None:
        lines, before = self.planned(), self.contents()
        outcomes = self.applied(lines)
        moved = touched(before, self.contents())
        said = sum(one.changed for one in outcomes)
        assert said, "nothing was erased: choose a known subject with something to erase"
        assert len(moved) == said, f"apply() says {said} rows changed, these did: {sorted(moved)}"
        for line, outcome in zip(lines, outcomes, strict=True):
            assert outcome.changed <= line.count, f"{line.dataset}: more rows changed than planned"
            assert line.writes or outcome.changed == 0, f"{line.dataset} should stay"

    @needs(*ERASES, hooks=(*ON_OWN_STORE, "namesake"))
    def test_the_namesake_loses_nothing(self) -> None:
        before = self.rows(self.namesake())
        self.applied(self.planned())
        assert self.rows(self.namesake()) == before, "the plan lists rows of another person"

    @needs(*ERASES, hooks=ON_OWN_STORE)
    def test_applying_twice_is_harmless(self) -> None:
        lines = self.planned()
        self.applied(lines)
        after = self.contents()
        again = self.applied(lines)
        moved = touched(after, self.contents())
        assert not moved, f"the same approval again must write nothing, but changed {sorted(moved)}"
        assert sum(one.changed for one in again) == 0, "the second time nothing changes: count these as unchanged"

    @needs(*ERASES, hooks=(*ON_OWN_STORE, "claim"))
    def test_a_stale_plan_writes_nothing(self) -> None:
        lines = self.planned()
        self.claim()
        self._refused_as_stale(lines)

    @needs(*ERASES, hooks=ON_OWN_STORE)
    def test_a_changed_rule_makes_the_plan_stale(self) -> None:
        lines = self.planned()
        self._refused_as_stale((replace(lines[0], rule="another/1/0"), *lines[1:]))

    @needs(*ERASES, hooks=ON_OWN_STORE)
    @pytest.mark.parametrize("call", [1, 2])
    def test_a_case_that_was_stopped_writes_nothing(self, call: int) -> None:
        lines, before, calls = self.planned(), self.contents(), []

        def check() -> None:
            calls.append(1)
            if len(calls) == call:
                raise StoppedForTestError

        if call > 1 and not self.transactional:
            pytest.skip("a store that cannot undo stops where it is")
        with pytest.raises(StoppedForTestError):
            self.applied(lines, check)
        moved = touched(before, self.contents())
        assert not moved, (
            f"`check` is called before the first write and before the commit; what it raises undoes all: {sorted(moved)}"
        )

    @needs(*ERASES, hooks=(*ON_OWN_STORE, "arrive"))
    def test_rows_that_arrive_are_erased_and_do_not_make_the_plan_stale(self) -> None:
        lines = self.planned()
        self.arrive()
        changed = sum(one.changed for one in self.applied(lines))
        listed = sum(line.count for line in lines if line.writes)
        assert changed == listed + 1, f"{listed} rows were planned and one arrived, {changed} were erased"

    @needs(*ERASES, Residues, hooks=ON_OWN_STORE)
    def test_residue_is_there_before_and_gone_after(self) -> None:
        keys, lines, who = self.keys(), self.planned(), self.whole()
        assert any(one.stands for one in self.left(who, keys, lines)), (
            "residue() finds nothing before anything was erased: it would call any erasure complete"
        )
        self.applied(lines)
        waiting = {line.dataset for line in lines if line.reason is Reason.WAITS}
        left = [one for one in self.left(who, keys, lines) if one.stands]
        assert bool(left) == bool(waiting), f"after the erasure there still stands: {left or 'nothing'}"

    @needs(*ERASES, Residues, hooks=(*ON_OWN_STORE, "plant"))
    def test_residue_finds_a_copy_no_map_reaches(self) -> None:
        keys, lines, who = self.keys(), self.planned(), self.whole()
        self.applied(lines)
        before = set(self.left(who, keys, lines))
        value = next(one.value for one in who.identifiers if one.unique and one.kind is not IdentifierKind.RECORD)
        self.plant(f'{{"who": "{value}"}}')
        found = set(self.left(who, keys, lines)) - before
        assert found, "residue() must read every table, mapped or not, and every text in whatever spelling"
        assert {one.cls for one in found} == {HitClass.UNLINKED}, "a copy in a row of nobody is unlinked"
        assert any(one.stands for one in found), "an identifier of hers alone stands wherever it is found"

    def _refused_as_stale(self, lines: tuple[PlanLine, ...]) -> None:
        before = self.contents()
        with pytest.raises(Permanent) as raised:
            self.applied(lines)
        assert raised.value.code == "plan_stale", "rows, owner, treatment, law or schema differ: the plan is stale"
        moved = touched(before, self.contents())
        assert not moved, f"a stale plan writes nothing, but it changed {sorted(moved)}"
