"""Restrictions on other stores than files of SQLite: real servers, and a store no program writes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from dsr.cases import by_hand, scope
from dsr.models import Restriction, Task
from exporters.testing.checksums import checksums, touched
from tests.factories import MONDAY
from tests.fulfil.test_rectification_stores import BY_HAND, DRAWER, on_server
from tests.fulfil.test_restrict import NUMBER, a_case, handler, lift, restrict, trouble
from tests.jobs import run_due

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["on_server"]  # fixture
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def status(engine: sa.Engine) -> tuple[Any, ...]:
    with engine.connect() as connection:
        query = sa.text("SELECT status, marketing_blocked FROM customers WHERE customer_no = :number")
        return tuple(connection.execute(query, {"number": NUMBER}).one())


@pytest.mark.stores
def test_q06_on_a_real_server_set_and_given_back(on_server: sa.Engine) -> None:
    """MariaDB and PostgreSQL: a word and a flag of the store's own types."""
    before = checksums(on_server)
    case = a_case()
    restrict(case)
    run_due()
    assert (status(on_server)[0], bool(status(on_server)[1])) == ("restricted", True), trouble(case)
    lift(case)
    run_due()
    assert touched(before, checksums(on_server)) == set(), trouble(case)


def test_a_store_no_program_writes_to_is_asked_of_people_both_times(demo_stores: Path, settings: Any) -> None:
    """Nothing is skipped in silence: the card index gets the instruction, and another one at the end."""
    (demo_stores / "drawer.yaml").write_text(DRAWER, encoding="utf-8")
    path = demo_stores / "stores.yaml"
    path.write_text(path.read_text(encoding="utf-8") + BY_HAND, encoding="utf-8")
    scope.forget()
    case = a_case()
    restrict(case)
    run_due()
    task = Task.objects.get(case=case, store="drawer", operation=by_hand.OPERATION)
    assert (task.status, by_hand.instruction_of(task)) == ("manual", "Store only."), trouble(case)
    by_hand.confirm(task_id=task.pk, who="Archive", how="Card marked.", actor=handler(), now=MONDAY)
    lift(case)
    run_due()
    task.refresh_from_db()
    assert (task.status, by_hand.instruction_of(task)) == ("manual", "Use it again."), trouble(case)
    assert Restriction.objects.get(case=case).ended_at is not None
