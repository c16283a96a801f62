"""People, my account and broken glass in a real browser: axe, the content security policy, sideways scroll."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from dsr.cases import actors, glass, staffing
from tests.factories import make_staff

if TYPE_CHECKING:
    from tests.browser.harness import Browse

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_the_pages_of_staff_are_clean(browse: Browse) -> None:
    otto, mara, dana, now = make_staff("otto", "lead"), make_staff("mara"), make_staff("dana", "deputy"), timezone.now()
    lead = actors.staff(otto)
    said = {"email": "nora@northwave.example.com", "name": "Nora New", "roles": ["handler"]}
    _nora, token = staffing.invite(controller=otto.controller, actor=lead, now=now, **said)  # type: ignore[arg-type]
    row = glass.open_glass(user=dana, reason="A call of the authority", actor=actors.staff(dana), now=now)
    for url in ("/desk/people/", f"/desk/people/{mara.pk}/", "/desk/account/", "/desk/break-glass/"):
        browse.audit(url, user=otto, modes=["desktop", "phone"])
    for url in (
        "/desk/people/invite/",
        f"/desk/break-glass/{row.pk}/",
        "/desk/account/app/",
        "/desk/account/passkeys/add/",
    ):
        browse.audit(url, user=otto, modes=["phone"])
    browse.audit(f"/desk/account/welcome/{token}/", modes=["phone"])
    browse.audit("/desk/break-glass/", user=dana, modes=["phone"])
