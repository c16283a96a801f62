"""A disk that fills up, ours or the store's: an error with its place, nothing half done, and the next try finishes."""

from __future__ import annotations

import resource
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.storage import storages

from dsr.cases import actors, answer
from dsr.demo.people import by_position
from dsr.fulfil.collect import collect
from dsr.models import Artifact, Case, Task
from dsr.work import jobs
from exporters.contract import Temporary
from exporters.testing.checksums import checksums, touched
from tests.exporters import club
from tests.factories import MONDAY, make_case, make_staff

if TYPE_CHECKING:
    from collections.abc import Iterator

PERSON = by_position(2)


@contextmanager
def _files_end_at(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes, as on a disk that is full; Python ignores the signal and gets an OSError."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _files() -> set[Path]:
    root = Path(storages["default"].location)  # type: ignore[attr-defined]
    return {path for path in root.rglob("*") if path.is_file()}


@pytest.mark.django_db
def test_our_disk_is_full_while_spooling(demo_stores: Path, drain: Any) -> None:
    case = make_case(number=PERSON.customer_no, name=PERSON.name)
    answer.start_collection(case_id=case.pk, actor=actors.staff(make_staff()), now=MONDAY)
    for task in Task.objects.filter(case=case, operation="locate"):
        jobs.run_task(str(task.pk))
    waiting = Task.objects.filter(case=case, operation="collect")
    assert waiting.exists()
    (task,) = waiting.filter(store="billing")
    before = _files()

    # The operation alone: our own database would want to write as well, and has its own tests.
    with _files_end_at(2_000), pytest.raises(Temporary, match="own_disk_full"):
        collect(task, lambda _rows: None, now=MONDAY)

    assert not Artifact.objects.filter(case=case, kind=Artifact.Kind.COLLECTED, store="billing").exists()
    assert _files() - before == set(), "a file nobody will ever read stays behind"
    assert Case.objects.get(pk=case.pk).state == "collecting"
    drain()
    assert Artifact.objects.filter(case=case, kind=Artifact.Kind.COLLECTED, store="billing").count() == 1


def test_the_stores_disk_is_full_while_erasing(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with club.fresh("sqlite", tmp_path) as own:
        store = own.store()
        lines = store.plan(club.ADA, store.locate(club.ADA).keys, now=now, keep_until=club.law)
        before = checksums(own.engine)

        with _files_end_at(100), pytest.raises(Temporary) as raised:
            store.apply(lines, approval="a", now=now, check=lambda: None, keep_until=club.law)

        assert raised.value.code in {"disk_full", "store_down"}
        assert raised.value.place.startswith("club")
        assert touched(before, checksums(own.engine)) == set()
        store.apply(lines, approval="a", now=now, check=lambda: None, keep_until=club.law)
        assert own.ask("SELECT id FROM letters WHERE member_id = 1") == []
