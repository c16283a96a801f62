"""Removing what is over while somebody offers it again or sets a hold: the later decision wins (rules 4.5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.storage import default_storage

from dsr.cases import actors, delivery
from dsr.cases.perform import RefusedError
from dsr.fulfil import expiry
from dsr.fulfil.spool import read_artifact
from dsr.models import Artifact, Case
from tests.delivery.handed import handed_over, package
from tests.factories import MONDAY, make_staff

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
OVER = MONDAY + timedelta(days=31)


def while_the_first_is_deleted(monkeypatch: pytest.MonkeyPatch, do: Callable[[str], None]) -> None:
    """Run `do` when the store is asked to delete, with the name of the file."""
    delete = default_storage.delete
    done: list[str] = []

    def deleting(name: str) -> None:
        if not done:
            done.append(name)
            do(name)
        delete(name)

    monkeypatch.setattr(default_storage, "delete", deleting)


def two() -> dict[str, Case]:
    """Two released answers by the names of their files."""
    cases = [handed_over(MONDAY), handed_over(MONDAY, name="Zoe Example")]
    return {package(case).storage_name: case for case in cases}


def other(cases: dict[str, Case], name: str) -> Case:
    return next(case for file, case in cases.items() if file != name)


def test_4_5_an_answer_that_is_offered_again_meanwhile_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    cases, mara, kept = two(), actors.staff(make_staff()), []

    def again(name: str) -> None:
        kept.append(other(cases, name))
        delivery.offer_again(case_id=kept[0].pk, actor=mara, now=OVER)

    while_the_first_is_deleted(monkeypatch, again)
    expiry.remove_expired(now=OVER, limit=10)

    row = package(kept[0])
    assert delivery.is_open(row, now=OVER)
    assert b"".join(read_artifact(row))
    assert not kept[0].events.filter(action="file_removed", data__sha256=row.sha256).exists()


def test_a_hold_that_is_set_meanwhile_keeps_what_is_not_removed_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    cases, kept = two(), []

    def hold(name: str) -> None:
        kept.append(other(cases, name))
        Case.objects.filter(pk=kept[0].pk).update(legal_hold=True)

    while_the_first_is_deleted(monkeypatch, hold)
    expiry.remove_expired(now=OVER, limit=10)

    assert package(kept[0]).storage_name


def test_what_is_being_removed_is_not_offered_again() -> None:
    """Its key is gone, its bytes are still there: nobody gets a mail about an answer that does not open."""
    case = handed_over(MONDAY)
    Artifact.objects.filter(pk=package(case).pk).update(wrapped_key="")
    row = package(case)
    assert row.storage_name
    assert not delivery.is_open(row, now=MONDAY)
    with pytest.raises(RefusedError) as refused:
        delivery.offer_again(case_id=case.pk, actor=actors.staff(make_staff()), now=OVER)
    assert refused.value.refusal.code == "file_removed"


def test_a_store_that_does_not_delete_leaves_unreadable_bytes_and_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    case: Any = handed_over(MONDAY)

    def down(_name: str) -> None:
        raise OSError("the store is away")

    monkeypatch.setattr(default_storage, "delete", down)
    with pytest.raises(OSError, match="away"):
        expiry.remove_expired(now=OVER, limit=10)

    row = package(case)
    assert (bool(row.storage_name), row.wrapped_key) == (True, "")
    assert case.events.filter(action="file_removed").count() == 1
