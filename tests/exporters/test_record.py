"""The record of processing (Art. 30): what is refused and where, and how its words reach data maps and store check."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

import dsr.demo
from exporters.contract import Severity
from exporters.datamap.load import load
from exporters.document import ConfigError
from exporters.record.load import load_record
from exporters.record.model import Role, Safeguard
from exporters.record.words import unknown_names
from exporters.registry import load_stores, open_store

DEMO = Path(dsr.demo.__file__).with_name("record.yaml")
MAPS = Path(__file__).parents[2] / "exporters" / "systems"
GOOD = """\
record: vik
version: 1
country: DE
languages: [en, de]
purposes:
  sale: {text: {en: to sell, de: Verkauf}, legal_basis: 6(1)(b)}
  risk:
    text: {en: to judge a risk, de: Risiko}
    legal_basis: 6(1)(f)
    interest: {en: to be paid, de: Zahlung}
recipients:
  bank: {name: Vik Bank AG, does: {en: payments, de: Zahlungen}, role: processor, country: DE}
  cloud: {name: Cloud Inc., role: processor, country: US}
sources:
  you: {en: you, de: Sie}
retention:
  subscriber_data: {text: {en: two years, de: zwei Jahre}, law: some law}
transfers:
  - recipient: cloud
    kind: standard_clauses
    safeguard: {en: standard clauses, de: Standardvertragsklauseln}
    copy_from: privacy@vik.example.com
automated_decisions:
  - name: {en: Check, de: Prüfung}
    purpose: risk
    logic: {en: we count unpaid bills, de: wir zählen}
    consequences: {en: you pay first, de: Vorkasse}
    review: {en: write to us, de: schreiben Sie}
"""


def _file(folder: Path, text: str = GOOD, name: str = "record.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_record_is_read_whole(tmp_path: Path) -> None:
    record = load_record(_file(tmp_path))

    assert record.recipients["bank"].words == {"en": "Vik Bank AG (payments)", "de": "Vik Bank AG (Zahlungen)"}
    assert record.recipients["cloud"].role is Role.PROCESSOR
    assert record.purposes["risk"].words["en"] == "to judge a risk (to be paid)"
    (transfer,) = record.transfers
    assert (transfer.recipient.code, transfer.country, transfer.kind) == ("cloud", "US", Safeguard.STANDARD_CLAUSES)
    assert transfer.copy_from["de"] == "privacy@vik.example.com"
    assert record.decisions[0].review["de"] == "schreiben Sie"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 1", "version: x", "2:10: a whole number is expected here"),
        (
            "country: DE\n",
            "country: Germany\n",
            "3:10: a country is its two capital letters (ISO 3166), for example DE",
        ),
        ("de: Verkauf}", "fr: vente}", "6:16: the text lacks language 'de'"),
        (
            "{en: to sell, de: Verkauf}",
            "to sell",
            "6:16: write the sentence per language, {en: …}",
        ),
        ("6(1)(b)}", "contract}", "6:57: a legal basis is written 6(1)(b) or 9(2)(a)"),
        (
            "    interest: {en: to be paid, de: Zahlung}\n",
            "",
            "9:18: 6(1)(f) needs `interest`: the legitimate interest pursued, in words",
        ),
        (
            "role: processor, country: DE",
            "role: helper, country: DE",
            "12:72: 'helper' is not one of: processor, controller, joint, authority",
        ),
        (
            "country: US}",
            "country: US, city: X}",
            "13:59: unknown option 'city'; known here: country, does, name, role",
        ),
        ("  - recipient: cloud", "  - recipient: clud", "19:16: 'clud' is not defined under 'recipients'"),
        ("kind: standard_clauses", "kind: trust", "20:11: 'trust' is not one of: adequacy"),
        ("    copy_from: privacy@vik.example.com\n", "", "19:5: 'copy_from' is missing"),
        ("    logic: {en: we count unpaid bills, de: wir zählen}\n", "", "24:5: 'logic' is missing"),
        ("purpose: risk", "purpose: rsik", "25:14: 'rsik' is not defined under 'purposes'"),
        (
            "country: US}",
            "country: NL}",
            "19:5: NL is no third country for a controller in DE",
        ),
        (
            "bank: {name: Vik Bank AG, does: {en: payments, de: Zahlungen}, role: processor, country: DE}",
            "bank: {name: Vik Bank AG, role: processor, country: CH}",
            "12:55: CH is a third country: state the safeguard under 'transfers' (Art. 15(2))",
        ),
        ("automated_decisions:", "automated_decision:", "23:1: unknown option 'automated_decision'"),
    ],
)
def test_a_wrong_record_is_refused_with_line_and_column(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(ConfigError) as raised:
        load_record(_file(tmp_path, GOOD.replace(old, new)))

    assert str(raised.value).startswith(f"record.yaml:{message}")


def test_a_13_nobody_is_sent_abroad_unnoticed_when_the_controller_is_british(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="DE is a third country"):
        load_record(_file(tmp_path, GOOD.replace("country: DE\n", "country: GB\n", 1)))


def test_a_06_the_record_names_the_recipient_the_map_only_describes(tmp_path: Path) -> None:
    text = GOOD.replace("  bank:", "  payment: {name: Vik Pay AG, role: controller, country: DE}\n  bank:")
    path = MAPS / "radius" / "map.yaml"

    plain, named = load(path), load(path, record=_file(tmp_path, text))

    assert {"en": "Vik Pay AG", "de": "Vik Pay AG"} in _recipients(named)
    assert {"en": "Vik Pay AG", "de": "Vik Pay AG"} not in _recipients(plain)


def _recipients(data_map):
    fields = [field for dataset in data_map.datasets.values() for field in dataset.fields.values()]
    return [recipient for field in fields for recipient in field.terms.recipients]


def test_a_08_the_record_states_retention_by_class(tmp_path: Path) -> None:
    text = GOOD.replace("subscriber_data:", "subscriber_identity:")
    data_map = load(MAPS / "radius" / "map.yaml", record=_file(tmp_path, text))

    assert data_map.datasets["radcheck"].terms.retention.text["en"] == "two years"
    assert data_map.datasets["radcheck"].terms.retention.law == "some law"


def test_names_the_record_does_not_know_are_errors(tmp_path: Path) -> None:
    found = list(unknown_names(load(MAPS / "radius" / "map.yaml"), load_record(_file(tmp_path)), store="network"))

    assert {problem.severity for problem in found} == {Severity.ERROR}
    assert "network.recipients.payment" in {problem.place for problem in found}
    assert "network.sources.you" not in {problem.place for problem in found}


@pytest.mark.parametrize("name", ["northwave_billing", "radius"])
def test_the_demos_record_covers_the_demos_maps(name: str) -> None:
    record = load_record(DEMO, languages=("en", "de"))

    assert list(unknown_names(load(MAPS / name / "map.yaml"), record, store=name)) == []


STORES = """\
records: {northwave: record.yaml}
stores:
  network:
    controller: northwave
    system: sql
    label: {en: Network}
    owner: NOC
    map: radius
    url: sqlite:///network.sqlite3
"""


def test_store_check_reports_what_the_record_lacks(tmp_path: Path) -> None:
    _file(tmp_path)
    sa.create_engine(f"sqlite:///{tmp_path / 'network.sqlite3'}").connect().close()
    store = open_store(load_stores(_file(tmp_path, STORES, "stores.yaml"))["network"])

    problems = {problem.place: problem for problem in store.check()}

    assert problems["network.purposes.access"].code == "record_incomplete"
    assert "Art. 15(1)(a)" in problems["network.purposes.access"].detail


def test_a_record_must_be_there_and_belong_to_somebody(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"stores.yaml:1:22: there is no file 'record.yaml' beside the store file"):
        load_stores(_file(tmp_path, STORES, "stores.yaml"))
    _file(tmp_path)
    with pytest.raises(ConfigError, match=r"stores.yaml:1:18: no store of this file belongs to 'other'"):
        load_stores(_file(tmp_path, STORES.replace("{northwave:", "{other:"), "stores.yaml"))
