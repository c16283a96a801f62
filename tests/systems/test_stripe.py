"""Stripe against its stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporters.contract import Change, Identifier, IdentifierKind, MatchStatus, Permanent, Subject
from exporters.testing.standins.people import ANNA, NAMESAKE, subscriber
from exporters.testing.standins.server import Fault
from exporters.testing.standins.stripe import KEY, PAGE, Stripe
from exporters.testing.standins.stripe_rows import DELETED, MIXED, SHOUTED, TWICE, customer_id
from exporters.testing.system import SystemChecks

if TYPE_CHECKING:
    from collections.abc import Mapping


class TestStripe(SystemChecks):
    own: Stripe
    standin = Stripe
    tables = {"payers": "payment_methods"}
    kept = frozenset({"invoices", "invoice_lines", "charges"})
    change = ("customers", "email", "new.address@example.com")
    restricts = False

    def options(self) -> Mapping[str, str]:
        (self.folder / "key").write_text(KEY, encoding="utf-8")
        return {
            "url": f"{self.own.url}v1/",
            "networks": "127.0.0.0/8",
            "map": "stripe",
            "profile": "stripe",
            "secret_key": "file:key",
        }

    def by_number(self, *keys: str) -> Subject:
        """Somebody whose records in Stripe a member of staff has named."""
        named = (Identifier(IdentifierKind.RECORD, f"customer/{key}", "system") for key in keys)
        return Subject("by number", tuple(named))

    def test_all_pages_are_read_and_subscriptions_that_ended(self) -> None:
        found = set(self.collected(subscriber(NAMESAKE)))
        for table in ("invoices", "charges", "subscriptions"):
            hers = {one for one in self.own.hers(NAMESAKE) if one[0] == table}
            assert len(hers) > PAGE
            assert {one for one in found if one[0] == table} == hers

    @pytest.mark.parametrize("number", [MIXED, 27])
    def test_she_is_found_in_whatever_spelling_stripe_keeps_her_address(self, number: int) -> None:
        # The filter of the interface would find neither of the two.
        typed = subscriber(number).email.swapcase()
        match = self.opened().locate(Subject("she", (Identifier(IdentifierKind.EMAIL, typed),)))
        assert (match.status, [key.values for key in match.keys]) == (MatchStatus.FOUND, [(customer_id(number),)])

    @pytest.mark.parametrize("number", [TWICE, SHOUTED])
    def test_two_customers_with_one_address_are_a_question_and_both_can_be_named(self, number: int) -> None:
        exporter, both = self.opened(), [customer_id(number), customer_id(number, 1)]
        match = exporter.locate(self.who(subscriber(number)))
        assert match.status is MatchStatus.AMBIGUOUS
        assert sorted(one.key for one in match.candidates) == [f"customer/{key}" for key in both]
        match = exporter.locate(self.by_number(*both))
        assert sorted(key.values[0] for key in match.keys) == both

    def test_what_a_customer_deleted_in_stripe_left_is_found_by_her_number(self) -> None:
        exporter, who = self.opened(), self.by_number(customer_id(DELETED))
        assert exporter.locate(self.who(subscriber(DELETED))).status is MatchStatus.NONE
        match = exporter.locate(who)
        found = {(batch.dataset, *row) for batch in exporter.collect(who, match.keys) for row in batch.rows}
        tables = {one[0] for one in self.own.hers(DELETED)}
        assert tables == {"customers", "invoices", "invoice_lines", "charges"} == {one[0] for one in found}

    def test_of_a_card_brand_and_country_are_told_and_nothing_else(self) -> None:
        exporter, who = self.opened(), self.who(subscriber(ANNA))
        keys = exporter.locate(who).keys
        told = [batch for batch in exporter.collect(who, keys) if batch.dataset == "payment_methods"]
        assert told
        assert {name for batch in told for name in batch.columns} == {
            *("customer", "id", "type", "created", "card_brand", "card_country", "debit_country"),
        }

    def test_a_payment_says_its_invoice_and_times_are_dates(self) -> None:
        # Later versions of the interface leave the invoice out: the version is fixed.
        charges = [row for (table, _), row in self.collected(subscriber(ANNA)).items() if table == "charges"]
        assert {row["invoice"] for row in charges} <= set(self.own.tables["invoices"])
        assert {str(row["created"])[:10] for row in charges} == {"2025-01-02"}

    def test_payers_are_overwritten_before_the_ways_to_pay_are_taken_off_and_nobody_is_deleted(self) -> None:
        person, exporter = subscriber(ANNA), self.opened()
        hers = sorted(key for table, key in self.own.hers(ANNA) if table == "payment_methods")
        assert {self.own.tables["payment_methods"][key]["type"] for key in hers} == {"card", "sepa_debit"}
        lines = self.plan(exporter, "erasure", person)
        began = len(self.own.calls)
        self.apply(exporter, lines)
        writes = [path for method, path in self.own.calls[began:] if method != "GET"]
        last = max(at for at, path in enumerate(writes) if path.startswith("v1/payment_methods/"))
        assert sorted(writes[: last + 1]) == sorted(
            f"v1/payment_methods/{key}{end}" for key in hers for end in ("", "/detach")
        )
        assert {self.own.tables["payment_methods"][key]["customer"] for key in hers} == {None}
        assert ("DELETE", f"v1/customers/{customer_id(ANNA)}") not in self.own.calls
        assert self.own.tables["customers"][customer_id(ANNA)]["metadata"] == {}

    def test_invoices_and_payments_stay_until_the_day_the_law_says(self) -> None:
        lines = self.plan(self.opened(), "erasure", subscriber(ANNA))
        stay = {line.dataset: line.keep_until for line in lines if line.dataset in self.kept}
        assert {name: str(until) for name, until in stay.items()} == dict.fromkeys(sorted(self.kept), "2033-12-31")

    def test_an_address_stripe_does_not_take_is_refused_in_silence(self) -> None:
        exporter, person, before = self.opened(), subscriber(ANNA), self.own.sums()
        held = exporter.held(exporter.locate(self.who(person)).keys)
        row = next(one.row for one in held if (one.row.dataset, one.column) == ("customers", "email"))
        lines = self.plan(exporter, "rectification", person, changes=(Change(row, "email", "@"),))
        with pytest.raises(Permanent) as refused:
            self.apply(exporter, lines)
        self._is_silent(refused.value, person)
        assert before == self.own.sums()

    def test_a_key_that_is_not_let_in_is_told_by_the_check(self) -> None:
        self.own.secret = "another"
        assert {one.code for one in self.opened().check() if one.severity.value == "error"} == {"access_denied"}

    def test_a_limit_of_calls_is_waited_for(self) -> None:
        self.own.fault(Fault.BUSY, at=1)
        assert self.opened(retries="1").locate(self.who(subscriber(ANNA))).status is MatchStatus.FOUND
