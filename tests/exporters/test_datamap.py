"""Data maps: what is refused, where the complaint points, and what the shipped maps promise."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import exporters
from exporters.datamap.info import describe
from exporters.datamap.load import load
from exporters.datamap.model import Category, Erase
from exporters.description import Disclosure, Origin
from exporters.discover.names import looks_personal
from exporters.document import ConfigError
from tests.exporters.shop import MAP

SHIPPED = sorted((Path(exporters.__file__).parent / "systems").glob("*/map.yaml"))


def _broken(folder: Path, old: str, new: str) -> Path:
    text = MAP.read_text(encoding="utf-8")
    assert text.count(old) >= 1, "the text to break is not in the map"
    path = folder / "broken.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("version: 1", "version: one", "a whole number is expected"),
        ("map: shop", "map: shop\nmapp: shop", "unknown option 'mapp'"),
        ("category: master", "category: mastr", "'mastr' is not one of: master"),
        ("  purpose: sale\n", "", "'defaults' must give 'purpose'"),
        ("purpose: sale", "purpose: sael", "'sael' is not defined under 'purposes'"),
        ("retention: order", "retention: ordre", "'ordre' is not defined under 'retention'"),
        ("recipients: bank", "recipients: bnak", "'bnak' is not defined under 'recipients'"),
        ("title: {en: Shop}", "title: {de: Laden}", "the text lacks language 'en'"),
        ("born: {label: {en: Born}, ", "born: {", "'born' has no label in en"),
        ("number: {label: {en: Number}, ", "number: {label: {de: Nummer}, ", "the text lacks language 'en'"),
        ("password: {never: secret}", "password: {never: secrte}", "'secrte' is not defined under 'reasons'"),
        ("email: {identifier: email,", "email: {identifier: e-mail,", "'e-mail' is not one of: record"),
        (
            "full_name: {label: {en: Name}, identifier: name,",
            "full_name: {label: {en: Name}, identifier: {kind: name, finds: true},",
            "never finds one",
        ),
        ("key: id", "key: idd", "'idd' is not a field of 'customers'"),
        ("references: customers.place_id", "references: customers.plaice", "customers.plaice is not a field"),
        ("references: customers.place_id", "references: customers", "a reference is written dataset.column"),
        ("    shared: true\n", "", "say shared: true"),
        ("foreign_key: customerId,", "foreign_kye: customerId,", "exactly one type"),
        ("when: {about: customer}}", "any_case: false}", "a polymorphic link needs `when:`"),
        ("when: {about: customer}}", "when: {abuot: customer}}", "'abuot' is not a field of 'notes'"),
        ("'order {} closed'", "'order closed'", "holds {} exactly once"),
        ("path: user.login, ", "", "'path' is missing"),
        ("references: customers.email}", "references: customers.full_name}", "does not name one person"),
        ("references: subject.guest", "references: subject.gest", "'gest' is not defined under 'subjects'"),
        ("only_without: customer", "only_without: custmer", "'custmer' is not a key of a person"),
        ("unless: [Limit, Line], ", "", "give one of: unless"),
        ("column: rule,", "column: rool,", "'rool' is not a field of 'events'"),
        ("erase: delete\n", "erase: nullify\n", "treats a field, not a row"),
        ("law: commercial law, ", "", "is kept: its retention class must name the `law`"),
        ("erase: keep", "erase: anonymise", "needs `erase:`"),
        ("prefix: phone_cc", "prefix: phone_c", "'phone_c' is not a field of 'customers'"),
        ("    table: Order\n", "    table: NOTES\n", "table 'NOTES' is declared twice"),
        (
            "      - {foreign_key: id, references: subject.customer}\n",
            "      - {foreign_key: id, references: orders.id}\n",
            "these links go round in a circle no person has a way into: customers -> orders -> customers",
        ),
        (
            "datasets:\n",
            "not_personal: {notes: {reason: none, columns: [id]}}\ndatasets:\n",
            "table 'notes' is already a dataset",
        ),
        (
            "fields: {id: {}, login: {identifier: username}",
            "fields: {id: {}, id: {}, login: {identifier: username}",
            "'id' stands here twice",
        ),
    ],
)
def test_a_wrong_map_is_refused_with_its_place(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    path = _broken(tmp_path, old, new)

    with pytest.raises(ConfigError) as raised:
        load(path)

    message = str(raised.value)
    assert complaint in message
    place = message.split(": ", 1)[0]
    line = int(place.split(":")[1])
    assert place.startswith(f"{tmp_path.name}/broken.yaml:")
    assert 1 <= line <= len(path.read_text().splitlines())


def test_a_person_nobody_can_find_is_refused(tmp_path: Path) -> None:
    path = _broken(
        tmp_path,
        "  guest: {kind: email, only_without: customer}\n",
        "  guest: {kind: email, only_without: customer}\n  ghost: {kind: email}\n",
    )

    with pytest.raises(ConfigError, match="no field finds a person by 'ghost'"):
        load(path)


def test_terms_are_inherited_from_map_to_dataset_to_field() -> None:
    data_map = load(MAP)
    orders, customers = data_map.datasets["orders"], data_map.datasets["customers"]

    assert orders.terms.erase is Erase.KEEP
    assert orders.fields["select"].terms.retention.law == "commercial law"
    assert orders.terms.recipients == ({"en": "the bank"},)
    assert customers.terms.category is Category.MASTER
    assert data_map.datasets["notes"].fields["body"].terms.origin is Origin.GENERATED


def test_a_changed_map_is_read_again(tmp_path: Path) -> None:
    path = _broken(tmp_path, "version: 1", "version: 2")
    first = load(path)
    path.write_text(path.read_text().replace("version: 2", "version: 33"))
    os.utime(path, ns=(1, 1))

    assert (first.version, load(path).version) == (2, 33)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_shipped_maps_speak_english_and_german_and_hide_every_password(path: Path) -> None:
    # A map that leaves names open comes with those of a program it was tested on.
    names = next(iter(sorted(path.parent.glob("names_*.yaml"))), None)
    data_map = load(path, languages=("en", "de"), names=names)

    assert data_map.evidence
    assert (path.parent / "README.md").is_file(), "a README says how the map was tested"
    for dataset in data_map.datasets.values():
        for field in dataset.fields.values():
            if looks_personal(field.name, "") == "log-in data" and "pass" in field.name.lower():
                assert field.disclosure is Disclosure.NEVER, f"{dataset.name}.{field.name}"


@pytest.mark.parametrize(
    ("column", "kind", "meaning"),
    [
        ("buyer_email", "varchar", "an e-mail address"),
        ("contactPhone2", "varchar", "a telephone number"),
        ("last_name", "varchar", "a name"),
        ("iban", "char", "payment data"),
        ("framed_ip", "inet", "a device or connection"),
        ("remarks", "varchar", "free text"),
        ("x7", "longtext", "free text"),
        ("x7", "jsonb", "free text"),
        ("x7", "integer", ""),
        ("created_at", "datetime", ""),
        ("price", "decimal", ""),
    ],
)
def test_what_looks_personal(column: str, kind: str, meaning: str) -> None:
    assert looks_personal(column, kind) == meaning


def test_a_column_that_repeats_an_erased_one_is_erased_too(tmp_path: Path) -> None:
    fields = """      id: {}
      name: {label: {en: Name}, identifier: name, erase: nullify}
      name_upper: {label: {en: Name}, follows: {upper: name}, correct: true, erase: leave}
"""
    path = _broken(
        tmp_path,
        "    fields: {id: {}, street: {identifier: address}, town: {}}\n",
        f"    erase: anonymise\n    fields:\n{fields}",
    )

    with pytest.raises(ConfigError, match=r":\d+:\d+: 'name' is erased and this column repeats it: write nullify"):
        load(path)


def test_secrets_go_first_but_not_with_the_record_others_are_found_by(tmp_path: Path) -> None:
    text = MAP.read_text(encoding="utf-8")
    text = text.replace("password: {never: secret}", "password: {secret: secret}").replace(
        "    fields: {id: {}, email: {identifier: email}, body: {free_text: true}}",
        "    fields: {id: {}, email: {identifier: email}, body: {free_text: true}, token: {label: {en: Token}, secret: secret}}",
    )
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    datasets = load(tmp_path / "map.yaml").datasets

    assert datasets["guestbook"].erase_first
    assert not datasets["customers"].erase_first
    assert datasets["customers"].fields["password"].terms.category is Category.CREDENTIALS
    assert datasets["customers"].fields["password"].disclosure is Disclosure.NEVER


def test_rows_marked_as_deleted_are_described_as_hers(tmp_path: Path) -> None:
    path = _broken(
        tmp_path, "    label: {en: Guest book}\n", "    label: {en: Guest book}\n    soft_delete: {body: null}\n"
    )
    described = {info.name: info.soft_deleted for info in describe(load(path))}

    assert described["guestbook"]
    assert not described["customers"]
