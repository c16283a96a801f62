"""The register of recipients, the page of a case, and what the person reads, in a real browser (Art. 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import recipient_notices, recipients_told
from dsr.cases.actors import subject
from dsr.models import Case
from tests.factories import make_staff, make_user
from tests.recipients.conftest import stores as _stores
from tests.recipients.telling import changed, recipient, send

if TYPE_CHECKING:
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
stores = _stores


def test_recipients_are_clean_at_the_desk_and_on_her_page(browse: Browse) -> None:
    recipient(datasets=("billing.customers", "radius.sessions_of_a_long_name_that_no_phone_is_wide_enough_for"))
    recipient("Fernblick Auskunft GmbH", datasets=("billing.*",), way="hand", email="", nature="credit_bureau")
    anna, otto = make_user("anna"), make_staff("otto", "lead")
    case = changed(account=anna)
    recipient_notices.make(case_id=case.pk, now=timezone.now())
    send()
    register, told = reverse("desk:recipients"), reverse("desk:case-recipients", args=[case.pk])
    browse.audit(register, user=otto, modes=["desktop", "phone", "dark"])
    browse.audit(
        register, user=otto, modes=["narrow"], act=lambda page: page.get_by_role("button", name="Save").click()
    )
    browse.audit(
        told, user=otto, modes=["desktop", "narrow", "dark"], act=lambda page: page.locator("summary").last.click()
    )
    Case.objects.filter(pk=case.pk).update(state="completed", closed_at=timezone.now())
    hers = f"/requests/{case.request.reference}/"
    browse.audit(hers, user=anna, modes=["narrow"])
    recipients_told.name_to_subject(case_id=case.pk, actor=subject(str(anna.pk)), now=timezone.now())
    browse.audit(hers, user=anna, modes=["desktop", "narrow", "dark"])
