# ruff: noqa: S101 - these are tests, their names say what they prove
"""What every exporter that erases must do: subclass `ErasureKit` in a test module, on a store made anew for each test.

    class TestOurBilling(ErasureKit):
        def exporter(self): return open_store(config)
        def known(self): return Subject("known", (Identifier(IdentifierKind.EMAIL, "anna@example.com"),))
        def namesake(self): return Subject("namesake", (Identifier(IdentifierKind.EMAIL, "anna@example.net"),))
        def contents(self): return checksums(engine)      # every row, read without the exporter
        def plant(self, value): ...                       # write it where no map reaches
        def arrive(self): ...                             # a growing row of hers comes in
        def claim(self): ...                              # a listed row becomes somebody else's
        def configured(self): return "stores.yaml", "billing"

Methods that are not overridden skip what needs them.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from exporters.contract import (
    HitClass,
    IdentifierKind,
    Permanent,
    Reason,
    RowKey,
    Subject,
    Temporary,
    lines_from_json,
    lines_to_json,
    plan_hash,
)
from exporters.testing.checksums import RowSums, touched

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporters.contract import KeepUntil, Outcome, PlanLine, Residue

POINTS = ("check:1", "write:1", "write:2", "write:4", "check:2")
"""Where a crash is tried: before the first write, in the middle, before the commit."""


class StoppedForTestError(Exception):
    """The case was withdrawn."""


class ErasureKit:
    """The conformance tests for plan, apply and residue."""

    keep: KeepUntil | None = None
    """What law keeps; in a class body a function needs `staticmethod`."""
    keep_name = "-"
    """Where `keep` stands, as `module:function`, for the process that is killed."""

    def exporter(self) -> Any:
        """An exporter on the test's own store, which holds `known` and `namesake`."""
        raise NotImplementedError

    def known(self) -> Subject:
        """A person the store knows, named by identifiers that are hers alone."""
        raise NotImplementedError

    def namesake(self) -> Subject:
        """Another person of the store, with the same name if it has one."""
        raise NotImplementedError

    def contents(self) -> RowSums:
        """A checksum of every row of the store."""
        raise NotImplementedError

    def plant(self, value: str) -> None:
        """Write a copy of a value into a table no map reaches."""
        raise NotImplementedError

    def arrive(self) -> None:
        """Let the system add a row of hers to a growing dataset."""
        raise NotImplementedError

    def claim(self) -> None:
        """Make a row of hers that the plan lists another person's."""
        raise NotImplementedError

    def configured(self) -> tuple[str, str]:
        """The store file and the name of the store in it."""
        raise NotImplementedError

    def test_planning_twice_gives_the_same_plan_and_changes_nothing(self) -> None:
        before = self.contents()
        assert self._plan() == self._plan()
        assert touched(before, self.contents()) == set()

    def test_a_plan_survives_storage_and_its_hash_binds_rows_rule_and_law(self) -> None:
        lines = self._plan()
        assert lines_from_json(json.loads(json.dumps(lines_to_json(lines)))) == lines
        assert plan_hash(lines) == plan_hash(tuple(reversed(lines)))
        counted = tuple(replace(line, count=line.count + 1) for line in lines)
        assert plan_hash(counted) == plan_hash(lines), "counts of growing lines move all day"
        for change in ({"rule": "another"}, {"law": "another"}, {"keys": (RowKey(lines[0].dataset, ("0",)),)}):
            assert plan_hash((replace(lines[0], **change), *lines[1:])) != plan_hash(lines)

    def test_every_line_says_whose_why_and_under_which_rule(self) -> None:
        for line in self._plan():
            assert line.link
            assert line.rule
            assert line.persons
            assert line.writes or line.reason, f"{line.dataset}: what stays needs a reason"

    def test_another_right_is_refused_with_a_code(self) -> None:
        with pytest.raises(Permanent) as raised:
            self.exporter().plan(self.known(), self._keys(), right="telepathy", now=_now())
        assert raised.value.code == "right_unsupported"

    def test_applied_as_counted_and_no_row_besides(self) -> None:
        before, lines = self.contents(), self._plan()
        outcomes = self._apply(lines)
        assert len(touched(before, self.contents())) == sum(one.changed for one in outcomes) > 0
        for line, outcome in zip(lines, outcomes, strict=True):
            assert outcome.changed <= line.count
            assert line.writes or outcome.changed == 0

    def test_the_namesake_loses_nothing(self) -> None:
        before = self._collected(self.namesake())
        self._apply(self._plan())
        assert self._collected(self.namesake()) == before

    def test_applying_twice_is_harmless(self) -> None:
        lines = self._plan()
        self._apply(lines)
        after = self.contents()
        again = self._apply(lines)
        assert sum(one.changed for one in again) == 0
        assert touched(after, self.contents()) == set()

    def test_a_stale_plan_writes_nothing(self) -> None:
        lines = self._plan()
        self._or_skip(self.claim)
        before = self.contents()
        with pytest.raises(Permanent) as raised:
            self._apply(lines)
        assert raised.value.code == "plan_stale"
        assert touched(before, self.contents()) == set()

    def test_a_changed_rule_makes_the_plan_stale(self) -> None:
        before = self.contents()
        lines = self._plan()
        with pytest.raises(Permanent) as raised:
            self._apply((replace(lines[0], rule="another/1/0"), *lines[1:]))
        assert raised.value.code == "plan_stale"
        assert touched(before, self.contents()) == set()

    @pytest.mark.parametrize("call", [1, 2])
    def test_a_case_that_was_stopped_writes_nothing(self, call: int) -> None:
        before, calls = self.contents(), []

        def check() -> None:
            calls.append(1)
            if len(calls) == call:
                raise StoppedForTestError

        with pytest.raises(StoppedForTestError):
            self._apply(self._plan(), check=check)
        assert touched(before, self.contents()) == set()

    def test_rows_that_arrive_are_erased_and_do_not_make_the_plan_stale(self) -> None:
        lines = self._plan()
        self._or_skip(self.arrive)
        outcomes = self._apply(lines)
        listed = sum(line.count for line in lines if line.writes)
        assert sum(one.changed for one in outcomes) == listed + 1

    def test_residue_is_there_before_and_gone_after(self) -> None:
        keys, lines, who = self._keys(), self._plan(), self._whole()
        assert any(one.stands for one in self._residue(who, keys, lines))
        self._apply(lines)
        waiting = {line.dataset for line in lines if line.reason is Reason.WAITS}
        left = [one for one in self._residue(who, keys, lines) if one.stands]
        assert bool(left) == bool(waiting), left

    def test_residue_finds_a_copy_no_map_reaches(self) -> None:
        keys, lines, who = self._keys(), self._plan(), self._whole()
        self._apply(lines)
        before = set(self._residue(who, keys, lines))
        value = next(one.value for one in who.identifiers if one.unique and one.kind is not IdentifierKind.RECORD)
        self._or_skip(lambda: self.plant(f'{{"who": "{value}"}}'))
        found = set(self._residue(who, keys, lines)) - before
        assert {one.cls for one in found} == {HitClass.UNLINKED}
        assert any(one.stands for one in found)

    @pytest.mark.parametrize("point", POINTS)
    def test_killed_on_the_way_nothing_is_half_done_and_the_next_try_finishes(self, point: str) -> None:
        stores, name = self._or_skip(self.configured)
        before, lines = self.contents(), self._plan()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "lines.json"
            path.write_text(json.dumps(lines_to_json(lines)), encoding="utf-8")
            command = [sys.executable, "-m", "exporters.testing.child", stores, name, str(path), self.keep_name, point]
            ended = subprocess.run(command, check=False, capture_output=True, timeout=60)
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
        assert touched(before, self.contents()) == set()
        outcomes = self._until_unlocked(lines)
        assert len(touched(before, self.contents())) == sum(one.changed for one in outcomes) > 0

    def _until_unlocked(self, lines: tuple[PlanLine, ...]) -> tuple[Outcome, ...]:
        for _ in range(20):
            try:
                return self._apply(lines)
            except Temporary:  # the database has not noticed yet that its client is gone
                continue
        return self._apply(lines)

    def _or_skip(self, method: Any) -> Any:
        try:
            return method()
        except NotImplementedError:
            pytest.skip(f"{type(self).__name__} does not say how")

    def _keys(self) -> tuple[RowKey, ...]:
        keys: tuple[RowKey, ...] = self.exporter().locate(self.known()).keys
        return keys

    def _whole(self) -> Subject:
        """The known person with all the store teaches about her."""
        learned = self.exporter().locate(self.known()).learned
        taught = (one.identifier for one in learned if not one.shared)
        return replace(self.known(), identifiers=tuple(dict.fromkeys((*self.known().identifiers, *taught))))

    def _plan(self) -> tuple[PlanLine, ...]:
        lines: tuple[PlanLine, ...] = self.exporter().plan(self.known(), self._keys(), now=_now(), keep_until=self.keep)
        return lines

    def _apply(self, lines: tuple[PlanLine, ...], check: Callable[[], None] = lambda: None) -> tuple[Outcome, ...]:
        outcomes: tuple[Outcome, ...] = self.exporter().apply(
            lines, approval="kit", now=_now(), check=check, keep_until=self.keep
        )
        return outcomes

    def _residue(self, who: Subject, keys: tuple[RowKey, ...], lines: tuple[PlanLine, ...]) -> tuple[Residue, ...]:
        found: tuple[Residue, ...] = self.exporter().residue(who, keys, now=_now(), lines=lines, keep_until=self.keep)
        return found

    def _collected(self, who: Subject) -> list[Any]:
        exporter = self.exporter()
        return list(exporter.collect(who, exporter.locate(who).keys))


def _now() -> datetime:
    return datetime.now(UTC)
