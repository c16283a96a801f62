"""Import of a Fides dataset: structure is taken over, what it does not say is asked, nothing is erased by accident."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from exporters.datamap import schema
from exporters.datamap.fides import convert, main
from exporters.datamap.fides_words import CATEGORIES, meaning_of
from exporters.datamap.load import load
from exporters.datamap.model import Category, Erase, LinkType
from exporters.description import Origin
from exporters.document import ConfigError
from exporters.identifiers import IdentifierKind

SHOP = Path(__file__).with_name("fides") / "shop.yaml"


@pytest.fixture
def imported(tmp_path: Path):
    """The imported map, with the one thing settled that stops it from loading: homes may be shared."""
    text = convert(SHOP).replace("  home:\n", "  home:\n    shared: true\n")
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    return load(tmp_path / "map.yaml")


def test_identities_references_and_keys_are_taken_over(imported) -> None:
    customer, home, order = (imported.datasets[name] for name in ("customer", "home", "order"))

    assert {name: key.kind for name, key in imported.subjects.items()} == {"email": IdentifierKind.EMAIL}
    assert [(link.type, str(link.references)) for link in customer.links] == [(LinkType.SAME_VALUE, "subject.email")]
    assert [(link.column, str(link.references)) for link in home.links] == [("id", "customer.home_id")]
    assert [(link.column, str(link.references)) for link in order.links] == [("customer_id", "customer.id")]
    assert order.key == ("no",)


def test_categories_become_ours(imported) -> None:
    fields = imported.datasets["customer"].fields

    assert fields["full_name"].identifier.kind is IdentifierKind.NAME
    assert fields["pass_hash"].secret
    ip, faith = fields["extra"].parts
    assert (ip.terms.category, ip.terms.origin) == (Category.TRAFFIC, Origin.OBSERVED)
    assert faith.name == "faith"
    assert imported.datasets["order"].fields["remark"].free_text


def test_nothing_is_erased_until_somebody_decides(imported) -> None:
    assert {dataset.terms.erase for dataset in imported.datasets.values()} == {Erase.MANUAL}


@pytest.mark.parametrize(
    "question",
    [
        "defaults:\n  category: master\n  purpose: unstated\n  legal_basis: 6(1)(b)  # QUESTION: on which basis?",
        "# QUESTION: customer_id is linked with warehouse.parcel.customer, in another store",
        "faith: {label: {en: Faith}}  # QUESTION: special category (Art. 9)",
        "# QUESTION: Fides says user.unique_id and user.name: the first was taken",
        "'no': {label: {en: 'No'}}  # QUESTION: Fides gives no category: what is it?",
    ],
)
def test_what_fides_does_not_say_is_asked(question: str) -> None:
    assert question in convert(SHOP)


def test_the_imported_map_fits_our_schema() -> None:
    (found,) = (one for path, one in schema.schemas().items() if path.parent.name == "datamap")

    assert list(Draft202012Validator(found).iter_errors(yaml.safe_load(convert(SHOP)))) == []


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("user.contact.email.work", "user.contact.email"),
        ("user.device_x", "user"),
        ("user.name.first", "user.name"),
        ("system.operations", "system"),
    ],
)
def test_the_longest_known_beginning_decides(category: str, expected: str) -> None:
    assert meaning_of(category) == CATEGORIES[expected]


def test_an_unknown_category_means_nothing() -> None:
    assert meaning_of("vendor.private") is None


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("identity: email, ", "", "nobody could be found by this map"),
        ("fides_key: corner_shop", "fides_key: [x]", "fides.yaml:3:16: a text is expected here"),
        ("collections:", "collection:", "a list is expected here"),
    ],
)
def test_a_file_that_is_no_dataset_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    path = tmp_path / "fides.yaml"
    path.write_text(SHOP.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        convert(path)

    assert complaint in str(raised.value)
    assert main([str(path)]) == 1


def test_it_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "exporters.datamap.fides", str(SHOP), "--dataset", "corner_shop"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == convert(SHOP)
    assert main([str(SHOP), "--dataset", "other"]) == 1
