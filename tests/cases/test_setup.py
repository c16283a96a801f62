"""The chain of set-up events: one per controller, verified, covered by the daily anchor (4.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from dsr.audit import verify_setup
from dsr.cases import actors, anchors
from dsr.cases.setup import differences, record_setup
from dsr.models import Anchor, SetupEvent
from tests.factories import MONDAY, make_case, make_controller, make_staff

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 6, 16, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.DSR_ANCHOR_DIR = str(tmp_path / "anchors")


def happened(slug: str = "northwave", *, now: datetime = MONDAY, **more: Any) -> SetupEvent:
    owner = make_controller(slug)
    actor = actors.staff(make_staff("otto", "lead", controller=owner))
    data = {"changes": differences({"phone": "1"}, {"phone": "2"})}
    return record_setup(controller=owner, kind="controller_changed", actor=actor, now=now, data=data, **more)


def test_each_controller_has_a_chain_of_its_own_and_a_note_is_sealed() -> None:
    first, second = happened(), happened(note="Anna asked on the phone")
    other = happened("southwave")

    assert (first.seq, second.seq, other.seq) == (1, 2, 1)
    assert (second.prev_hash, other.prev_hash) == (first.hash, "")
    assert second.data["changes"] == {"phone": ["1", "2"]}
    kept = SetupEvent.objects.get(pk=second.pk)
    assert kept.content()["text"] == "Anna asked on the phone"
    assert "Anna" not in str(kept.data)
    assert list(verify_setup(first.controller)) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"data": {"changes": {}}}, "hash"),
        ({"actor_id": "somebody else"}, "hash"),
        ({"seq": 7}, "gap"),
        ({"prev_hash": "f" * 64}, "link"),
        ({"sealed": b"", "wrapped_key": ""}, "note"),
    ],
)
def test_4_4_what_was_written_anew_is_found(change: dict[str, Any], code: str) -> None:
    happened()
    event = happened(note="why")
    SetupEvent.objects.filter(pk=event.pk).update(**change)

    assert code in {fault.code for fault in verify_setup(event.controller)}
    with pytest.raises(SystemExit):
        call_command("audit", "verify")


def test_4_4_the_anchor_covers_the_set_up_and_older_anchors_still_fit() -> None:
    make_case()
    happened()
    root, count = anchors.root_at(anchors.cut_of(MONDAY.date()), "", 1)
    Anchor.objects.create(day=MONDAY.date(), root=root, previous_root="", heads=count, schema=1, created_at=TUESDAY)
    event = happened(now=TUESDAY)

    assert anchors.anchor_due(now=TUESDAY + timedelta(days=1)) == 1
    assert Anchor.objects.latest("day").heads == 2
    assert anchors.faults() == []
    event.delete()  # the cut-off end of a chain
    assert anchors.faults() == ["2026-06-16"]


def test_a_kind_is_a_code_and_a_value_no_novel() -> None:
    owner = make_controller()
    for kind, data in (("Phone changed!", {}), ("phone_changed", {"changes": {"phone": ["", "x" * 4001]}})):
        with pytest.raises(ValueError, match=r"kind|note"):
            record_setup(controller=owner, kind=kind, actor=actors.SYSTEM, now=MONDAY, data=data)
    assert not SetupEvent.objects.exists()
