"""The pages of mails in a real browser: axe, the content security policy, sideways scroll; sending one again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases.bounces import take
from dsr.models import Message
from tests.factories import make_controller, make_request, make_staff
from tests.jobs import run_due
from tests.work.test_mail_bounces import dsn

if TYPE_CHECKING:
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def came_back() -> Message:
    """A mail that bounced."""
    make_request(at=timezone.now())
    run_due()
    row = Message.objects.latest("created_at")
    take(raw=dsn(row.message_id), now=timezone.now())
    row.refresh_from_db()
    assert row.status == "bounced"
    return row


@pytest.mark.slow
def test_mails_are_clean_empty_full_and_in_every_state(browse: Browse, settings: Any, tmp_path: Any) -> None:
    make_controller()
    mara, adam = make_staff("mara"), make_staff("adam", "auditor")
    browse.audit("/desk/mails/", user=mara, modes=["desktop"])
    row = came_back()
    make_request(at=timezone.now())
    page = reverse("desk:mail", args=[row.pk])
    browse.audit("/desk/mails/", user=mara)
    browse.audit("/desk/mails/?to=staff", user=adam, modes=["phone"])
    browse.audit(page, user=mara)
    browse.audit(page, user=adam, modes=["desktop", "phone"])
    browse.audit(reverse("desk:case", args=[row.request.cases.get().pk]), user=mara, modes=["desktop", "dark", "phone"])
    settings.DSR_DEMO, settings.EMAIL_FILE_PATH = True, str(tmp_path)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    run_due()
    browse.audit("/desk/mails/written/", user=mara, modes=["desktop", "narrow"])


def test_from_the_queue_to_a_mail_that_is_sent_again(browse: Browse) -> None:
    row = came_back()
    page = browse.page(user=make_staff("mara"))
    page.goto("/desk/?view=manual")
    page.get_by_role("link", name=row.request.reference).first.click()
    page.get_by_role("link", name="A mail did not arrive").click()
    page.get_by_label("E-mail address").fill("anna")
    page.get_by_role("button", name="Send again").click()
    page.get_by_role("link", name="Enter an e-mail address in the form name@example.com.").wait_for()
    page.get_by_label("E-mail address").fill("anna.right@example.com")
    page.get_by_role("button", name="Send again").click()
    page.get_by_text("The mail is sent once more").wait_for()
    run_due()
    page.goto("/desk/mails/")

    row.refresh_from_db()
    assert (row.status, row.round, row.content()["to"]) == ("sent", 1, "anna.right@example.com")
    assert page.locator("tbody tr").filter(has_text="Sent").count() == 1
