"""Colleagues are invited, given roles and closed by somebody else; roles that exclude each other and last leads are refused (4.3)."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsr.cases import actors, staffing
from dsr.cases.perform import RefusedError, assign
from dsr.law.staffing import CONFLICTS, STAFF_ROLES, conflict
from dsr.law.workflow import Role
from dsr.models import Case, Notice, SetupEvent, StaffInvitation, User
from tests.factories import make_case, make_controller, make_staff
from tests.portal.walk import text_of

pytestmark = pytest.mark.django_db


def refused(verb: Any, **said: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        verb(now=timezone.now(), **said)
    return str(caught.value.refusal.code)


def link_of(address: str) -> str:
    rows = Notice.objects.filter(kind="invited").select_related("user").order_by("-created_at")
    body = next(row.content()["body"] for row in rows if row.user.email == address)
    return str(next(word for word in body.split() if "/welcome/" in word)).removeprefix("http://testserver")


def test_4_3_roles_that_exclude_each_other_are_a_symmetric_table() -> None:
    """Art. 38(6): the data protection officer decides nothing; the auditor audits no own work; administrators read no content."""
    assert set(CONFLICTS) <= STAFF_ROLES
    for one, others in CONFLICTS.items():
        assert one not in others
        for other in others & set(CONFLICTS):
            assert one in CONFLICTS[other]
    assert conflict({Role.HANDLER, Role.REVIEWER, Role.INTAKE, Role.LEAD}) is None
    for pair in (
        {Role.DPO, Role.LEAD},
        {Role.DPO, Role.HANDLER},
        {Role.AUDITOR, Role.HANDLER},
        {Role.ADMINISTRATOR, Role.LEAD},
    ):
        assert conflict(pair) is not None


def test_an_invited_colleague_comes_in_by_a_link_that_works_once(client: Client) -> None:
    """Invited at the desk, told by mail, in with a password of her own; the link is spent, and every step is on the chain."""
    controller, otto = make_controller(), Client()
    otto.force_login(make_staff("otto", "lead"))
    said = {"name": "Nora New", "email": "nora@northwave.example.com", "roles": ["handler"], "teams": "billing, North"}
    page = otto.post("/desk/people/invite/", {**said, "languages": ["de"]})
    assert "billing" not in page.headers["Location"]
    nora = User.objects.get(email="nora@northwave.example.com")
    assert (nora.is_active, nora.teams, nora.languages) == (False, ["billing", "north"], ["de"])
    taken = text_of(otto.post("/desk/people/invite/", said))
    assert "This address has an account here already" in taken
    assert "invited" in text_of(otto.get("/desk/people/"))

    link = link_of(nora.email)
    assert "Welcome, Nora New" in text_of(client.get(link))
    assert "too common" in text_of(client.post(link, {"password": "password123"}))
    done = client.post(link, {"password": "quiet grey morning fog"})
    assert done.headers["Location"] == "/desk/account/login/"
    assert client.get(link).status_code == 410
    sent = {"login": nora.email, "password": "quiet grey morning fog"}
    assert client.post("/desk/account/login/", sent).headers["Location"] == "/desk/"
    kinds = list(SetupEvent.objects.of(controller).order_by("seq").values_list("kind", flat=True))
    assert kinds == ["colleague_invited", "colleague_arrived"]
    assert "nora@" not in json.dumps(list(SetupEvent.objects.of(controller).values_list("data", flat=True)))


def test_an_invitation_ends_after_seven_days_by_another_one_and_at_another_brand() -> None:
    lead = actors.staff(make_staff("otto", "lead"))
    controller, now = make_controller(), timezone.now()
    user, first = staffing.invite(
        controller=controller, email="n@example.com", name="N", roles=["intake"], actor=lead, now=now
    )
    assert staffing.invitation(controller=make_controller("southwave"), token=first, now=now) is None
    second = staffing.invite_again(user_id=user.pk, actor=lead, now=now)
    assert staffing.invitation(controller=controller, token=first, now=now) is None
    assert staffing.invitation(controller=controller, token=second, now=now + timedelta(days=6)) is not None
    assert staffing.invitation(controller=controller, token=second, now=now + timedelta(days=8)) is None
    assert not StaffInvitation.objects.filter(digest=second).exists()


def test_4_3_nobody_changes_herself_and_the_last_lead_and_administrator_stay() -> None:
    otto, olga = make_staff("otto", "lead"), make_staff("olga", "administrator")
    mara = make_staff("mara")
    lead, admin, handler = actors.staff(otto), actors.staff(olga), actors.staff(mara)
    change = staffing.set_roles
    assert refused(change, user_id=otto.pk, roles=["handler"], actor=lead) == "own_account"
    assert refused(change, user_id=otto.pk, roles=["handler"], actor=admin) == "last_of_role"
    assert refused(staffing.close, user_id=otto.pk, hand_to=None, actor=admin) == "last_of_role"
    assert refused(staffing.close, user_id=olga.pk, hand_to=None, actor=lead) == "last_of_role"
    assert refused(change, user_id=otto.pk, roles=["lead"], actor=handler) == "role"
    assert refused(change, user_id=mara.pk, roles=[], actor=lead) == "roles_missing"
    assert refused(change, user_id=mara.pk, roles=["system"], actor=lead) == "roles_unknown"
    assert refused(change, user_id=mara.pk, roles=["dpo", "handler"], actor=lead) == "roles_conflict"
    assert refused(staffing.reset_factor, user_id=otto.pk, actor=lead) == "own_account"
    staffing.set_roles(user_id=mara.pk, roles=["lead"], actor=lead, now=timezone.now())
    staffing.set_roles(user_id=otto.pk, roles=["handler"], actor=admin, now=timezone.now())
    assert User.objects.get(pk=otto.pk).roles == ["handler"]


def test_4_3_changed_roles_lost_factors_and_closed_accounts_end_every_session() -> None:
    otto, mara, rita = make_staff("otto", "lead"), make_staff("mara"), make_staff("rita", "reviewer")
    lead, browser, now = actors.staff(otto), Client(), timezone.now()
    case = make_case()
    assign(case_id=case.pk, to=mara, actor=lead, now=now)

    def signed_in() -> bool:
        return browser.get("/desk/").status_code == 200

    browser.force_login(mara)
    assert signed_in()
    staffing.set_roles(user_id=mara.pk, roles=["intake"], actor=lead, now=now)
    assert not signed_in()
    browser.force_login(User.objects.get(pk=mara.pk))
    Authenticator.objects.create(user=mara, type="totp", data={"secret": "x"})
    staffing.reset_factor(user_id=mara.pk, actor=lead, now=now)
    assert not signed_in()
    assert not Authenticator.objects.filter(user=mara).exists()
    browser.force_login(User.objects.get(pk=mara.pk))
    assert staffing.close(user_id=mara.pk, hand_to=rita, actor=lead, now=now) == 1
    assert not signed_in()
    assert Case.objects.get(pk=case.pk).assignee_id == rita.pk
    staffing.reopen(user_id=mara.pk, actor=lead, now=now)
    assert User.objects.get(pk=mara.pk).is_active
    assert {"changed"} == set(Notice.objects.filter(user=mara).values_list("kind", flat=True))
    kinds = list(SetupEvent.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["colleague_roles_changed", "colleague_factor_reset", "colleague_closed", "colleague_reopened"]


def test_the_page_of_people_changes_what_it_shows_and_only_for_those_who_manage() -> None:
    otto, mara = make_staff("otto", "lead"), make_staff("mara")
    lead, handler = Client(), Client()
    lead.force_login(otto)
    handler.force_login(mara)
    here = f"/desk/people/{mara.pk}/"
    assert "Invite a colleague" not in text_of(handler.get("/desk/people/"))
    assert handler.get(here).status_code == 403
    assert handler.post(f"{here}reset-factor/").status_code == 403
    assert "Change the roles" in text_of(lead.get(here))
    assert "This is your own account" in text_of(lead.get(f"/desk/people/{otto.pk}/"))
    both = text_of(lead.post(here, {"act": "roles", "roles": ["handler", "dpo"]}))
    assert "One person cannot be both: Data protection officer, and Handler" in both
    assert lead.post(here, {"act": "roles", "roles": ["handler", "reviewer"]}).status_code == 302
    details = {"act": "details", "name": "Mara Vogel", "teams": "north", "languages": ["de", "en"]}
    assert lead.post(here, details).status_code == 302
    mara.refresh_from_db()
    assert (mara.roles, mara.teams, mara.display_name) == (["handler", "reviewer"], ["north"], "Mara Vogel")
    assert "letters from a to z" in text_of(lead.post(here, {**details, "teams": "no blanks here"}))
    assert lead.post(here, {"act": "close", "hand_to": ""}).headers["Location"] == "/desk/people/"
    assert "closed" in text_of(lead.get("/desk/people/"))
    foreign = make_staff("selma", controller=make_controller("southwave"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.DSR_HOSTS", {"testserver": "northwave"})
        assert lead.get(f"/desk/people/{foreign.pk}/").status_code == 404


def test_the_list_of_people_asks_as_much_for_one_as_for_twenty() -> None:
    client = Client()
    client.force_login(make_staff("otto", "lead"))

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/desk/people/").status_code == 200
        return len(seen)

    count()
    few = count()
    for number in range(20):
        make_staff(f"colleague{number}")
    assert count() == few


def test_the_first_colleague_of_a_controller_is_invited_from_the_console() -> None:
    make_controller()
    said = ["--controller", "northwave", "--email", "first@example.com", "--name", "First", "--json"]
    out = io.StringIO()
    call_command("staff_invite", *said, "--role", "lead", stdout=out)
    made = json.loads(out.getvalue())[0]
    assert Client().get(made["link"].removeprefix("http://testserver")).status_code == 200
    with pytest.raises(CommandError, match="has an account here already"):
        call_command("staff_invite", *said, "--role", "lead")
