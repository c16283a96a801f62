"""What recipients were sent goes with the file: at the archive, and when the store that held a new value erases her (4.5, 17)."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from dsr.cases import archive, correction_erased, recipient_mails, recipient_notices
from dsr.law.rights import Right
from dsr.models import Case, Message, RecipientMail, RecipientNotice, Task
from tests.recipients.telling import PHONE, changed, fresh, recipient, send

if TYPE_CHECKING:
    from pathlib import Path

    from dsr.models import Recipient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(settings: Any, tmp_path: Path) -> None:
    settings.DSR_LEDGER_DIR, settings.DSR_ANCHOR_DIR = str(tmp_path / "ledger"), str(tmp_path / "anchors")


def test_4_5_an_archived_case_keeps_who_was_told_and_not_what_was_sent():
    recipient(datasets=("billing.customers",))
    case, now = changed(), timezone.now()
    recipient_notices.make(case_id=case.pk, now=now)
    send()
    recipient_mails.queue(notice=RecipientNotice.objects.get(), kind=recipient_mails.REMINDED, now=now)
    Case.objects.filter(pk=case.pk).update(state="completed", closed_at=now)
    Message.objects.update(status="sent", sent_at=now)
    Task.objects.update(status="done")
    archive.archive(case_id=case.pk, now=now + timedelta(days=91))
    assert fresh(case).state == "archived"
    notice, sent = RecipientNotice.objects.get(), RecipientMail.objects.get()
    assert notice.content() == {"name": "Directory Example"}
    assert (notice.status, notice.next_at) == ("told", None)
    assert PHONE not in str(sent.content())
    assert sent.content()["body"] == ""


@pytest.mark.parametrize(("handed_over", "status"), [(True, "told"), (False, "failed")])
def test_an_erasure_takes_the_new_values_out_of_what_recipients_were_told(
    monkeypatch: pytest.MonkeyPatch, handed_over: bool, status: str
):
    stores = itertools.cycle([[["Street", "9 Example Street", "billing"]], []])

    def values(_case: Case, _recipient: Recipient) -> list[list[str]]:
        return next(stores)

    monkeypatch.setattr(recipient_mails, "values_for", values)
    recipient(datasets=("billing.customers",), nature="partner")
    case = changed(Right.RECTIFICATION, treatment="correct")
    recipient_notices.make(case_id=case.pk, now=timezone.now())
    if handed_over:
        send()
    assert "9 Example Street" in RecipientMail.objects.get().content()["body"]
    correction_erased.forget_store(case=case, store="radius")
    assert "9 Example Street" in str(RecipientNotice.objects.get().content())
    correction_erased.forget_store(case=case, store="billing")
    notice = RecipientNotice.objects.get()
    assert "9 Example Street" not in str(notice.content())
    assert (notice.status, notice.next_at) == (status, None)
    assert not any("9 Example Street" in str(row.content()) for row in RecipientMail.objects.all())
    assert send() == 0
