"""SC-15: fourteen calls, in two of them a neighbour's health: what is hers leaves, what is the neighbour's does not (DE, 15(4))."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.utils import timezone

from dsr.audit import verify_case
from dsr.cases import answer, redactions
from dsr.demo.people import by_position
from dsr.fulfil.package import package_of
from dsr.fulfil.spool import read_artifact
from dsr.law.redaction import Reason
from dsr.models import Case, Event, RedactionItem
from tests.factories import ATTESTED, make_case, make_controller
from tests.fulfil.tree_of_files import Tree
from tests.redacting import settle
from tests.scenarios.cast import lead, local, staff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PERSON = by_position(2)
TALK = "My neighbour had a stroke in May, and his wife waits for the line."
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 4
SHARED = (4, 9)
"""The two calls in which she speaks of the neighbour."""


def transcript(number: int) -> bytes:
    """Her words and the agent's; sound cannot be cut by program, so a transcript of each call lies beside it."""
    hers = f"Customer: My line is dead, call {number}."
    lines = [hers, f"Customer: {TALK}"] if number in SHARED else [hers]
    return "\n".join([*lines, "Agent: I restart it now."]).encode()


def archive_of(case: Case) -> zipfile.ZipFile:
    package = package_of(case)
    assert package is not None, list(case.tasks.values("store", "operation", "status", "error_code", "error_place"))
    return zipfile.ZipFile(io.BytesIO(b"".join(read_artifact(package))))


def test_SC_15_X_02_X_04_her_calls_leave_and_only_the_neighbours_passages_do_not(
    demo_stores: Path, drain: Callable[[], int]
) -> None:
    make_controller(subdivision="")
    tree = Tree(demo_stores)
    calls = {f"call-{n:02}.wav": WAV + bytes([n]) for n in range(1, 15)}
    tree.put(PERSON.username, calls | {f"call-{n:02}.txt": transcript(n) for n in range(1, 15)})
    with time_machine.travel(local("DE", 2026, 8, 31), tick=True):
        now = timezone.now()
        case = make_case(number=PERSON.customer_no, name=PERSON.name, at=now)
        assert case.due_on == date(2026, 9, 30)
        mara, otto = staff(case), lead(case)
        answer.start_collection(case_id=case.pk, actor=mara, now=now)
        drain()
        answer.draft(case_id=case.pk, paragraph="A transcript lies beside each call.", actor=mara, now=now)
        drain()
        items = RedactionItem.objects.filter(case=case, present=True, store="recordings").order_by("position")
        sounds = [item for item in items if item.length == 0]
        texts = [item for item in items if item.length and item.length > len(transcript(1).decode()) + 10]
        assert (len(sounds), len(texts)) == (14, 2), [(item.why_whole, item.length) for item in items]
        order = [name for name in calls if name.endswith(".wav")]
        for number in SHARED:
            sound = sounds[order.index(f"call-{number:02}.wav")]
            reason: dict[str, Any] = {"reason": Reason.OTHER_PERSON, "actor": mara, "now": now}
            redactions.withhold(item_id=sound.pk, seen=sound.version, **reason)
        for item in texts:
            item.refresh_from_db()
            start = transcript(4).decode().index(TALK)
            places = [(start, start + len(TALK))]
            redactions.add(
                item_id=item.pk, places=places, reason=Reason.OTHER_PERSON, seen=item.version, actor=mara, now=now
            )
        case = settle(case.pk, actor=mara, now=now, drain=drain)

        archive = archive_of(case)
        names = [name for name in archive.namelist() if name.startswith("attachments/recordings/")]
        said = b"\n".join(archive.read(name) for name in archive.namelist() if not name.endswith(".pdf"))
        assert len([name for name in names if name.endswith(".wav")]) == 12
        assert len([name for name in names if name.endswith(".txt")]) == 14, "nothing of hers is withheld as a whole"
        assert TALK.encode() not in said
        assert said.count(b"Agent: I restart it now.") >= 14
        assert b"My line is dead, call 4." in said
        assert b"[other person, Art. 15(4)]" in said, "what is missing is named, with its reason"
        reasons = {event.data.get("reason") for event in Event.objects.filter(case=case, action="redaction")}
        assert "other_person" in reasons
        assert TALK not in str(list(Event.objects.filter(case=case).values_list("data", flat=True)))
        answer.submit(case_id=case.pk, actor=mara, now=now)
        case = answer.approve(
            case_id=case.pk, manifest_sha256=case.manifest_sha256, actor=otto, now=now, attested=ATTESTED
        )
        assert case.state == "approved"
    reviewed = RedactionItem.objects.filter(case=case, present=True).values_list("reviewed_by", flat=True)
    assert {str(one) for one in reviewed} == {otto.id}, (
        "the list of redactions is stored with who decided and who looked"
    )
    assert verify_case(Case.objects.get(pk=case.pk)) == []
