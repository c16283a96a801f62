"""Discovery on real programs' databases: what is found against the oracle, and what the answered draft collects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bench.discover import PAIRS, TODAY, subject
from exporters.contract import Identifier, IdentifierKind, MatchStatus, Severity, Subject
from exporters.discover.draft import draft
from exporters.discover.find import discover
from exporters.registry import load_stores, open_store
from tests.exporters.discover.stand import answered
from tests.stores import beds

if TYPE_CHECKING:
    from pathlib import Path

    from exporters.discover.model import Discovery

pytestmark = pytest.mark.stores
BEDS = pytest.mark.parametrize("bed", ["fossbilling", "radius", "phpnuxbill"])


def _look(bed: str, *numbers: int) -> Discovery:
    subjects = [subject(beds.subscribers()[n - 1]) for n in numbers]
    with sa.create_engine(beds.bed_url(bed), poolclass=sa.pool.NullPool).connect() as connection:
        return discover(connection, subjects, today=TODAY)


def _store(bed: str, folder: Path, text: str) -> Any:
    (folder / "draft.yaml").write_text(answered(text), encoding="utf-8")
    (folder / "url").write_text(beds.bed_url(bed), encoding="utf-8")
    (folder / "stores.yaml").write_text(
        f"stores:\n  {bed}:\n    controller: northwave\n    system: sql\n    label: {{en: {bed}}}\n    owner: NOC\n"
        "    map: draft.yaml\n    url: file:url\n"
    )
    return open_store(load_stores(folder / "stores.yaml")[bed])


@BEDS
@pytest.mark.parametrize("pair", [PAIRS[0], ()], ids=["two subscribers", "nobody"])
def test_at_least_95_percent_found_and_at_most_10_percent_wrong(bed: str, pair: tuple[int, ...]) -> None:
    wanted = set(beds.oracle(bed))

    proposed = _look(bed, *pair).proposals

    assert len(wanted & proposed) >= 0.95 * len(wanted), wanted - proposed
    assert len(proposed - wanted) <= 0.10 * len(proposed), proposed - wanted


@pytest.mark.slow
@BEDS
def test_no_value_of_the_40_stands_in_the_draft(bed: str) -> None:
    text = draft(_look(bed, 2, 3), name=bed)

    for kind in (*beds.UNIQUE, "street", "dob"):
        assert not beds.held(kind, text), kind


@pytest.mark.slow
@BEDS
def test_the_answered_draft_fits_the_store_and_collects_the_subject(bed: str, tmp_path: Path) -> None:
    store = _store(bed, tmp_path, draft(_look(bed, 2, 3), name=bed))
    person = beds.subscribers()[4]  # neither of the two it was made with
    kind, value = IdentifierKind.EMAIL, person["email"]
    if bed == "radius":
        kind, value = IdentifierKind.USERNAME, person["radius_user"]

    found = beds.collect(store, Subject("n=5", (Identifier(kind, value),)))

    assert [problem for problem in store.check() if problem.severity is Severity.ERROR] == []
    assert found.match.status is MatchStatus.FOUND
    hers = {
        cell.place
        for cell in beds.database(bed)
        for kind_ in beds.UNIQUE
        if beds.held(kind_, cell.text) == {5} and cell.column not in {"pass", "value"}
    }
    assert hers
    assert hers - {cell.place for cell in found.cells} == set()
    foreign = [cell.place for cell in found.cells for one in beds.UNIQUE if beds.held(one, cell.text) - {5}]
    assert foreign == []
