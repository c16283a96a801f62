"""A service of the provider's own against its stand-in, which is the reference receiver of docs/stores/webhook.md."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from exporters.contract import HitClass, Permanent, RowKey, Temporary
from exporters.http.message import Reply, Request
from exporters.http.webhook import reply_signature, request_signing
from exporters.journal import MemoryJournal
from exporters.registry import ConfigError
from exporters.testing.checksums import touched
from exporters.testing.standins.people import ANNA, subscriber
from exporters.testing.standins.webhook import SECRET, Webhook
from exporters.testing.standins.webhook_receiver import Receiver
from exporters.testing.system import SystemChecks
from exporters.testing.system_pieces import FEW, NOW

if TYPE_CHECKING:
    from collections.abc import Mapping

MAP = Path(__file__).parent / "webhook.yaml"


class TestWebhook(SystemChecks):
    own: Webhook
    standin = Webhook
    system = "webhook"
    kept = frozenset({"invoices", "campaigns"})
    change = ("customers", "email", "new.address@example.com")

    def options(self) -> Mapping[str, str]:
        (self.folder / "secret").write_text(SECRET, encoding="utf-8")
        shutil.copy(MAP, self.folder / "map.yaml")
        return {
            "url": f"{self.own.url}dsr",
            "networks": "127.0.0.0/8",
            "map": "map.yaml",
            "secret": "file:secret",
            "find": "{customers: [id, email, phone], contracts: [id, customer_id], tickets: [id, customer_id, email], invoices: [id, customer_id]}",
            "change": "{customers: [name, email, phone, street, city, status, no_mail], contracts: [username, ip, note]}",
            "delete": "[tickets]",
            "search": "true",
            "wait": "0",
        }

    def test_a_service_that_works_later_is_asked_again_and_gives_the_same_answer(self) -> None:
        whole = self.collected(subscriber(ANNA))
        self.own.later = 2
        codes = []
        for _ in range(60):
            try:
                found = self.collected_later()
            except Temporary as error:
                codes.append(error.code)
            else:
                break
        assert found == whole
        assert set(codes) == {"timeout"}

    def collected_later(self) -> object:
        """One try of an access; short waits, one look each."""
        exporter = self.opened(wait="0.15")
        match = exporter.locate(self.who(subscriber(ANNA)))
        rows = {}
        for batch in exporter.collect(self.who(subscriber(ANNA)), match.keys):
            for values in batch.rows:
                record = dict(zip(batch.columns, values, strict=True))
                rows[batch.dataset, str(record["id"])] = record
        return rows

    @pytest.mark.slow
    def test_an_erasure_whose_orders_take_long_is_finished_and_each_order_done_once(self) -> None:
        exporter, person = self.opened(wait="0.15"), subscriber(FEW)
        lines, before, hers = self.plan(exporter, "erasure", person), self.own.sums(), self.own.hers(FEW)
        self.own.later, journal, changed = 2, MemoryJournal(), 0
        for _ in range(200):
            try:
                changed = self.apply(exporter, lines, journal)
                break
            except Temporary:
                continue
        assert changed == len(self.own.writes) == 4
        self.only_hers_moved(before, person, hers)
        self.own.later = 0
        self.is_erased(person)

    def test_an_order_sent_twice_is_one_order_and_one_of_another_approval_is_another(self) -> None:
        service, row = self.opened().source.service, {"dataset": "customers", "key": {"id": 7}, "expected": {}}
        for _ in range(2):
            service.order("change", {**row, "set": {"city": "Elsewhere"}}, "first", "here")
        assert len(self.own.writes) == 1
        service.order("change", {**row, "set": {"city": "Elsewhere"}}, "second", "here")
        assert len(self.own.writes) == 2

    def test_a_change_makes_answers_from_before_it_old(self) -> None:
        exporter = self.opened()
        dataset = exporter.data_map.datasets["customers"]
        self.own.later = 1
        exporter.source.service.wait = 1.0
        row = exporter.source.one(dataset, ("7",))
        exporter.source.change(dataset, row, {"city": "Elsewhere"})
        assert exporter.source.one(dataset, ("7",)).values["city"] == "Elsewhere"

    def test_an_answer_that_was_waited_for_is_kept_an_hour_and_no_longer(self) -> None:
        exporter = self.opened(wait="1")
        dataset = exporter.data_map.datasets["customers"]
        self.own.later = 1
        exporter.source.one(dataset, ("7",))
        self.own.tables["customers"]["7"]["city"] = "Moved"
        assert exporter.source.one(dataset, ("7",)).values["city"] != "Moved"
        for job in self.own.receiver.jobs.values():
            job["at"] -= 3601
        assert exporter.source.one(dataset, ("7",)).values["city"] == "Moved"

    def test_a_row_that_changed_meanwhile_is_not_written_over(self) -> None:
        exporter = self.opened()
        dataset = exporter.data_map.datasets["customers"]
        row = exporter.source.one(dataset, ("7",))
        self.own.tables["customers"]["7"]["city"] = "Moved"
        with pytest.raises(Permanent) as raised:
            exporter.source.change(dataset, row, {"city": "Elsewhere"})
        assert raised.value.code == "conflict"
        assert self.own.tables["customers"]["7"]["city"] == "Moved"

    def test_rows_of_strangers_and_columns_nobody_declared_are_refused(self) -> None:
        for flaw in ("everybody", "extra", "unsigned"):
            setattr(self.own, flaw, True)
            with pytest.raises(Permanent) as raised:
                self.collected(subscriber(ANNA))
            assert raised.value.code == "bad_answer", flaw
            self._is_silent(raised.value, subscriber(ANNA))
            setattr(self.own, flaw, False)
        assert self.collected(subscriber(ANNA))

    def test_a_reply_to_another_call_is_refused_though_it_is_signed(self) -> None:
        exporter = self.opened()
        exporter.locate(self.who(subscriber(ANNA)))
        self.own.repeats = self.own.said
        with pytest.raises(Permanent) as raised:
            exporter.locate(self.who(subscriber(ANNA)))
        assert raised.value.code == "bad_answer"

    def test_a_service_that_says_yes_and_does_nothing_is_told(self) -> None:
        exporter = self.opened()
        lines = self.plan(exporter, "erasure", subscriber(FEW))
        self.own.idle, before = True, self.own.sums()
        with pytest.raises(Permanent) as raised:
            self.apply(exporter, lines)
        assert raised.value.code == "not_changed"
        assert not touched(before, self.own.sums())

    def test_what_the_service_finds_beside_the_map_stands(self) -> None:
        exporter, person = self.opened(), subscriber(FEW)
        self.own.tables["campaigns"]["1"] = {"id": 1, "sent_to": person.email}
        lines = self.plan(exporter, "erasure", person)
        self.apply(exporter, lines)
        keys = (RowKey("customer", (str(FEW),)),)
        left = exporter.residue(self.who(person), keys, now=NOW, lines=lines, keep_until=self.keep)
        assert [(one.table, one.column, one.count, one.cls) for one in left if one.stands] == [
            ("campaigns", "sent_to", 1, HitClass.UNLINKED)
        ]

    def test_the_check_tells_what_the_service_cannot_do_and_what_the_map_does_not_name(self) -> None:
        exporter = self.opened(
            change="{customers: [name, email, phone, street, city, status, no_mail, id]}", delete="[invoices]"
        )
        for row in self.own.tables["tickets"].values():
            row["iban"] = ""
        found = {(one.code, one.place) for one in exporter.check() if one.severity.value == "error"}
        assert found == {
            ("cannot_change", "system.customers.id"),
            ("cannot_delete", "system.invoices"),
            ("undeclared_column", "system.tickets.iban"),
        }

    @pytest.mark.parametrize(
        ("option", "value", "says"),
        [
            ("secret", "file:short", "32 signs"),
            ("wait", "121", "120 seconds"),
            ("find", "{customers: [nowhere]}", "no field"),
            ("delete", "[nothing]", "no dataset"),
            (
                "find",
                "{customers: [email], contracts: [customer_id], tickets: [customer_id, email], invoices: [customer_id]}",
                "found by 'id'",
            ),
            ("map", "", "needs 'map'"),
            ("token", "file:secret", "unknown option"),
        ],
    )
    def test_a_wrong_entry_is_refused_before_anything_is_asked(self, option: str, value: str, says: str) -> None:
        (self.folder / "short").write_text("too-short", encoding="utf-8")
        with pytest.raises(ConfigError, match=says):
            self.opened(**{option: value})
        assert not self.own.calls


def test_the_receiver_answers_nobody_who_cannot_sign_and_no_old_request() -> None:
    done: list[str] = []

    def work(asked: dict[str, object]) -> dict[str, object]:
        done.append(str(asked["verb"]))
        return {"rows": []}

    receiver = Receiver(SECRET.encode(), work)
    request = Request("POST", "", json={"call": "c", "id": "i", "verb": "find"})
    body = request.body() or b""

    def header(secret: str, late: float = 0) -> str:
        signing = replace(request_signing(secret), clock=lambda: time.time() - late)
        return dict(signing.sign(request, lambda _: Reply(200, {}, b""), "here").headers)["DSR-Signature"]

    wrong = ("", "v1=x", "t=x,v1=y", header("another-secret-of-more-than-32-signs"), header(SECRET, late=301))
    assert [receiver.answer(body, one)[0] for one in wrong] == [401] * len(wrong)
    assert receiver.answer(body + b" ", header(SECRET))[0] == 401
    assert not done
    status, reply, signed = receiver.answer(body, header(SECRET))
    assert (status, done, json.loads(reply)["state"]) == (200, ["find"], "done")
    assert signed == reply_signature(SECRET.encode(), 200, reply)
