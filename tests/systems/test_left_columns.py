"""Columns that only a person can clear are lines of the plan: those the map says so of, and secrets the interface does not show."""

from __future__ import annotations

from exporters.contract import PlanLine, Reason, Treatment
from exporters.testing.standins.fossbilling import FossBilling
from exporters.testing.standins.people import ANNA, subscriber
from exporters.testing.standins.splynx import Splynx
from exporters.testing.standins.uisp import Uisp
from exporters.testing.system_pieces import SystemPieces
from tests.systems import test_fossbilling, test_splynx, test_uisp


class TestColumnsOfTheMap(SystemPieces):
    own: FossBilling
    standin = FossBilling
    system = "fossbilling_api"
    options = test_fossbilling.TestFossBilling.options

    def test_a_key_and_an_address_that_stay_are_asked_of_a_person_until_they_are_gone(self) -> None:
        exporter, person = self.opened(), subscriber(ANNA)
        assert _left(self.plan(exporter, "erasure", person)) == {("client", "ip"): 1, ("client", "api_token"): 1}
        (client,) = (row for row in self.own.tables["client"].values() if str(row["email"]) == person.email)
        client["ip"] = None
        assert _left(self.plan(exporter, "erasure", person)) == {("client", "api_token"): 1}

    def test_such_a_line_writes_nothing_and_makes_no_plan_stale(self) -> None:
        exporter, person = self.opened(), subscriber(ANNA)
        lines = self.plan(exporter, "erasure", person)
        assert self.apply(exporter, lines) > 0
        assert self.apply(exporter, tuple(line for line in lines if line.treatment is Treatment.MANUAL)) == 0


class TestSecretsNobodySees(SystemPieces):
    own: Splynx
    standin = Splynx
    system = "splynx"
    options = test_splynx.TestSplynx.options
    _file = test_splynx.TestSplynx._file

    def test_a_password_that_is_shown_is_overwritten_by_program(self) -> None:
        assert not _left(self.plan(self.opened(), "erasure", subscriber(ANNA)))

    def test_a_password_that_is_not_shown_is_never_called_erased(self) -> None:
        for row in self.own.tables["customers"].values():
            row.pop("password", None)
        assert _left(self.plan(self.opened(), "erasure", subscriber(ANNA))) == {("customers", "password"): 1}


class TestOwnFieldsOfSplynx(SystemPieces):
    own: Splynx
    standin = Splynx
    system = "splynx"
    options = test_splynx.TestSplynx.options
    _file = test_splynx.TestSplynx._file

    def test_a_field_of_the_provider_that_is_called_a_password_is_not_handed_out_and_goes(self) -> None:
        own = self.own.tables["additional"]
        field = next(row for row in own.values() if row["customer_id"] == str(ANNA))
        own[f"{ANNA}/pppoe_password"] = {**field, "id": "pppoe_password", "value": "hunter2-in-clear"}
        assert "hunter2-in-clear" not in repr(self.collected(subscriber(ANNA)))
        exporter = self.opened()
        self.apply(exporter, self.plan(exporter, "erasure", subscriber(ANNA)))
        assert "hunter2-in-clear" not in repr(self.own.tables)


class TestOwnFieldsOfUisp(SystemPieces):
    own: Uisp
    standin = Uisp
    system = "uisp"
    options = test_uisp.TestUisp.options
    _file = test_uisp.TestUisp._file

    def test_a_field_of_the_provider_that_is_called_a_password_is_not_handed_out_and_waits_for_a_person(self) -> None:
        field = next(row for row in self.own.tables["attributes"].values() if row["clientId"] == ANNA)
        field["name"], field["value"] = "WLAN-Kennwort", "hunter2-in-clear"
        assert "hunter2-in-clear" not in repr(self.collected(subscriber(ANNA)))
        lines = self.plan(self.opened(), "erasure", subscriber(ANNA))
        assert "attributes" in {self.table(line.dataset) for line in lines if line.treatment is Treatment.MANUAL}


def _left(lines: tuple[PlanLine, ...]) -> dict[tuple[str, str], int]:
    """Rows of the lines about single columns that a person clears."""
    return {
        (line.dataset, change.column): line.count
        for line in lines
        if line.treatment is Treatment.MANUAL and line.reason is Reason.MAP
        for change in line.fields
    }
