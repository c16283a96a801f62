"""A MikroTik router against its stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.contract import Identifier, IdentifierKind, MatchStatus, Subject
from exporters.testing.standins.people import ANNA, NAMESAKE, subscriber
from exporters.testing.standins.routeros import MADE, PASSWORD, USER, RouterOs
from exporters.testing.system import SystemChecks
from exporters.testing.system_pieces import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporters.testing.standins.people import Person


class TestRouterOs(SystemChecks):
    own: RouterOs
    standin = RouterOs
    system = "routeros"
    withheld = frozenset({MADE})
    change = ("ppp_secrets", "comment", "Jean Doherty, moved to 9 Other Street")
    restricts = False

    def options(self) -> Mapping[str, str]:
        (self.folder / "password").write_text(PASSWORD, encoding="utf-8")
        return {
            "url": self.own.url,
            "networks": "127.0.0.0/8",
            "map": "routeros",
            "profile": "routeros",
            "user": USER,
            "password": "file:password",
        }

    def who(self, person: Person) -> Subject:
        return Subject(f"no {person.number}", (Identifier(IdentifierKind.USERNAME, person.username),))

    def test_passwords_are_not_even_asked_for(self) -> None:
        exporter = self.opened()
        keys = exporter.locate(self.who(subscriber(ANNA))).keys
        list(exporter.collect(self.who(subscriber(ANNA)), keys))
        exporter.residue(self.who(subscriber(ANNA)), keys, now=NOW)
        assert len(self.own.asked_for) > 10
        assert not [names for names in self.own.asked_for if names is None or "password" in names.split(",")]

    def test_a_session_opened_again_after_the_plan_ends_with_the_log_in(self) -> None:
        self.own.reconnects = True
        exporter, person = self.opened(), subscriber(ANNA)
        lines, before, hers = self.plan(exporter, "erasure", person), self.own.sums(), self.own.hers(ANNA)
        # Her device reconnects while the plan waits for its approval: another number, in no plan.
        session = next(key for key, row in self.own.tables["ppp_active"].items() if row["name"] == person.username)
        row = self.own.tables["ppp_active"].pop(session)
        self.own.tables["ppp_active"]["*FFFF"] = {**row, ".id": "*FFFF"}
        self.apply(exporter, lines)
        assert not [one for one in self.own.tables["ppp_active"].values() if one["name"] == person.username]
        self.is_erased(person)
        self.only_hers_moved(before, person, hers | {("ppp_active", "*FFFF")})

    def test_a_name_in_a_comment_leads_to_nobody(self) -> None:
        match = self.opened().locate(Subject("by name", (Identifier(IdentifierKind.NAME, subscriber(ANNA).name),)))
        assert match.status is MatchStatus.NONE
        hers = {key for key in self.collected(subscriber(ANNA)) if key[0] == "ppp_secrets"}
        assert hers == {key for key in self.own.hers(ANNA) if key[0] == "ppp_secrets"}
        assert not hers & self.own.hers(NAMESAKE)

    def test_a_comment_that_names_her_takes_no_device_and_no_limit_from_somebody_else(self) -> None:
        person, other = subscriber(ANNA), subscriber(NAMESAKE)
        (lease,) = (row for row in self.own.tables["leases"].values() if row["oracle"] == NAMESAKE)
        (queue,) = (row for row in self.own.tables["queues"].values() if row["oracle"] == NAMESAKE)
        (secret,) = (row for row in self.own.tables["ppp_secrets"].values() if row["oracle"] == NAMESAKE)
        secret["caller-id"] = other.mac.lower()
        lease["comment"], queue["comment"] = (
            f"{other.username}, same house as {person.username}",
            f"bill: {person.username}",
        )
        nobodys = {".id": "*9F1", "mac-address": "02:00:5E:10:00:99", "address": "198.51.100.99", "comment": f"tv of {person.username}",
                   "oracle": ANNA, "dynamic": "false"}  # fmt: skip
        self.own.tables["leases"]["*9F1"] = nobodys

        theirs, seen = dict(self.own.tables["leases"]), self.collected(person)
        assert set(seen) == {key for key in self.own.hers(ANNA) if key[0] != MADE}
        assert ("leases", "*9F1") in seen
        exporter = self.opened()
        self.apply(exporter, self.plan(exporter, "erasure", person))
        assert "*9F1" not in self.own.tables["leases"]
        assert theirs[lease[".id"]] == self.own.tables["leases"][lease[".id"]]
        assert queue[".id"] in self.own.tables["queues"]

    def test_a_user_of_the_router_without_the_right_policy_is_told_by_the_check(self) -> None:
        self.own.logins = ("dsr-desk", "another")  # type: ignore[misc]
        assert {one.code for one in self.opened().check() if one.severity.value == "error"} == {"access_denied"}
