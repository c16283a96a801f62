"""Not us, or not us alone: passed on without personal data, told to the person, closed or answered by both (Art. 12(4), 26, 28)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dsr.audit import verify_case
from dsr.cases import forwarding as verbs
from dsr.cases.actors import staff
from dsr.cases.perform import RefusedError
from dsr.law.rights import Right
from dsr.models import Case, Event, Message, Partner, SetupEvent
from tests.desk.conftest import text
from tests.factories import make_case, make_controller, make_staff

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(received: datetime) -> Partner:
    """A company we process for."""
    return _partner("Fernblick AG", "processor_for", received)


def _partner(name: str, bond: str, now: datetime) -> Partner:
    return verbs.keep_partner(
        controller=make_controller(),
        name=name,
        bond=bond,
        email="privacy@fernblick.example.com",
        way="Partner portal",
        about="Fernblick sells the contract, we run the lines.",
        actor=staff(make_staff("otto", "lead")),
        now=now,
    )


def _sent(case: Case, partner: Partner, **fields: Any) -> dict[str, Any]:
    told = {"partner": str(partner.pk), "means": "fetch", "reason": "Fernblick decides about your contract."}
    return {"version": Case.objects.get(pk=case.pk).version, **told, **fields}


def test_28_3_e_a_processor_passes_the_request_on_and_closes_it(
    otto: Client, partner: Partner, received: datetime
) -> None:
    case = make_case(at=received)
    url = f"/desk/cases/{case.pk}/forward/"
    assert "Fernblick AG" in text(otto.get(url))

    response = otto.post(url, _sent(case, partner, closes="yes"), follow=True)

    assert "Passed on. The person has been told." in text(response)
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.processor_forwarded, case.joint_controller) == ("refused", True, False)
    mails = {row.kind: row.content() for row in Message.objects.filter(request=case.request, by_mail=True)}
    ours = mails["partner_notice"]
    assert ours["to"] == "privacy@fernblick.example.com"
    content = case.request.content()
    for secret in (content["name"], content["contact_email"], content["words"]):
        assert secret not in ours["subject"] + ours["body"]
    assert case.request.reference in ours["subject"]
    told = Message.objects.get(request=case.request, by_mail=False, kind="message").content()["body"]
    for words in (
        "Fernblick decides about your contract.",
        "sells the contract",
        "Example Data Protection Authority",
        "court",
    ):
        assert words in told
    assert Event.objects.get(case=case, action="forward").data["partner"] == str(partner.pk)
    assert verify_case(case) == []


def test_26_3_a_joint_controller_answers_too_and_the_case_goes_on(mara: Client, received: datetime) -> None:
    joint = _partner("Gemeinsam GmbH", "joint", received)
    case = make_case(at=received, rights=(Right.ERASURE,))
    before = case.state
    url = f"/desk/cases/{case.pk}/forward/"

    refused = text(mara.post(url, _sent(case, joint, closes="yes")))
    mara.post(url, _sent(case, joint, closes=""))

    assert "does not answer alone" in refused
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.joint_controller, case.processor_forwarded) == (before, True, False)
    assert Event.objects.get(case=case, action="forwarded").data["means"] == "fetch"
    told = Message.objects.get(request=case.request, by_mail=False, kind="message").content()["body"]
    assert "together with Gemeinsam GmbH" in told
    assert "court" not in told


def test_12_4_only_a_lead_ends_a_case_by_passing_it_on(
    mara: Client, signed_in: Any, partner: Partner, received: datetime, snapshot: Any
) -> None:
    case = make_case(at=received)
    before = snapshot(case)
    url = f"/desk/cases/{case.pk}/forward/"

    page = text(mara.post(url, _sent(case, partner, closes="yes")))
    missing = text(mara.post(url, _sent(case, partner, closes="", reason=" ")))
    other = mara.post(url, _sent(case, partner, closes="", version=99))

    assert "Your role does not allow this" in page
    assert "Say why the request is passed on." in missing
    assert "Somebody else changed the case meanwhile" in text(other)
    assert signed_in("rita").post(url, _sent(case, partner)).status_code == 409
    assert signed_in("adam").get(url).status_code == 403
    assert snapshot(case) == before


def test_the_register_of_partners_is_kept_by_lead_or_administrator_and_every_change_is_an_event(
    otto: Client, mara: Client
) -> None:
    values = {"name": "Fernblick AG", "bond": "joint", "email": "", "way": "By post", "about": ""}

    assert mara.post("/desk/partners/", values).status_code == 409
    otto.post("/desk/partners/", values)
    assert "There is a partner of this name already." in text(otto.post("/desk/partners/", values))
    row = Partner.objects.get()
    otto.post(f"/desk/partners/?change={row.pk}", {**values, "way": "Portal"})
    assert "Portal" in text(mara.get("/desk/partners/"))
    assert "Fernblick" not in text(mara.post(f"/desk/partners/{row.pk}/end/", follow=True)).split("<main")[0]
    otto.post(f"/desk/partners/{row.pk}/end/")

    assert Partner.objects.get().ended_at is not None
    kinds = list(SetupEvent.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["partner_kept", "partner_kept", "partner_ended"]
    with pytest.raises(RefusedError, match="partner_unknown"):
        verbs.forward(
            case_id=make_case().pk,
            partner_id=row.pk,
            means="fetch",
            reason="x",
            closes=False,
            actor=staff(make_staff("mara")),
            now=row.ended_at or Partner.objects.get().ended_at,  # type: ignore[arg-type]
        )
