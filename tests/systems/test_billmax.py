"""BillMax over billmaxCoreApi against its stand-in."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from exporters.contract import Change, Identifier, IdentifierKind, MatchStatus, Permanent, Subject, Treatment
from exporters.testing.standins.billmax import API_KEY, BASE, LICENCE, PASSWORD, SPARE_USER, USERNAME, BillMax, user_of
from exporters.testing.standins.people import ANNA, subscriber
from exporters.testing.system import SystemChecks

if TYPE_CHECKING:
    from collections.abc import Mapping


class TestBillMax(SystemChecks):
    own: BillMax
    standin = BillMax
    system = "billmax"
    kept = frozenset({"payhist", "cards", "echecks"})
    stamps = frozenset({"generation"})
    change = ("accounts", "email", "new.address@example.com")
    restricts = False

    def options(self) -> Mapping[str, str]:
        (self.folder / "key").write_text(API_KEY, encoding="utf-8")
        (self.folder / "password").write_text(PASSWORD, encoding="utf-8")
        return {
            "url": f"{self.own.url}{BASE}",
            "networks": "127.0.0.0/8",
            "map": "billmax",
            "profile": "billmax",
            "api_key": "file:key",
            "username": USERNAME,
            "password": "file:password",
        }

    def rewritten(self, column: str, value: str) -> int:
        """Correct one column of her account; how many rows changed."""
        exporter = self.opened()
        keys = exporter.locate(self.who(subscriber(ANNA))).keys
        row = next(one.row for one in exporter.held(keys) if one.row.dataset == "accounts")
        return self.apply(
            exporter,
            self.plan(exporter, "rectification", subscriber(ANNA), changes=(Change(row, column, value),)),
        )

    @pytest.mark.parametrize("status", [409, 400, 422])
    def test_a_newer_generation_is_read_and_written_once_more(self, status: int) -> None:
        self.own.stale = status
        self.own.before_write.append(lambda row: row.update(balance=4200))
        assert self.rewritten("email", "new.address@example.com") == 1
        account = self.own.tables["accounts"][str(ANNA)]
        assert (account["email"], account["balance"]) == ("new.address@example.com", 4200)

    def test_who_was_faster_with_the_same_column_is_not_overwritten(self) -> None:
        self.own.before_write.append(lambda row: row.update(email="theirs@example.com"))
        with pytest.raises(Permanent):
            self.rewritten("email", "new.address@example.com")
        assert self.own.tables["accounts"][str(ANNA)]["email"] == "theirs@example.com"

    def test_somebody_faster_twice_ends_it(self) -> None:
        self.own.before_write += [lambda row: row.update(balance=1), lambda row: row.update(balance=2)]
        with pytest.raises(Permanent):
            self.rewritten("email", "new.address@example.com")
        assert self.own.tables["accounts"][str(ANNA)]["email"] == subscriber(ANNA).email

    @pytest.mark.parametrize("value", ["x&id:gt:0", "x:y", "x\\&id:gt:0"])
    def test_a_value_cannot_add_a_condition(self, value: str) -> None:
        match = self.opened().locate(Subject("odd", (Identifier(IdentifierKind.EMAIL, f"{value}@example.com"),)))
        assert (match.status, match.keys) == (MatchStatus.NONE, ())

    def test_an_address_with_signs_of_the_filter_is_found(self) -> None:
        self.own.tables["accounts"][str(ANNA)]["email"] = "o:&b@example.com"
        match = self.opened().locate(Subject("odd", (Identifier(IdentifierKind.EMAIL, "o:&b@example.com"),)))
        assert match.status is MatchStatus.FOUND

    def test_a_session_that_ended_is_opened_again(self) -> None:
        exporter = self.opened()
        exporter.locate(self.who(subscriber(ANNA)))
        self.own.sessions.clear()
        assert exporter.locate(self.who(subscriber(ANNA))).status is MatchStatus.FOUND
        assert self.own.logins == 2

    def test_a_date_nobody_entered_is_none_and_hers_goes(self) -> None:
        found = self.collected(subscriber(ANNA))
        assert found["users", str(SPARE_USER)]["dob"] is None
        assert found["users", str(user_of(ANNA))]["dob"] == subscriber(ANNA).born
        exporter = self.opened()
        self.apply(exporter, self.plan(exporter, "erasure", subscriber(ANNA)))
        user = self.own.tables["users"][str(user_of(ANNA))]
        assert (user["dob"], user["dlNumber"], user["custSecret"]) == ("0000-00-00", "", "")

    def test_books_are_never_written_and_cards_are_a_task(self) -> None:
        exporter, books = self.opened(), dict(self.own.sums()["payhist"])
        lines = self.plan(exporter, "erasure", subscriber(ANNA))
        by_hand = [line.dataset for line in lines if line.treatment is Treatment.MANUAL]
        assert {"cards", "echecks"} <= set(by_hand)
        assert not [line for line in lines if line.dataset == "payhist" and line.writes]
        self.apply(exporter, lines)
        assert self.own.sums()["payhist"] == books

    def test_licence_and_date_of_birth_stand_in_no_log(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        self.own.before_write += [lambda row: row.update(city="x")] * 2
        exporter, person = self.opened(), subscriber(ANNA)
        lines, told = self.plan(exporter, "erasure", person), ""
        try:
            self.apply(exporter, lines)
        except Permanent as error:
            told = f"{error!r}"
        said = caplog.text + told + repr(lines)
        assert told
        assert not [one for one in (LICENCE.format(ANNA), person.born) if one in said]
        assert not [path for _, path in self.own.calls if person.born in path or person.email in path]
