# ruff: noqa: S101 - tests, written as a library
"""Conformance checks for trouble: a store that is down, silent, cut off, locked; a process that is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from exporters.contract import Applies, Checks, Collects, Locates, Plans, Residues, Subject, Temporary, lines_to_json
from exporters.testing.checksums import touched
from exporters.testing.erasing import ERASES, ON_OWN_STORE
from exporters.testing.hooks import Hooks, needs, now

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporters.contract import Outcome, PlanLine, RowKey

_WAIT_FOR_UNLOCK = 20
_MORE_THAN_IS_ON_THE_WAY = 20_000
"""Rows of 200 bytes: more than the buffers between two programs hold."""


class FaultChecks(Hooks):
    """Temporary when it may be tried again, nothing half done, and no value of a person in any error."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A crash is tried at each of the subclass's own points."""
        if "point" in metafunc.fixturenames:
            metafunc.parametrize("point", type(self).points if metafunc.cls is None else metafunc.cls.points)

    @needs(Locates, hooks=("known", "unreachable"))
    def test_store_down_is_temporary_and_says_nothing_about_anybody(self) -> None:
        keys, lines = self.keys(), self._lines()
        for name, ask in self._questions(self.unreachable(), keys, lines).items():
            try:
                ask()
            except Temporary as error:
                _is_silent(error, self.known())
            else:
                pytest.fail(f"{name}() answered for a store that is down: it must ask, and raise Temporary")

    @needs(Locates, hooks=("known", "stalled"))
    def test_a_store_that_never_answers_is_given_up_and_temporary(self) -> None:
        keys, lines = self.keys(), self._lines()
        with self.stalled() as exporter:
            questions = self._questions(exporter, keys, lines)
            for name in sorted({"locate", "collect", "apply"} & questions.keys()):  # each costs its whole time-out
                ask = questions[name]
                began = time.monotonic()
                try:
                    ask()
                except Temporary as error:
                    _is_silent(error, self.known())
                else:
                    pytest.fail(
                        f"{name}() answered for a store that does not: a time-out must reach the desk, or a case "
                        "is closed with data missing"
                    )
                took = time.monotonic() - began
                assert took < self.patience, f"{name}() waited {took:.0f} s: set time-outs on connect, read and lock"

    @needs(Locates, Collects, hooks=("known", "breaking"))
    def test_a_connection_lost_in_mid_stream_never_shortens_the_answer(self) -> None:
        whole = [(batch.dataset, batch.rows) for batch in self.stream(self.known())]
        with self.breaking() as (exporter, cut):
            stream = iter(exporter.collect(self.known(), exporter.locate(self.known()).keys))
            got = [next(stream)]
            cut()
            try:
                got += stream
            except Temporary as error:
                _is_silent(error, self.known())
                return
        assert [(batch.dataset, batch.rows) for batch in got] == whole, (
            "the connection was lost and the stream just ended: raise Temporary, a short answer looks like a whole one"
        )

    @needs(Locates, Collects, hooks=("known", "silencing"))
    def test_a_store_that_falls_silent_in_mid_stream_is_given_up_and_temporary(self) -> None:
        if self.gives("grow"):
            self.grow(_MORE_THAN_IS_ON_THE_WAY)
        whole = sum(len(batch.rows) for batch in self.stream(self.known()))
        with self.silencing() as (exporter, silence):
            stream = iter(exporter.collect(self.known(), exporter.locate(self.known()).keys))
            rows = len(next(stream).rows)
            silence()
            began = time.monotonic()
            try:
                rows += sum(len(batch.rows) for batch in stream)
            except Temporary as error:
                _is_silent(error, self.known())
            else:
                assert rows == whole, (
                    "the store fell silent and the stream just ended: raise Temporary, a short answer looks like a whole one"
                )
            took = time.monotonic() - began
        assert took < self.patience, (
            f"collect() waited {took:.0f} s for the next rows: a server that died without a word sends no time-out, so "
            "count the seconds on this side as well"
        )

    @needs(*ERASES, hooks=(*ON_OWN_STORE, "breaking"))
    @pytest.mark.parametrize("call", [1, 2])
    def test_a_connection_lost_while_applying_leaves_nothing_half_done(self, call: int) -> None:
        lines, before, calls = self.planned(), self.contents(), []
        with self.breaking() as (exporter, cut):

            def check() -> None:
                calls.append(1)
                if len(calls) == call:
                    cut()

            with pytest.raises(Temporary) as raised:
                self.applied_by(exporter, lines, check)
        _is_silent(raised.value, self.known())
        if self.transactional:
            self._is_untouched(before)
        self._finishes(before, lines)

    @needs(*ERASES, hooks=(*ON_OWN_STORE, "locked"))
    def test_rows_the_system_holds_make_it_temporary_and_nothing_is_written(self) -> None:
        lines, before = self.planned(), self.contents()
        with self.locked():
            began = time.monotonic()
            with pytest.raises(Temporary) as raised:
                self.applied(lines)
            took = time.monotonic() - began
        _is_silent(raised.value, self.known())
        assert took < self.patience, f"apply() waited {took:.0f} s for a lock: set a lock time-out"
        self._is_untouched(before)
        self._finishes(before, lines)

    @needs(*ERASES, hooks=(*ON_OWN_STORE, "configured"))
    def test_killed_on_the_way_nothing_is_half_done_and_the_next_try_finishes(self, point: str) -> None:
        lines, before = self.planned(), self.contents()
        self._killed(point, lines)
        if self.transactional:
            self._is_untouched(before)
        self._finishes(before, lines)

    def _killed(self, point: str, lines: tuple[PlanLine, ...]) -> None:
        stores, name = self.configured()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "lines.json"
            path.write_text(json.dumps(lines_to_json(lines)), encoding="utf-8")
            command = [sys.executable, "-m", "exporters.testing.child", stores, name, str(path), self.keep_name, point]
            environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            ended = subprocess.run(command, check=False, capture_output=True, timeout=60, env=environment)
        assert ended.returncode == -signal.SIGKILL, (
            f"the process was to die at {point} and ended with {ended.returncode}: {ended.stderr.decode()[-2000:]}"
        )

    def _finishes(self, before: Any, lines: tuple[PlanLine, ...]) -> None:
        """The next try does what is still to do, and once."""
        self._when_unlocked(lines)
        assert touched(before, self.contents()), "the next try erased nothing"
        again = sum(one.changed for one in self.applied(lines))
        assert again == 0, f"the next try left {again} rows undone"

    def _when_unlocked(self, lines: tuple[PlanLine, ...]) -> tuple[Outcome, ...]:
        for _ in range(_WAIT_FOR_UNLOCK):
            try:
                return self.applied(lines)
            except Temporary:  # the store has not noticed yet that its client is gone
                time.sleep(0.1)
        return self.applied(lines)

    def _is_untouched(self, before: Any) -> None:
        moved = touched(before, self.contents())
        assert not moved, f"half done: {sorted(moved)}; write in one transaction, commit at the end"

    def _lines(self) -> tuple[PlanLine, ...]:
        return self.planned() if isinstance(self.exporter(), Plans) else ()

    def _questions(
        self, exporter: Any, keys: tuple[RowKey, ...], lines: tuple[PlanLine, ...]
    ) -> dict[str, Callable[[], object]]:
        """One question for each capability that has to ask the store."""
        who, keep = self.known(), self.keep
        every: dict[type, tuple[str, Callable[[], object]]] = {
            Locates: ("locate", lambda: exporter.locate(who)),
            Collects: ("collect", lambda: next(iter(exporter.collect(who, keys)))),
            Checks: ("check", lambda: list(exporter.check())),
            Plans: ("plan", lambda: exporter.plan(who, keys, right="erasure", now=now(), keep_until=keep)),
            Residues: ("residue", lambda: exporter.residue(who, keys, now=now(), lines=lines, keep_until=keep)),
        }
        if lines:
            every[Applies] = ("apply", lambda: self.applied_by(exporter, lines))
        return dict(question for claim, question in every.items() if isinstance(exporter, claim))


def _is_silent(error: Temporary, subject: Subject) -> None:
    assert error.place, "the error names no place: store, dataset, column"
    told = "".join(traceback.format_exception(error))
    named = [one.kind.value for one in subject.identifiers if one.value in told]
    assert not named, (
        f"the error repeats her {named}: raise StoreError(code, place) `from None`, a driver quotes values"
    )
