# ruff: noqa: S101 - tests, written as a library
"""What every exporter of a named system must do against its stand-in: subclass `SystemChecks` in a test module.

The oracle is the stand-in's own (`StandIn.owner`): it knows how the rows were filled and nothing of maps or profiles.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from exporters.contract import Change, MatchStatus, StoreError, Temporary, Treatment
from exporters.testing.checksums import touched
from exporters.testing.standins.people import ANNA, HOUSEMATE, NAMESAKE, subscriber
from exporters.testing.standins.server import Fault
from exporters.testing.system_pieces import FEW, MOST_ENTRIES, NOW, READS, WRITES, Deadly, EndedHereError, SystemPieces


class SystemChecks(SystemPieces):
    """The checks; `SystemPieces` says what a subclass gives."""

    @pytest.mark.parametrize(
        "number",
        [ANNA, *(pytest.param(one, marks=pytest.mark.slow) for one in (NAMESAKE, HOUSEMATE, 9, 11, 25, 55, 300))],
    )
    def test_access_is_complete_and_only_hers(self, number: int) -> None:
        wanted = {one for one in self.own.hers(number) if one[0] not in self.withheld}
        found = self.collected(subscriber(number))
        assert set(found) == wanted, f"missing {sorted(wanted - set(found))}, strangers' {sorted(set(found) - wanted)}"
        said = repr(found)
        told = [secret for secret in self.own.secrets() if secret in said]
        assert not told, "a secret was exported"

    def test_somebody_unknown_is_nobody(self) -> None:
        nobody = replace(
            subscriber(1), email="nobody.at.all@example.org", phone="+447700900999", username="no-such-user"
        )
        match = self.opened().locate(self.who(nobody))
        assert (match.status, match.keys) == (MatchStatus.NONE, ())

    def test_the_connection_is_checked(self) -> None:
        problems = [one for one in self.opened().check() if one.severity.value == "error"]
        assert not problems

    def test_a_wrong_address_finds_an_error_and_nobody_is_called_erased(self) -> None:
        exporter, person = self.opened(), subscriber(ANNA)
        lines, before = self.plan(exporter, "erasure", person), self.own.sums()
        astray = self.opened(url=f"{self.own.url}moved/")
        for ask in (
            lambda: astray.locate(self.who(person)),
            lambda: self.apply(astray, lines),
            lambda: astray.residue(self.who(person), exporter.locate(self.who(person)).keys, now=NOW, lines=lines),
        ):
            with pytest.raises(StoreError):
                ask()
        assert self.own.sums() == before

    def test_r01_corrected_read_again_and_nobody_else_touched(self) -> None:
        person, (dataset, column, value) = subscriber(ANNA), self.change
        exporter, before, hers = self.opened(), self.own.sums(), self.own.hers(ANNA)
        row = next(
            one
            for one in exporter.held(exporter.locate(self.who(person)).keys)
            if (one.row.dataset, one.column) == (dataset, column)
        )
        lines = self.plan(exporter, "rectification", person, changes=(Change(row.row, column, value),))
        written = tuple(line for line in lines if line.writes)
        assert written, "the correction is a hand task"
        assert self.apply(exporter, lines) >= 1
        self.only_hers_moved(before, person, hers)
        assert value in repr(
            self.own.tables[self.table(dataset)][self.key(self.table(dataset), list(map(str, row.row.values)))]
        )
        assert not [one for one in exporter.confirm(written) if one.differs]

    def test_q03_q06_restricted_and_given_back_exactly(self) -> None:
        exporter, person, before = self.opened(), subscriber(ANNA), self.own.sums()
        lines = self.plan(exporter, "restriction", person)
        if not self.restricts:
            assert {line.treatment for line in lines} == {Treatment.MANUAL}
            return
        assert self.apply(exporter, lines) >= 1
        self.only_hers_moved(before, person, self.own.hers(ANNA))
        assert touched(before, self.own.sums())
        self.apply(exporter, self.plan(exporter, "lift", person, applied=lines))
        assert self._unstamped(before) == self._unstamped(self.own.sums())

    def test_e01_erased_as_planned_nothing_left_and_the_others_unchanged(self) -> None:
        person, exporter = subscriber(ANNA), self.opened()
        before, hers = self.own.sums(), self.own.hers(ANNA)
        lines = self.plan(exporter, "erasure", person)
        assert self.apply(exporter, lines) >= 1
        self.only_hers_moved(before, person, hers)
        self.is_erased(person)
        self.apply(exporter, lines)
        self.is_erased(person)

    @pytest.mark.parametrize("first", [5, pytest.param(1, marks=pytest.mark.slow)])
    def test_killed_after_an_entry_of_the_journal_and_resumed(self, first: int) -> None:
        exporter, person = self.opened(), subscriber(FEW)
        lines, hers = self.plan(exporter, "erasure", person), self.own.hers(FEW)
        start, number = self.own.sums(), 0
        for number in range(first, MOST_ENTRIES):
            self.own.reset()
            journal = Deadly(number)
            try:
                self.apply(exporter, lines, journal)
            except EndedHereError:
                self.apply(self.opened(), lines, journal)
            else:
                break
            self.only_hers_moved(start, person, hers)
            self.is_erased(person)
            if first > 1:
                break
        assert number > 1, "nothing was written down before it was done"

    def test_one_fault_while_writing_is_survived(self) -> None:
        fault, at = self.fast
        exporter = self.opened()
        lines = self.plan(exporter, "erasure", subscriber(FEW))
        self._with_fault_while_writing(exporter, lines, fault, at)

    @pytest.mark.slow
    @pytest.mark.parametrize("fault", READS)
    def test_any_fault_at_any_call_of_an_access_is_told_and_never_shortens_it(self, fault: Fault) -> None:
        person = subscriber(FEW)
        whole = self.collected(person)
        calls = len(self.own.calls)
        for at in range(1, calls + 1):
            self.own.fault(fault, at=at)
            try:
                found = self.collected(person)
            except StoreError as error:
                self._is_silent(error, person)
            else:
                assert found == whole, f"{fault} at call {at}: another answer"

    @pytest.mark.slow
    @pytest.mark.parametrize("fault", WRITES)
    def test_any_fault_at_any_call_of_an_erasure_is_finished_or_waits(self, fault: Fault) -> None:
        exporter = self.opened()
        lines = self.plan(exporter, "erasure", subscriber(FEW))
        began = len(self.own.calls)
        self.apply(exporter, lines)
        for at in range(1, len(self.own.calls) - began + 1):
            self.own.reset()
            self._with_fault(exporter, lines, fault, at)

    @pytest.mark.slow
    def test_a_lost_answer_at_any_write_of_a_large_erasure(self) -> None:
        exporter = self.opened()
        lines = self.plan(exporter, "erasure", subscriber(ANNA))
        began, calls = len(self.own.writes), len(self.own.calls)
        self.apply(exporter, lines)
        writes = [at - calls for at in self.own.writes[began:]]
        for at in writes:
            self.own.reset()
            self._with_fault(exporter, lines, Fault.LOST, at, ANNA)

    @pytest.mark.slow
    def test_a_system_that_says_nothing_is_given_up(self) -> None:
        self.own.fault(Fault.SLOW, at=1)
        with pytest.raises(Temporary):
            self.opened(read_timeout="0.5", total_timeout="1").locate(self.who(subscriber(ANNA)))
