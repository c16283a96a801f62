"""Letters on the desk: preview, change, approve and send, the list; who may, what is refused, and that the bytes are the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr import wording
from dsr.cases import actors, endings
from dsr.law.letter_elements import Element
from dsr.models import Case, Controller, Letter
from tests.desk.conftest import ROLES, text
from tests.factories import make_case, make_controller, make_staff

pytestmark = pytest.mark.django_db
FIELDS: dict[str, dict[str, Any]] = {
    "refuse": {"ground": "not_controller", "reason": "The line is another provider's.", "advice": "Ask Southwave."},
    "extend": {"reason": "amount_of_data", "text": "Eleven systems.", "meanwhile": "Nothing yet."},
    "ask_identity": {"doubt": "Two customers have this name."},
    "withdraw": {"proof": "mail of today"},
}
CODES = {"refuse": "L-07", "extend": "L-05", "ask_identity": "L-02", "withdraw": "L-18"}


def a_case(at) -> Case:
    case = make_case(at=at)
    Case.objects.filter(pk=case.pk).update(handler=make_staff("mara"))
    found: Case = Case.objects.select_related("request", "controller").get(pk=case.pk)
    return found


def preview(client, case: Case, action: str, **fields):
    values = {"version": Case.objects.get(pk=case.pk).version, "preview": "1", **FIELDS[action], **fields}
    return client.post(reverse("desk:step", args=[case.pk, action]), values, follow=True)


def sending(client, row: Letter, **fields):
    row.refresh_from_db()
    values = {
        "version": Case.objects.get(pk=row.case_id).version,
        "content_sha256": row.content_sha256,
        "pdf_sha256": row.pdf_sha256,
        **fields,
    }
    return client.post(reverse("desk:letter-send", args=[row.case_id, row.pk]), values, follow=True)


def pdf(client, row: Letter) -> bytes:
    return bytes(client.get(reverse("desk:letter-pdf", args=[row.case_id, row.pk])).getvalue())


@pytest.mark.parametrize("action", FIELDS)
def test_each_letter_form_previews_and_sends_what_was_on_the_screen(otto, received, drain, action):
    case = a_case(received)

    shown = preview(otto, case, action, paragraph="We are glad to help.")

    row = Letter.objects.get(code=CODES[action])
    page = text(shown)
    assert "We are glad to help." in page
    assert "The PDF is being laid out." in page
    assert Case.objects.get(pk=case.pk).state == "assessing"
    drain()
    seen = text(otto.get(reverse("desk:letter", args=[case.pk, row.pk])))
    row.refresh_from_db()
    assert row.pdf_sha256 in seen
    before = pdf(otto, row)

    sent = sending(otto, row)

    row.refresh_from_db()
    assert sent.redirect_chain[-1][0] == reverse("desk:case", args=[case.pk])
    assert (row.status, str(row.approved_by_id)) == ("sent", str(make_staff("otto").pk))
    assert pdf(otto, row) == before
    listed = text(otto.get(reverse("desk:letters", args=[case.pk])))
    assert wording.letter(CODES[action]) in listed
    assert row.pdf_sha256[:16] in listed


def test_the_form_opens_again_with_every_word_of_the_draft(otto, received):
    case = a_case(received)
    preview(otto, case, "refuse")
    row = Letter.objects.get(code="L-07")
    step = reverse("desk:step", args=[case.pk, "refuse"])

    page = text(otto.get(f"{step}?draft={row.pk}"))

    assert "Ask Southwave." in page
    assert otto.get(f"{step}?draft=nonsense").status_code == 404


def test_4_0_7_a_handler_writes_what_a_lead_sends(mara, otto, received, drain):
    case = a_case(received)
    step = reverse("desk:step", args=[case.pk, "refuse"])
    offered = text(mara.get(step))
    assert "a privacy lead looks at it and sends it" in offered

    preview(mara, case, "refuse")
    drain()
    row = Letter.objects.get(code="L-07")

    page = text(mara.get(reverse("desk:letter", args=[case.pk, row.pk])))
    assert "Your role does not allow this. It takes: Privacy lead." in page
    refused = sending(mara, row)
    assert refused.status_code == 409
    assert Case.objects.get(pk=case.pk).state == "assessing"
    sending(otto, row)
    assert Case.objects.get(pk=case.pk).state == "refused"


def test_a_stale_approval_is_refused_in_words(otto, received, drain):
    case = a_case(received)
    preview(otto, case, "refuse")
    drain()
    row = Letter.objects.get(code="L-07")
    Controller.objects.update(phone="+44 7700 900002")

    refused = sending(otto, row)

    assert refused.status_code == 409
    assert "The letter would say something else now" in text(refused)
    assert Case.objects.get(pk=case.pk).state == "assessing"


def test_an_overtaken_page_sends_nothing(otto, received, drain):
    case = a_case(received)
    preview(otto, case, "refuse")
    drain()
    row = Letter.objects.get(code="L-07")
    seen = Case.objects.get(pk=case.pk).version
    endings.extend(
        case_id=case.pk,
        actor=actors.staff(make_staff("otto", "lead")),
        now=timezone.now(),
        **FIELDS["extend"],
    )

    refused = sending(otto, row, version=seen)

    assert refused.status_code == 409
    assert "Somebody else changed this case" in text(refused)
    row.refresh_from_db()
    assert row.status == "draft"


def test_a_letter_laid_out_meanwhile_overtakes_nobody(otto, received, drain):
    case = a_case(received)
    seen = Case.objects.get(pk=case.pk).version
    preview(otto, case, "refuse")
    drain()
    drafted_at = Case.objects.get(pk=case.pk).version
    assert drafted_at > seen + 1
    row = Letter.objects.get(code="L-07")

    sending(otto, row, version=seen + 1)  # the page of the draft was opened before the worker was done

    assert Case.objects.get(pk=case.pk).state == "refused"


@pytest.mark.parametrize("absent", ["authority_name", "authority_address", "legal_name", "address", "dpo_name"])
def test_5_1_what_the_controller_lacks_blocks_the_draft_and_says_where_it_is_set(otto, received, absent):
    case = a_case(received)
    Controller.objects.update(**{absent: ""})

    page = preview(otto, case, "refuse")

    assert page.status_code == 409
    said = text(page)
    assert "The letter lacks" in said
    assert "Ask Southwave." in said  # nothing that was typed is lost
    assert reverse("desk:letter-wordings") in said
    assert not Letter.objects.filter(code="L-07").exists()


REQUIRED = [(action, name) for action, fields in FIELDS.items() for name in fields]


@pytest.mark.parametrize(("action", "name"), REQUIRED)
def test_5_1_each_field_of_a_letter_missing_in_turn_is_refused_at_the_field(otto, received, action, name):
    case = a_case(received)

    page = preview(otto, case, action, **{name: ""})

    assert page.status_code == 200
    assert f'href="#id_{name}' in text(page)
    assert not Letter.objects.filter(code=CODES[action]).exists()


def test_a_draft_is_given_up(otto, received, drain):
    case = a_case(received)
    preview(otto, case, "refuse")
    drain()
    row = Letter.objects.get(code="L-07")

    page = otto.post(reverse("desk:letter-discard", args=[case.pk, row.pk]), follow=True)

    assert "The draft was given up." in text(page)
    row.refresh_from_db()
    assert row.status == "void"
    assert sending(otto, row).status_code == 409


@pytest.mark.parametrize("name", ROLES)
def test_4_3_who_reads_letters(signed_in, received, drain, name):
    case = a_case(received)
    endings.withdraw(case_id=case.pk, actor=actors.subject(), now=timezone.now())
    drain()
    row = Letter.objects.get(code="L-18")
    client = signed_in(name)
    reads = name not in {"adam", "olga"}  # auditor and administrator see that there is one, not what it says

    listed = text(client.get(reverse("desk:letters", args=[case.pk])))

    assert row.pdf_sha256[:16] in listed
    where = [reverse(f"desk:{view}", args=[case.pk, row.pk]) for view in ("letter", "letter-pdf")]
    assert [client.get(url).status_code for url in where] == ([200, 200] if reads else [403, 403])


def test_the_letters_of_another_brand_do_not_exist(mara, received, settings):
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    case = make_case(at=received, controller=make_controller("southwave"))
    row = Letter.objects.get(case=case)

    for view in ("letter", "letter-pdf"):
        assert mara.get(reverse(f"desk:{view}", args=[case.pk, row.pk])).status_code == 404


def test_the_words_of_missing_elements_are_there():
    assert all(wording.say(element) for element in Element)


def test_I_05_a_letter_of_a_handler_waits_where_those_who_may_send_it_look(mara, otto, received):
    """A lead is told by the queue, by the number beside the view and on the case; a given-up draft is no longer there."""
    case, other = a_case(received), a_case(received)
    assert "Look at a letter and send it" not in text(otto.get(reverse("desk:case", args=[case.pk])))
    preview(mara, case, "refuse")
    row = Letter.objects.get(case=case, code="L-07")

    second = otto.get(reverse("desk:queue") + "?view=second")

    assert [one.case.pk for one in second.context["rows"]] == [case.pk]
    assert "Look at a letter and send it" in text(second)
    (number,) = [link["count"] for link in second.context["sidebar"][0]["links"] if link["current"]]
    assert number == 1
    shown = otto.get(reverse("desk:case", args=[case.pk]))
    assert shown.context["next"].url == reverse("desk:letter", args=[case.pk, row.pk])
    assert reverse("desk:letter", args=[other.pk, row.pk]) not in shown.content.decode()

    Case.objects.filter(pk=case.pk).update(state="approved")  # the refusal can no longer be sent
    assert not otto.get(reverse("desk:queue") + "?view=second").context["rows"]
    assert "Look at a letter and send it" not in text(otto.get(reverse("desk:case", args=[case.pk])))
    Case.objects.filter(pk=case.pk).update(state="assessing")

    mara.post(reverse("desk:letter-discard", args=[case.pk, row.pk]))

    assert not otto.get(reverse("desk:queue") + "?view=second").context["rows"]
