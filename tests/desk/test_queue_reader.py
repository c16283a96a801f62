"""What a row of the queue says to whom: texts nobody has read, and nothing of somebody close (4.3, X-04)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from dsr.cases import actors, closeness
from dsr.cases.intake import Told
from dsr.law.closeness import Bond
from dsr.models import Case, RedactionItem, User
from tests.desk.conftest import text
from tests.factories import make_case

pytestmark = pytest.mark.django_db


def test_4_3_a_colleague_who_is_close_sees_the_reference_and_not_the_name_in_list_and_export(
    mara: Any, otto: Any
) -> None:
    case = make_case(at=timezone.now(), told=Told(name="Quirina Close", words="All of it."))
    user = User.objects.get(email__startswith="mara")
    assert "Quirina Close" in text(mara.get("/desk/?view=open"))
    closeness.declare(
        case_id=case.pk, user=user, bond=Bond.RELATIVE, why="My aunt.", actor=actors.staff(user), now=timezone.now()
    )

    page = text(mara.get("/desk/?view=open"))

    assert case.request.reference in page
    assert "Quirina Close" not in page
    assert "you are close to this person" in page
    exported = b"".join(mara.post("/desk/export.csv?view=open").streaming_content).decode()
    assert case.request.reference in exported
    assert "Quirina Close" not in exported
    assert "Quirina Close" in text(otto.get("/desk/?view=open"))


def test_x_04_a_draft_whose_texts_nobody_has_read_asks_for_the_reading(mara: Any) -> None:
    case = make_case(at=timezone.now())
    Case.objects.filter(pk=case.pk).update(state="drafting")
    for number in range(2):
        RedactionItem.objects.create(
            case=case, controller=case.controller, kind="text", store="store1", dataset="tickets", token=f"t{number}"
        )

    page = text(mara.get("/desk/?view=open"))

    assert "Read 2 texts of the answer" in page
    assert "Submit for review" not in page
