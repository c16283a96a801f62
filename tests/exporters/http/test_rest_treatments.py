"""A store without SQL treats fields as the map says: decoded, opened, coarser, faked, scrubbed (rules 6.2), and never claims k."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from exporters.contract import CellNote, HitClass, Treatment
from exporters.journal import MemoryJournal
from tests.exporters.http import standin
from tests.exporters.http.test_rest_erasing import NOW, apply, law

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.contract import PlanLine
    from exporters.http.store import RestStore

_MAP = {
    "      email: {identifier: email, hint: true, erase: random_token, correct: true}": (
        "      email: {identifier: email, hint: true, erase: fake}"
    ),
    "      generation: {not_personal: a stamp for concurrent changes}": (
        "      generation: {not_personal: a stamp for concurrent changes}\n"
        "      seen_ip: {label: {en: Address}, identifier: ip, encoded: ip_integer, erase: {generalise: network}}\n"
        "      town: {label: {en: Town}, quasi: true, erase: leave}\n"
        "      options: {label: {en: Options}, erase: nullify, php: {secret: {never: secret, label: {en: Password}}}}"
    ),
    "      remark: {label: message, erase: nullify}": (
        "      remark: {label: message, free_text: true, erase: scrub}\n"
        "      paid_at: {label: {en: Paid}, encoded: unix_time, erase: {generalise: month}}"
    ),
}
_PROFILE = {
    "writable: [email, name, status]": "writable: [email, name, status, seen_ip, town, options]",
    "writable: [remark]": "writable: [remark, paid_at]",
}
PAID = 1_741_000_000
"""2025-03-03 11:06:40 UTC"""


def _changed(name: str, changes: dict[str, str]) -> str:
    text = Path(standin.HERE, name).read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture
def server() -> Iterator[standin.Standin]:
    with standin.running() as server:
        options = 'a:2:{s:6:"secret";s:2:"pw";s:4:"lang";s:2:"en";}'
        server.rows["clients"]["8"] |= {"seen_ip": 3_221_225_994, "town": "Ebford", "options": options}
        server.rows["invoices"]["R-3"] |= {
            "remark": "call Anna O&#039;Neill, anna@example.net",
            "paid_at": PAID,
        }
        yield server


@pytest.fixture
def crm(server: standin.Standin, tmp_path: Path) -> RestStore:
    (tmp_path / "map.yaml").write_text(_changed("crm.yaml", _MAP), encoding="utf-8")
    (tmp_path / "profile.yaml").write_text(_changed("crm_rest.yaml", _PROFILE), encoding="utf-8")
    return standin.store(tmp_path, server.url, map="map.yaml", profile="profile.yaml")


def plan(crm: RestStore) -> tuple[PlanLine, ...]:
    return crm.plan(standin.OTHER_ANNA, crm.locate(standin.OTHER_ANNA).keys, now=NOW, keep_until=law)


def _collected(crm: RestStore, dataset: str) -> tuple[dict[str, Any], set[CellNote]]:
    batches = [
        one for one in crm.collect(standin.OTHER_ANNA, crm.locate(standin.OTHER_ANNA).keys) if one.dataset == dataset
    ]
    row = next(iter(batches[0].rows))
    return dict(zip(batches[0].columns, row, strict=True)), {note.code for note in batches[0].notes}


def test_values_are_decoded_and_opened_on_the_way_out(crm: RestStore) -> None:
    client, notes = _collected(crm, "clients")
    invoice, _ = _collected(crm, "invoices")

    assert client["seen_ip"] == "192.0.2.10"
    assert client["options"] == {"lang": "en"}
    assert CellNote.PART_WITHHELD in notes
    assert str(invoice["paid_at"]).startswith("2025-03-03T")


def test_whether_twenty_share_it_cannot_be_asked_so_nothing_is_left(crm: RestStore) -> None:
    (line,) = [one for one in plan(crm) if one.dataset == "clients" and one.treatment is Treatment.ANONYMISE]

    assert {one.column: one.strategy for one in line.fields} == {
        "email": "fake",
        "name": "constant",
        "seen_ip": "nullify",
        "town": "nullify",
        "options": "nullify",
    }


def test_faked_scrubbed_and_made_coarser_in_the_form_of_the_column(crm: RestStore, server: standin.Standin) -> None:
    lines = plan(crm)
    apply(crm, lines, MemoryJournal())

    client, invoice = server.rows["clients"]["8"], server.rows["invoices"]["R-3"]
    assert client["contact"]["email"].endswith("@example.com")
    assert len(client["contact"]["email"]) == len("anna@example.net")
    assert client["contact"]["email"] != "anna@example.net"
    assert client["seen_ip"] in {None, ""}
    assert "Anna" not in invoice["remark"]
    assert "anna@example.net" not in invoice["remark"]
    assert "call [erased]" in invoice["remark"]
    assert int(invoice["paid_at"]) == 1_740_787_200, "the first of March, as seconds"

    before = dict(server.rows["clients"]["8"])
    apply(crm, lines, MemoryJournal())
    assert server.rows["clients"]["8"] == before, "a fake stays"


def test_texts_are_scrubbed_before_the_rows_that_say_of_what_go(crm: RestStore) -> None:
    first = next(one for one in plan(crm) if one.writes)
    assert (first.dataset, [one.strategy for one in first.fields]) == ("invoices", ["scrub", "generalise"])


def test_the_certificate_is_told_how_much_was_searched(crm: RestStore) -> None:
    datasets, columns = crm.searched()
    assert datasets == 4
    assert columns == sum(len(one.fields) for one in crm.data_map.datasets.values())


def test_nothing_of_hers_is_left_after_it(crm: RestStore) -> None:
    keys, lines = crm.locate(standin.OTHER_ANNA).keys, plan(crm)
    apply(crm, lines, MemoryJournal())
    left = crm.residue(standin.OTHER_ANNA, keys, now=NOW, lines=lines, keep_until=law)
    assert [one for one in left if one.cls is HitClass.HERS] == []
