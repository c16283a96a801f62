"""The other rights on the demo's billing system, on SQLite, MariaDB and PostgreSQL: flags, JSON, stamps, copies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from dsr.demo.people import HOMONYMS, HOUSEHOLD
from exporters.contract import Change, Reason, RowKey, Treatment
from exporters.testing.checksums import checksums, touched
from tests.stores.test_erasure_demo import House, goes_on, house

if TYPE_CHECKING:
    from exporters.contract import PlanLine

__all__ = ["house"]  # fixture

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def run(house: House, position: int, right: str, **more: Any) -> tuple[PlanLine, ...]:
    """Plan, apply, apply again (nothing happens), read back, in the billing system."""
    exporter, engine = house.exporters["billing"], house.engines["billing"]
    who, matches = house.subject(position)
    lines: tuple[PlanLine, ...] = exporter.plan(who, matches["billing"].keys, right=right, now=NOW, **more)
    exporter.apply(lines, approval=right, now=NOW, check=goes_on)
    after = checksums(engine)
    assert sum(one.changed for one in exporter.apply(lines, approval=right, now=NOW, check=goes_on)) == 0
    assert touched(after, checksums(engine)) == set()
    assert all((one.differs, one.gone) == (0, 0) for one in exporter.confirm(lines))
    return lines


def test_restricted_and_lifted_without_a_trace(house: House) -> None:
    """Q-03, Q-06: a BOOLEAN, a flag and a word come back as they were; so do objections to scoring (SC-07)."""
    position = HOMONYMS[1]
    before = checksums(house.engines["billing"])
    lines = run(house, position, "restriction")
    more = run(house, position, "objection", purposes=("credit",))

    owners = house.owners("billing")
    assert {frozenset(owners[row]) for row in touched(before, checksums(house.engines["billing"]))} == {
        frozenset({position})
    }
    ((status, blocked),) = house.ask(
        "billing", f"SELECT status, marketing_blocked FROM customers WHERE id = {position}"
    )
    assert (status, bool(blocked)) == ("restricted", True)

    run(house, position, "lift", applied=lines + more)
    assert touched(before, checksums(house.engines["billing"])) == set()


def test_a_marketing_objection_empties_the_profile_and_ends_the_consents(house: House) -> None:
    """O-03, 7(3): everything else of hers, and everything of everybody else, stays."""
    owners = house.owners("billing")
    with house.engines["billing"].connect() as connection:
        open_consents = connection.execute(
            sa.text("SELECT customer_id FROM consents WHERE withdrawn_at IS NULL ORDER BY customer_id")
        ).scalars()
        position = next(iter(set(open_consents)))
    before = checksums(house.engines["billing"])

    run(house, position, "marketing_objection")

    changed = touched(before, checksums(house.engines["billing"]))
    assert {table for table, _ in changed} <= {"customers", "consents", "marketing_profiles"}
    assert ("customers", str(position)) in changed
    assert {frozenset(owners[row]) for row in changed} == {frozenset({position})}
    left = house.ask(
        "billing", f"SELECT count(*) FROM consents WHERE customer_id = {position} AND withdrawn_at IS NULL"
    )
    assert left == [(0,)]
    profile = house.ask(
        "billing", f"SELECT segment, churn_score, interests FROM marketing_profiles WHERE customer_id = {position}"
    )
    assert profile in ([], [(None, None, None)])


def test_a_new_e_mail_address_follows_to_the_newsletter_and_old_log_rows_are_named(house: House) -> None:
    """R-06: a household's shared address row is left to a person."""
    position = HOUSEHOLD[0]
    ((address,),) = house.ask("billing", f"SELECT address_id FROM customers WHERE id = {position}")
    changes = (
        Change(RowKey("customers", (position,)), "email", "neu@example.net"),
        Change(RowKey("customers", (position,)), "birth_date", "1971-02-03"),
        Change(RowKey("addresses", (address,)), "street", "Neue Gasse 1"),
    )
    before = checksums(house.engines["billing"])

    lines = run(house, position, "rectification", changes=changes)

    changed = touched(before, checksums(house.engines["billing"]))
    assert changed <= {("customers", str(position)), ("marketing_profiles", str(position))}
    assert ("customers", str(position)) in changed
    reasons = {(one.dataset, one.reason) for one in lines if one.treatment is Treatment.MANUAL}
    assert ("addresses", Reason.SHARED) in reasons
    assert house.exporters["billing"].locate(house.subject(position)[0]).keys


def test_every_map_that_comes_with_the_product_says_what_correcting_does(house: House) -> None:
    for exporter in house.exporters.values():
        fields = [field for dataset in exporter.describe() for field in dataset.fields]
        assert {field.correct for field in fields} == {"true", "annotate", "never"}
        assert all(field.correct_why for field in fields if field.correct != "true")
