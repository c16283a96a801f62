"""Which files the person may have again: what she sent by whatever way, never what staff added of its own (rules 4.5, Art. 15(4))."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors
from dsr.models import Request, Upload
from tests.factories import MONDAY, make_case, make_staff, make_user
from tests.uploads.made import sent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dsr.models import Case

pytestmark = pytest.mark.django_db


def in_portal(case: Case) -> tuple[Client, str]:
    """Her browser, and what the page of her request says."""
    user = make_user()
    Request.objects.filter(pk=case.request_id).update(account=user)
    client = Client()
    client.force_login(user)
    return client, client.get(reverse("portal:request", args=[case.request.reference])).content.decode()


def test_what_staff_added_of_its_own_is_not_among_what_she_sent(receive: Callable[..., Upload], vault: Path) -> None:
    case = make_case()
    mara = Client()
    mara.force_login(make_staff("mara"))
    url = reverse("desk:upload-add", args=[case.pk])
    ours = {"purpose": "evidence", "added": sent(b"from the neighbour", "report about the neighbour.txt")}
    assert mara.post(url, ours).status_code == 302
    posted = {"purpose": "evidence", "from_person": "on", "added": sent(b"by post", "her letter.txt")}
    assert mara.post(url, posted).status_code == 302
    receive("by mail", request=case.request, name="by mail.txt")

    anna, page = in_portal(case)
    assert "report about the neighbour.txt" not in page
    assert "her letter.txt" in page
    assert "by mail.txt" in page
    got = {}
    for row in Upload.objects.order_by("pk"):
        answer: Any = anna.get(reverse("portal:file", args=[case.request.reference, row.pk]))
        got[row.content()["name"]] = b"".join(answer.streaming_content) if answer.streaming else answer.status_code
    assert got == {"report about the neighbour.txt": 404, "her letter.txt": b"by post", "by mail.txt": b"by mail"}


def test_the_same_file_is_hers_once_she_sends_it_herself(receive: Callable[..., Upload], vault: Path) -> None:
    case = make_case()
    kept = receive("one page", request=case.request, actor=actors.staff(make_staff("mara")))
    assert not kept.from_person
    assert receive("one page", request=case.request).pk == kept.pk
    assert Upload.objects.get().from_person


def test_old_rows_are_hers_where_the_history_says_the_portal_or_mail(
    receive: Callable[..., Upload], vault: Path
) -> None:
    case = make_case()
    mara: Any = {"request": case.request, "actor": actors.staff(make_staff("mara"))}
    mailed = receive("by mail", request=case.request, now=MONDAY)
    added = receive("by Mara", now=timezone.now(), **mara)
    copied = receive("given along", purpose="enclosure", now=timezone.now(), **mara)
    Upload.objects.update(from_person=False)

    import_module("dsr.migrations.0052_files_of_the_person").know_old_files(apps, None)

    known = dict(Upload.objects.values_list("pk", "from_person"))
    assert known == {mailed.pk: True, added.pk: False, copied.pk: False}
