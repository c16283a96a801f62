"""The daily anchor: one hash over all chains, out of the house, computed again from the chains (4.4)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from dsr.cases import anchors
from dsr.cases.actors import SYSTEM
from dsr.cases.perform import record
from dsr.models import Anchor, Case, Event, Notice
from tests.factories import MONDAY, make_case, make_staff

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 6, 16, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DSR_ANCHOR_DIR = str(tmp_path / "anchors")
    return tmp_path / "anchors"


def test_4_4_once_a_day_by_file_and_mail(folder):
    make_staff("dora", "dpo")
    make_case()

    assert anchors.anchor_due(now=TUESDAY - timedelta(minutes=25)) == 0  # what began before midnight may still run
    assert anchors.anchor_due(now=TUESDAY) == 1
    assert anchors.anchor_due(now=TUESDAY + timedelta(hours=5)) == 0

    anchor = Anchor.objects.get()
    assert (anchor.day.isoformat(), anchor.heads, anchor.previous_root) == ("2026-06-15", 1, "")
    assert json.loads((folder / "2026-06-15.json").read_text())["root"] == anchor.root
    assert anchor.root in Notice.objects.get(kind="anchor").content()["body"]
    assert anchors.faults() == []


def test_it_comes_out_again_after_the_chains_have_grown():
    case = make_case()
    anchors.anchor_due(now=TUESDAY)
    record(case_id=case.pk, kind="message", actor=SYSTEM, now=TUESDAY)
    make_case(number="10000002", at=TUESDAY, now=TUESDAY)

    assert anchors.faults() == []
    assert anchors.anchor_due(now=TUESDAY + timedelta(days=1)) == 1
    first, second = Anchor.objects.order_by("day")
    assert (second.previous_root, second.heads) == (first.root, 2)
    assert anchors.faults() == []


def test_a_chain_written_anew_does_not_fit_its_anchor():
    case = make_case()
    anchors.anchor_due(now=TUESDAY)
    last = Event.objects.filter(case=case).latest("seq")
    Event.objects.filter(pk=last.pk).update(hash="f" * 64)
    Case.objects.filter(pk=case.pk).update(chain_head="f" * 64)

    assert anchors.faults() == ["2026-06-15"]


def test_a_case_that_vanished_is_found():
    make_case()
    gone = make_case(number="10000002")
    anchors.anchor_due(now=TUESDAY)
    Case.objects.filter(pk=gone.pk).update(chain_head="")

    assert anchors.faults() == ["2026-06-15"]


def test_days_without_any_event_before_them_have_no_anchor():
    assert anchors.anchor_due(now=MONDAY) == 0
    assert not Anchor.objects.exists()


def test_the_tree_notices_order_and_number():
    one, _ = anchors.merkle_root(iter([b"a", b"b", b"c"]))
    other, _ = anchors.merkle_root(iter([b"b", b"a", b"c"]))
    more, count = anchors.merkle_root(iter([b"a", b"b", b"c", b"c"]))

    assert len({one, other, more}) == 3
    assert count == 4
    assert anchors.merkle_root(iter([])) == ("", 0)
