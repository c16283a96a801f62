"""HubSpot contacts against their stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporters.contract import Change, Identifier, IdentifierKind, MatchStatus, Permanent, Subject, Treatment
from exporters.testing.standins.hubspot import PAGE, STAFF, TOKEN, HubSpot
from exporters.testing.standins.people import ANNA, NAMESAKE, subscriber
from exporters.testing.standins.server import Answer, Fault
from exporters.testing.system import SystemChecks
from exporters.testing.system_pieces import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping


class TestHubSpot(SystemChecks):
    own: HubSpot
    standin = HubSpot
    # What only a person can clear: HubSpot has no call for history but the one that blocks the address, and notes may be shared.
    kept = frozenset({"contact_history", "notes"})
    by_hand = frozenset({("contacts", "hs_additional_emails")})
    stamps = frozenset({"lastmodifieddate"})
    change = ("contacts", "email", "new.address@example.com")
    restricts = False
    fast = (Fault.LOST, 1)

    def options(self) -> Mapping[str, str]:
        (self.folder / "token").write_text(TOKEN, encoding="utf-8")
        return {
            "url": self.own.url,
            "networks": "127.0.0.0/8",
            "map": "hubspot",
            "profile": "hubspot",
            "token": "file:token",
        }

    def test_all_pages_of_notes_are_read(self) -> None:
        notes = {key for table, key in self.own.hers(NAMESAKE) if table == "notes"}
        assert len(notes) > 2 * PAGE
        assert {key for table, key in self.collected(subscriber(NAMESAKE)) if table == "notes"} == notes

    def test_earlier_values_are_told_and_left_to_a_person_as_is_the_blocking_call(self) -> None:
        assert f"old.{ANNA}@example.net" in repr(self.collected(subscriber(ANNA))[("contact_history", "7000007")])
        exporter = self.opened()
        lines = self.plan(exporter, "erasure", subscriber(ANNA))
        # Secondary addresses stand with what a person clears, so that none stays without a task.
        assert "second.11@example.com" in repr(self.collected(subscriber(11))[("contact_history", "7000011")])
        assert "second.11@example.com" not in repr(self.collected(subscriber(11))[("contacts", "7000011")])
        by_hand = {line.dataset for line in lines if line.treatment is Treatment.MANUAL}
        assert {"contact_history", "notes"} <= by_hand
        self.apply(exporter, lines)
        assert not [path for _, path in self.own.calls if "gdpr" in path]
        assert not [method for method, _ in self.own.calls if method not in {"GET", "PATCH"}]

    def test_who_of_the_staff_set_an_earlier_value_is_not_handed_out(self) -> None:
        person = subscriber(ANNA)
        told = repr(self.collected(person)[("contact_history", "7000007")])
        assert person.phone in told
        assert "CRM_UI" in told
        assert STAFF not in told
        assert "90210" not in told

    def test_a_secondary_address_leads_to_nobody(self) -> None:
        # HubSpot answers with the contact; the address may be one that two people shared.
        who = Subject("by secondary", (Identifier(IdentifierKind.EMAIL, "second.11@example.com"),))
        match = self.opened().locate(who)
        assert [path for _, path in self.own.calls if "second.11@" in path.lower()]
        assert (match.status, match.keys) == (MatchStatus.NONE, ())

    @pytest.mark.parametrize("body", [{"message": "no Route matched with those values"}, ""], ids=["json", "empty"])
    def test_a_404_of_a_gateway_is_no_word_about_a_contact(self, body: object, monkeypatch: pytest.MonkeyPatch) -> None:
        exporter, who = self.opened(), self.who(subscriber(ANNA))
        keys = exporter.locate(who).keys
        monkeypatch.setattr(HubSpot, "answer", lambda *_: Answer(body, 404))  # the stand-in, not our code
        for ask in (lambda: exporter.locate(who), lambda: exporter.residue(who, keys, now=NOW)):
            with pytest.raises(Permanent) as raised:
                ask()
            assert raised.value.code == "not_found"

    def test_an_address_of_another_contact_is_refused_and_nothing_changes(self) -> None:
        exporter, person, before = self.opened(), subscriber(ANNA), self.own.sums()
        held = exporter.held(exporter.locate(self.who(person)).keys)
        row = next(one.row for one in held if (one.row.dataset, one.column) == ("contacts", "email"))
        lines = self.plan(
            exporter, "rectification", person, changes=(Change(row, "email", subscriber(NAMESAKE).email),)
        )
        with pytest.raises(Permanent) as refused:
            self.apply(exporter, lines)
        self._is_silent(refused.value, person)
        assert before == self.own.sums()

    def test_a_wrong_token_is_told_by_the_check(self) -> None:
        self.own.token = "another"
        assert {one.code for one in self.opened().check() if one.severity.value == "error"} == {"access_denied"}
