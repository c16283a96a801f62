"""Letters, the delivery of an answer, receivers: the pages of desk and portal in a real browser, clean in every mode."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, receivers
from dsr.law.letters import LetterCode
from dsr.law.rights import Right
from dsr.models import Case, Letter
from tests.delivery.handed import handed_over
from tests.factories import make_case, make_controller, make_staff, make_user
from tests.fulfil.test_attachments import NUMBER, PNG, WAV
from tests.fulfil.test_attachments import drafted as files_drafted
from tests.fulfil.test_portability import IDENTITY
from tests.fulfil.tree_of_files import Tree
from tests.jobs import run_due

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from dsr.models import User
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TWO = ("dark", "phone")


def send(words: str) -> Any:
    def act(page: Page) -> None:
        page.locator("main").get_by_role("button", name=words, exact=True).first.click()
        page.wait_for_selector("[data-errors], [role=alert]")

    return act


def drafted(otto: User, case: Case) -> Letter:
    """A refusal that waits to be looked at, laid out."""
    Case.objects.filter(pk=case.pk).update(handler=make_staff("mara"))
    client = Client()
    client.force_login(otto)
    fields = {"ground": "not_controller", "reason": "The line is another provider's.", "advice": "Ask Southwave."}
    values = {"version": case.version, "preview": "1", **fields}
    client.post(reverse("desk:step", args=[case.pk, "refuse"]), values)
    run_due()
    found: Letter = Letter.objects.get(case=case, code=LetterCode.REFUSAL)
    assert found.pdf_sha256
    return found


@pytest.mark.slow
def test_letters_on_the_desk_are_clean_from_draft_to_list(browse: Browse) -> None:
    otto = make_staff("otto", "lead")
    case = make_case(at=timezone.now() - timedelta(days=3))
    row = drafted(otto, case)

    for page in (reverse("desk:letter", args=[case.pk, row.pk]), reverse("desk:letters", args=[case.pk])):
        browse.audit(page, user=otto, modes=TWO)


@pytest.mark.slow
def test_the_page_of_own_words_and_facts_is_clean_for_who_saves_and_who_looks(browse: Browse) -> None:
    make_controller()
    path = reverse("desk:letter-wordings")
    browse.audit(path, user=make_staff("olga", "administrator"), modes=("dark", "narrow"))
    browse.audit(path, user=make_staff("otto", "lead"), modes=["phone"])


@pytest.mark.slow
def test_receivers_and_the_choice_of_one_are_clean(browse: Browse) -> None:
    otto = make_staff("otto", "lead")
    case = make_case(at=timezone.now() - timedelta(days=3), rights=(Right.PORTABILITY,))
    path = reverse("desk:receivers")
    browse.audit(path, user=otto, modes=["narrow"], act=send("Keep"))
    receivers.keep(
        controller=case.controller,
        details=receivers.Details(
            name="Southwave Telecommunications Limited",
            contact="privacy@southwave.example.com",
            host="sftp.southwave.example.com",
            username="northwave",
            secret="env:DSR_RECEIVER_SOUTHWAVE",
            sign_in="password",
            host_key="SHA256:" + "x" * 43,
            recipient_key=str(IDENTITY.to_public()),
        ),
        actor=actors.staff(otto),
        now=timezone.now(),
    )
    Case.objects.filter(pk=case.pk).update(state="drafting")
    for page in (path, reverse("desk:transmission", args=[case.pk])):
        browse.audit(page, user=otto, modes=TWO)


@pytest.mark.slow
def test_the_delivery_page_is_clean_also_with_errors_and_after_it_was_taken_back(browse: Browse) -> None:
    otto = make_staff("otto", "lead")
    case = handed_over(timezone.now())
    path = reverse("desk:delivery", args=[case.pk])
    browse.audit(path, user=otto, modes=["dark"])
    browse.audit(path, user=make_staff("rita", "reviewer"), modes=["phone"])
    browse.audit(path, user=otto, modes=["narrow"], act=send("Take back"))
    case.artifacts.update(revoked_at=timezone.now())
    browse.audit(path, user=otto, modes=["desktop"])


def test_letters_in_the_portal_and_the_code_of_one_are_clean(browse: Browse) -> None:
    anna = make_user()
    case = make_case(account=anna, at=timezone.now())
    (row,) = case.letters.all()
    path = reverse("portal:letter", args=[case.request.reference, row.pk])
    browse.audit(path, user=anna, modes=("dark", "narrow"))
    browse.audit(reverse("portal:request", args=[case.request.reference]), user=anna, modes=["narrow"])
    browse.audit(reverse("portal:letter-code"), modes=["dark"])
    browse.audit(reverse("portal:letter-code"), modes=["phone"], act=send("Continue"))


@pytest.mark.slow
def test_files_of_the_person_are_listed_cleanly(browse: Browse, demo_stores: Path) -> None:
    mara = make_staff("mara")
    tree = Tree(demo_stores)
    page = b"<html><script>alert(1)</script></html>"
    name = "a very long name of a recording that nobody would give to a file 2026-05-04.wav"
    tree.put(NUMBER, {name: WAV, "pass.png": PNG, "offer.html": page, "holiday.jpg": b"not a picture"})
    case = files_drafted(run_due)
    for name in ("attachments", "review", "files"):
        browse.audit(reverse(f"desk:{name}", args=[case.pk]), user=mara, modes=TWO)
