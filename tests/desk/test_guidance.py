"""What the card "Next action" tells somebody who works here for the first day (ux.md 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from dsr.cases import actors
from dsr.cases.intake import Told
from dsr.cases.perform import record
from dsr.desk.guidance import is_known, may_approve
from dsr.models import Case, RedactionItem, Subject, User
from tests.desk.conftest import text
from tests.factories import make_case, make_staff

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_search_without_a_number_is_warned_of_before_it_begins(signed_in: Callable[..., Client]) -> None:
    """I-04: what the person gave leads nowhere until somebody has seen it in the store."""
    told = Told(name="Anna Example", identifiers=(("customer_number", "10023456"),))
    case = make_case(at=timezone.now(), now=timezone.now(), told=told)
    Subject.objects.filter(request=case.request).delete()
    mara = signed_in("mara")
    at = f"/desk/cases/{case.pk}/"

    assert not is_known(case.request)
    assert "No customer number is known yet" in text(mara.get(at))
    assert "The person gave 10023456" in text(mara.get(f"{at}identity/"))
    page = text(mara.get(at))
    assert "Nobody has it yet." in page
    mara.post(f"{at}assign/", {"assignee": str(make_staff("mara").pk)})
    assert "Nobody has it yet." not in text(mara.get(at))


def test_4_3_a_case_in_review_names_who_can_approve_it(signed_in: Callable[..., Client]) -> None:
    """Not the drafter, not who has no role for it; beyond three names the rest is counted."""
    mara, _otto = signed_in("mara"), signed_in("otto")
    everybody: Any = User.objects.all()
    in_review = make_case(at=timezone.now(), now=timezone.now())
    Case.objects.filter(pk=in_review.pk).update(state="review", preparer=make_staff("mara"), manifest_sha256="a" * 64)
    in_review.refresh_from_db()
    named = may_approve(in_review, now=timezone.now())
    assert "Mara Example" not in named
    assert "Otto Example" in named
    assert "Who can approve it:" in text(mara.get(f"/desk/cases/{in_review.pk}/"))
    for name in ("rita", "rosa", "ruth"):
        make_staff(name, "reviewer")
    assert "more colleague" in text(mara.get(f"/desk/cases/{in_review.pk}/"))
    everybody.update(roles=["handler"])
    assert "nobody here can approve it" in text(mara.get(f"/desk/cases/{in_review.pk}/"))


def test_art_19_the_pages_of_a_case_say_how_many_recipients_were_told(signed_in: Callable[..., Client]) -> None:
    """The event counts them; it names nobody."""
    case, mara = make_case(at=timezone.now(), now=timezone.now()), make_staff("mara")
    client, data = signed_in("mara"), {"told": 2, "not_told": 1}
    record(case_id=case.pk, kind="recipients_settled", actor=actors.staff(mara), now=timezone.now(), data=data)

    for page in ("", "history/"):
        assert "recipients told: 2, not told: 1" in text(client.get(f"/desk/cases/{case.pk}/{page}"))


def test_x_04_the_tab_of_files_leads_to_what_has_to_be_read(signed_in: Callable[..., Client]) -> None:
    """Whoever reads the data of a draft; the auditor, who may not, is sent nowhere, nor is anybody when all is read."""
    case = make_case(at=timezone.now(), now=timezone.now())
    Case.objects.filter(pk=case.pk).update(state="drafting")
    at, there = f"/desk/cases/{case.pk}/files/", f'href="/desk/cases/{case.pk}/redaction/"'
    mara = signed_in("mara")
    tabs = mara.get(at).content.decode().count(there)
    item: dict[str, Any] = {"kind": "file", "store": "recordings", "dataset": "recordings"}
    for token in ("one", "two"):
        RedactionItem.objects.create(case=case, controller=case.controller, token=token, **item)

    page = mara.get(at)
    assert page.content.decode().count(there) == tabs + 1
    assert "2 texts and files of the answer have to be read" in text(page)
    assert "have to be read" not in text(signed_in("adam").get(at))
    RedactionItem.objects.update(checked_at=timezone.now())
    assert mara.get(at).content.decode().count(there) == tabs
