"""Zammad against its stand-in."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from exporters.contract import Change, Permanent, Temporary
from exporters.testing.standins.people import ANNA, NAMESAKE, subscriber
from exporters.testing.standins.server import Fault
from exporters.testing.standins.zammad import PAGE, TOKEN, Zammad
from exporters.testing.standins.zammad_rows import MANY
from exporters.testing.system import SystemChecks

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERS = str(1000 + ANNA)


class TestZammad(SystemChecks):
    own: Zammad
    standin = Zammad
    system = "zammad"
    withheld = frozenset({"attachments"})
    # The reason why a mail was not delivered quotes the address; a person looks.
    by_hand = frozenset({("users", "preferences")})
    stamps = frozenset({"updated_at"})
    change = ("users", "email", "new.address@example.com")
    fast = (Fault.LOST, 1)

    def options(self) -> Mapping[str, str]:
        (self.folder / "token").write_text(TOKEN, encoding="utf-8")
        return {
            "url": self.own.url,
            "networks": "127.0.0.0/8",
            "map": "zammad",
            "profile": "zammad",
            "token": "file:token",
        }

    def test_the_search_answers_with_others_and_only_she_is_found(self) -> None:
        told = [row["id"] for row in self.own.tables["users"].values() if subscriber(ANNA).email in repr(row)]
        assert len(told) > 1
        assert [key.values for key in self.opened().locate(self.who(subscriber(ANNA))).keys] == [(_HERS,)]

    def test_pages_shorter_than_asked_for_are_read_to_the_end(self) -> None:
        tickets = {key for table, key in self.collected(subscriber(NAMESAKE)) if table == "tickets"}
        assert len(tickets) >= MANY > PAGE
        assert tickets == {key for table, key in self.own.hers(NAMESAKE) if table == "tickets"}

    @pytest.mark.parametrize("indexed", [True, False])
    def test_a_ticket_the_search_does_not_know_is_waited_for_and_never_missing(self, indexed: bool) -> None:
        hers = {int(key) for table, key in self.own.hers(ANNA) if table == "tickets"}
        self.own.unindexed, self.own.indexed = {max(hers)}, indexed
        with pytest.raises(Temporary) as raised:
            self.collected(subscriber(ANNA))
        assert raised.value.code == "index_behind"

    def test_files_come_whole_and_only_hers(self) -> None:
        exporter, who = self.opened(), self.who(subscriber(ANNA))
        found = {
            (one.name, b"".join(one.open()))
            for batch in exporter.attachments(who, exporter.locate(who).keys)
            for one in batch.files
        }
        assert found == {
            (row["filename"], base64.b64decode(row["data"]))
            for row in self.own.tables["attachments"].values()
            if row["oracle"] == ANNA
        }
        assert found

    def test_a_file_shorter_than_the_list_says_is_no_file(self) -> None:
        exporter, who = self.opened(), self.who(subscriber(ANNA))
        keys = exporter.locate(who).keys
        for row in self.own.tables["attachments"].values():
            row["data"] = base64.b64encode(b"<html>").decode()
        with pytest.raises(Temporary):
            list(exporter.attachments(who, keys))

    def test_an_address_of_another_user_is_refused_and_nothing_changes(self) -> None:
        exporter, person, before = self.opened(), subscriber(ANNA), self.own.sums()
        held = exporter.held(exporter.locate(self.who(person)).keys)
        row = next(one.row for one in held if (one.row.dataset, one.column) == ("users", "email"))
        changes = (Change(row, "email", subscriber(NAMESAKE).email),)
        lines = self.plan(exporter, "rectification", person, changes=changes)
        with pytest.raises(Permanent) as refused:
            self.apply(exporter, lines)
        self._is_silent(refused.value, person)
        assert before == self.own.sums()

    def test_the_user_stays_under_a_login_nobody_else_has_and_deletes_by_task_are_never_asked_for(self) -> None:
        exporter = self.opened()
        for number in (ANNA, NAMESAKE):
            self.apply(exporter, self.plan(exporter, "erasure", subscriber(number)))
        left = [self.own.tables["users"][str(1000 + number)] for number in (ANNA, NAMESAKE)]
        assert [(row["firstname"], row["lastname"], row["email"]) for row in left] == [("erased", "erased", None)] * 2
        assert len({row["login"] for row in left}) == len(left)
        assert {path.split("/")[2] for method, path in self.own.calls if method == "DELETE"} == {"tickets"}
        assert not [path for _, path in self.own.calls if "data_privacy" in path]

    def test_a_group_the_user_may_not_read_is_named_by_the_check(self) -> None:
        self.own.groups = [1]
        told = [(one.code, one.detail) for one in self.opened().check()]
        assert any(code == "access_denied" and "group 2" in text for code, text in told)

    def test_a_wrong_token_is_told_by_the_check(self) -> None:
        self.own.token = "another"
        assert {one.code for one in self.opened().check() if one.severity.value == "error"} == {"access_denied"}

    def test_who_is_restricted_may_not_sign_in(self) -> None:
        exporter = self.opened()
        self.apply(exporter, self.plan(exporter, "restriction", subscriber(ANNA)))
        assert self.own.tables["users"][_HERS]["active"] is False
