"""Steps of the table on the desk: taken, greyed, refused without a trace, overtaken without losing a word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from dsr import wording
from dsr.audit import verify_case
from dsr.cases import actors, identity
from dsr.cases.facts import facts_of
from dsr.cases.perform import assign
from dsr.desk import steps
from dsr.law.rights import GROUNDS, Right
from dsr.law.workflow import STEPS, Action, Role, offered
from dsr.models import Case, Controller, EventNote, Letter
from tests.desk.conftest import ROLES, due, text
from tests.factories import make_case, make_staff
from tests.letters import text as letter_text

pytestmark = pytest.mark.django_db
# Steps of staff that have no form here; whoever writes one puts its action into DOINGS or WAYS.
NO_VERB_YET = {
    Action.REGISTER,  # its own page: /desk/new/
    Action.CONFIRM_IDENTITY,  # its own page: identity
    Action.FORWARD,  # its own page: forward
}


def url(case: Case, action: str) -> str:
    return reverse("desk:step", args=[case.pk, action])


def handled(case: Case) -> Case:
    """Prepared by Mara, so that somebody else can decide (4.0.7)."""
    Case.objects.filter(pk=case.pk).update(handler=make_staff("mara"))
    found: Case = Case.objects.select_related("request", "controller").get(pk=case.pk)
    return found


def test_every_step_of_staff_is_on_the_desk_or_known_not_to_be():
    staff = set(Role) - {Role.SUBJECT, Role.SYSTEM, Role.EXECUTOR}
    actions = {step.action for step in STEPS if step.roles & staff}

    assert set(steps.ACTIONS) | NO_VERB_YET == actions
    assert not set(steps.ACTIONS) & NO_VERB_YET


def test_buttons_are_what_the_table_offers_and_the_rest_is_greyed_with_its_words(mara, received):
    case = make_case(at=received)
    actor = actors.staff(make_staff("mara"))
    page = text(mara.get(reverse("desk:case", args=[case.pk])))

    by_action = {step.action: refused for step, refused in offered(facts_of(case, now=timezone.now()), actor)}
    assert by_action[Action.ASK_IDENTITY] is None
    assert f'href="{url(case, "ask_identity")}"' in page
    assert f'action="{url(case, "start_collection")}"' not in page  # no store is configured
    assert "The list of stores to ask is not settled" in page
    refuse = page.split('id="why-refuse">')[1].split("</p>")[0]
    assert refuse == "Your role does not allow this. It takes: Privacy lead."
    assert "disabled" in page.split('aria-describedby="why-refuse"')[0][-60:]


def test_a_version_stands_in_every_form(otto, received):
    case = handled(make_case(at=received))

    for action in steps.ACTIONS:
        shown = otto.get(url(case, action.value))
        if shown.status_code == 404:  # a step of other rights
            continue
        page = text(shown)
        if "<form" in page.split("shell-main")[1] and "data-guard" in page:
            assert f'name="version" value="{case.version}"' in page, action


@pytest.mark.parametrize("name", ["ines", "rita", "dora", "adam", "olga"])
def test_4_3_a_wrong_role_is_refused_in_words_and_nothing_changes(signed_in, snapshot, received, name):
    case = handled(make_case(at=received))
    before = snapshot(case)
    client = signed_in(name)
    values = {
        "version": case.version,
        "doubt": "x",
        "proof": "x",
        "reason": "amount_of_data",
        "text": "x",
        "meanwhile": "x",
    }

    for action in ("ask_identity", "withdraw", "extend", "start_collection"):
        shown, sent = client.get(url(case, action)), client.post(url(case, action), values)
        assert (shown.status_code, sent.status_code) == (409, 409), action
        assert "Your role does not allow this" in text(sent)
        assert "Nothing was changed" in text(sent)
    assert snapshot(case) == before


def test_a_step_of_another_state_says_so_and_changes_nothing(mara, snapshot, received):
    case = make_case(at=received)
    before = snapshot(case)

    response = mara.post(url(case, "submit_for_review"), {"version": case.version})

    assert response.status_code == 409
    assert escape("This is not possible while the case is “Being assessed”.") in text(response)
    assert snapshot(case) == before


@pytest.mark.parametrize("action", ["nonsense", "purge", "start_execution", "report_overdue"])
def test_steps_of_the_machine_have_no_page(mara, received, action):
    assert mara.get(url(make_case(at=received), action)).status_code == 404


def test_4_2_no_2_asking_for_identity_stops_the_clock_and_keeps_the_doubt_sealed(mara, received):
    case = make_case(at=received, identified=False)

    response = mara.post(
        url(case, "ask_identity"), {"version": case.version, "doubt": "Two people share the address."}, follow=True
    )

    case.refresh_from_db()
    assert (case.state, case.due_on) == ("id_pending", None)
    page = text(response)
    assert "The person has been asked" in page
    assert "until the person answers" in page
    assert EventNote.objects.get().content()["text"] == "Two people share the address."
    assert "Two people share the address." in text(mara.get(reverse("desk:history", args=[case.pk])))
    assert verify_case(case) == []


@pytest.mark.parametrize(
    ("action", "missing", "words"),
    [
        ("ask_identity", "doubt", "Enter what makes you doubt."),
        ("withdraw", "proof", "Enter where her written withdrawal is kept."),
        ("extend", "reason", "Choose a reason the law accepts."),
        ("extend", "text", "Enter why this request needs more time."),
        ("extend", "meanwhile", "Enter what she gets meanwhile"),
        ("refuse", "ground", "Choose the ground of the refusal."),
        ("refuse", "reason", "Enter the reasons. The person reads them."),
        ("refuse", "advice", "Enter what the person can do now."),
    ],
)
def test_a_missing_field_is_named_in_the_summary_and_at_the_field(otto, snapshot, received, action, missing, words):
    case = handled(make_case(at=received))
    before = snapshot(case)
    values = {"doubt": "x", "proof": "x", "text": "x", "meanwhile": "x", "advice": "x", "ground": "not_controller"}
    values["reason"] = "amount_of_data" if action == "extend" else "typed before"
    values |= {"version": str(case.version), missing: ""}

    page = text(otto.post(url(case, action), values))

    assert page.count(words) >= 2
    assert "<title>Error:" in page
    assert 'aria-invalid="true"' in page
    assert snapshot(case) == before


def test_a_form_without_its_version_is_not_accepted(mara, snapshot, received):
    case = make_case(at=received)
    before = snapshot(case)

    page = text(mara.post(url(case, "ask_identity"), {"doubt": "x"}))

    assert "This page is not complete. Load it again." in page
    assert snapshot(case) == before


def test_somebody_elses_change_is_shown_and_not_a_word_is_lost(mara, received):
    case = make_case(at=received, identified=False)
    otto = make_staff("otto", "lead")
    assign(case_id=case.pk, to=otto, actor=actors.staff(otto), now=timezone.now())
    typed = "Two people share the address, and she does not know the number."

    response = mara.post(url(case, "ask_identity"), {"version": case.version, "doubt": typed})
    page = text(response)

    assert response.status_code == 409
    assert "Somebody else changed this case" in page
    assert "Otto Example" in page.split("Somebody else changed this case")[1].split("</ul>")[0]
    assert escape(typed) in page
    assert f'name="version" value="{case.version + 1}"' in page
    assert Case.objects.get(pk=case.pk).state == "received"

    again = mara.post(url(case, "ask_identity"), {"version": case.version + 1, "doubt": typed})
    assert again.status_code == 302
    assert Case.objects.get(pk=case.pk).state == "id_pending"


def test_the_same_form_sent_twice_is_done_once(mara, received):
    case = make_case(at=received, identified=False)
    sent = {"version": case.version, "doubt": "unknown address"}

    assert mara.post(url(case, "ask_identity"), sent).status_code == 302
    assert mara.post(url(case, "ask_identity"), sent).status_code == 409
    assert Case.objects.get(pk=case.pk).suspensions.count() == 1


def test_T_16_extending_shows_the_new_date_before_and_after(otto, received):
    case = make_case(at=received)
    page = text(otto.get(url(case, "extend")))

    response = otto.post(
        url(case, "extend"),
        {
            "version": case.version,
            "reason": "amount_of_data",
            "text": "Your records lie in eleven systems.",
            "meanwhile": "You get the contract data this week.",
        },
        follow=True,
    )

    case.refresh_from_db()
    assert case.extended
    assert wording.day_with_weekday(due(case.due_on)) in page
    assert wording.day_with_weekday(due(case.due_on)) in text(response)
    assert "eleven systems" in letter_text("L-05")


def test_T_18_only_reasons_of_the_law_can_be_sent(otto, received):
    case = make_case(at=received)

    page = text(
        otto.post(
            url(case, "extend"), {"version": case.version, "reason": "staff_holidays", "text": "x", "meanwhile": "x"}
        )
    )

    assert "There is a problem" in page
    assert not Case.objects.get(pk=case.pk).extended


def test_T_17_extending_too_late_says_until_when_it_was_possible(otto):
    case = make_case(at=timezone.now() - timedelta(days=40))

    page = text(otto.get(url(case, "extend")))

    assert f"The notice had to reach the person by {wording.day(due(case.first_month_due_on))}" in page


def test_T_19_refusing_with_ground_reason_and_advice(otto, received):
    case = handled(make_case(at=received))

    response = otto.post(
        url(case, "refuse"),
        {
            "version": case.version,
            "ground": "not_controller",
            "reason": "The line belongs to another provider.",
            "advice": "Please ask Southwave.",
        },
        follow=True,
    )

    assert Case.objects.get(pk=case.pk).state == "refused"
    page = text(response)
    assert "Refused" in page
    assert "We are not the controller of these data" in page
    assert "Southwave" in letter_text("L-07")


@pytest.mark.parametrize("right", Right)
def test_the_refusal_form_offers_the_grounds_of_the_right_and_asks_for_what_they_need(otto, received, right):
    case = handled(make_case(at=received, rights=(right,)))
    Case.objects.filter(pk=case.pk).update(state="assessing")

    page = text(otto.get(url(case, "refuse")))

    offered_grounds = {value.split('"')[0] for value in page.split('name="ground" value="')[1:]}
    assert offered_grounds == {ground.value for ground in GROUNDS[right]}
    assert ("balancing" in page) == (right is Right.OBJECTION)
    assert "late_refusal" not in page


def opinion(client, case: Case, kind: str) -> None:
    """The data protection officer's word on file."""
    values = {"version": Case.objects.get(pk=case.pk).version, "kind": kind, "stance": "agrees", "text": "Agreed."}
    assert client.post(reverse("desk:opinion", args=[case.pk]), values).status_code == 302


def test_T_20_a_late_refusal_asks_for_the_mark_and_the_officer(otto, signed_in):
    case = handled(make_case(at=timezone.now() - timedelta(days=45)))
    sent = {"version": case.version, "ground": "not_controller", "reason": "x", "advice": "y"}
    blocked = otto.get(url(case, "refuse"))
    assert blocked.status_code == 409
    assert "Put the consultation of the data protection officer on file first" in text(blocked)

    opinion(signed_in("dora"), case, "fee")  # about something else
    sent["version"] = Case.objects.get(pk=case.pk).version
    assert otto.post(url(case, "refuse"), {**sent, "late_refusal": "on"}).status_code == 409
    opinion(signed_in("dora"), case, "late_refusal")
    sent["version"] = Case.objects.get(pk=case.pk).version
    assert "late_refusal" in text(otto.get(url(case, "refuse")))
    without = otto.post(url(case, "refuse"), sent)
    assert without.status_code == 409
    assert "Now it takes the mark “late refusal”" in text(without)
    assert otto.post(url(case, "refuse"), {**sent, "late_refusal": "on"}).status_code == 302
    assert Case.objects.get(pk=case.pk).state == "refused"


def test_F_06_twelve_five_asks_for_evidence_and_the_officer(mara, otto, signed_in, received):
    case = handled(make_case(at=received))
    sent = {"version": case.version, "ground": "unfounded_or_excessive", "reason": "x", "advice": "y"}

    assert "evidence form" in text(otto.post(url(case, "refuse"), sent))
    form = {"history": "Three answers.", "changes": "None.", "conduct": "Threats.", "conclusion": "Refuse."}
    page = reverse("desk:evidence", args=[case.pk])
    assert otto.post(page, {**form, "version": case.version, "conduct": ""}).status_code == 200  # F-02: a count is none
    assert mara.post(page, {**form, "version": case.version}).status_code == 302
    sent["version"] = Case.objects.get(pk=case.pk).version
    assert "Consult the data protection officer" in text(otto.post(url(case, "refuse"), sent))
    assert (
        mara.post(
            reverse("desk:opinion", args=[case.pk]), {**sent, "kind": "excessive", "stance": "agrees", "text": "x"}
        ).status_code
        == 409
    )
    opinion(signed_in("dora"), case, "excessive")
    sent["version"] = Case.objects.get(pk=case.pk).version
    assert otto.post(url(case, "refuse"), sent).status_code == 302


def test_a_letter_that_lacks_something_names_it_and_stops_the_step(otto, snapshot, received):
    case = handled(make_case(at=received))
    Controller.objects.update(authority_name="")
    before = snapshot(case)

    response = otto.post(
        url(case, "refuse"),
        {"version": case.version, "ground": "not_controller", "reason": "kept words", "advice": "y"},
    )

    assert response.status_code == 409
    assert "The letter lacks:" in text(response)
    assert "kept words" in text(response)
    assert snapshot(case) == before


def test_L_18_staff_withdraw_on_her_written_word(mara, received):
    case = make_case(at=received)

    mara.post(url(case, "withdraw"), {"version": case.version, "proof": "E-mail of 16 June."})

    assert Case.objects.get(pk=case.pk).state == "withdrawn"
    assert Letter.objects.filter(code="L-18", status="sent").exists()


def test_I_04_identity_confirmed_in_a_shop_brings_the_case_on(mara, demo_stores, received):
    case = make_case(at=received, identified=False)
    page = reverse("desk:identity", args=[case.pk])
    assert "Never copy or scan a document" in text(mara.get(page))

    sent = {
        "version": case.version,
        "method": "shop",
        "seen": "passport",
        "store": "billing",
        "customer_number": " NW-100001 ",
    }
    response = mara.post(page, sent, follow=True)

    case.refresh_from_db()
    assert (case.state, case.request.identity_level, case.request.identity_method) == ("assessing", 3, "shop")
    assert "NW-100001" in text(response)
    assert "In a shop" in text(response)


def test_confirming_an_identity_is_refused_to_others_and_on_an_old_page(
    signed_in, mara, snapshot, demo_stores, received
):
    case = make_case(at=received, identified=False)
    page = reverse("desk:identity", args=[case.pk])
    before = snapshot(case)
    sent = {
        "version": case.version,
        "method": "shop",
        "seen": "passport",
        "store": "billing",
        "customer_number": "NW-100001",
    }

    refused = signed_in("ines").post(page, sent)
    overtaken = mara.post(page, {**sent, "version": case.version - 1})

    assert (refused.status_code, overtaken.status_code) == (409, 409)
    assert "It takes: Handler or Privacy lead" in text(refused)
    assert "NW-100001" in text(overtaken)
    assert snapshot(case) == before


def test_a_search_that_waited_for_a_number_goes_on_with_it(mara, demo_stores, drain, received):
    from dsr.cases import answer
    from dsr.demo.people import by_position

    case = make_case(at=received, identified=False)
    staff = actors.staff(make_staff("mara"))
    identity.confirm(request=case.request, method="shop", known=(), actor=staff, now=timezone.now())
    answer.start_collection(case_id=case.pk, actor=staff, now=timezone.now())
    drain()
    assert ROLES["mara"] == ("handler",)
    waiting = text(mara.get(reverse("desk:case", args=[case.pk])))
    assert "Nobody knows yet who this person is in the stores" in waiting
    assert reverse("desk:identity", args=[case.pk]) in waiting

    case.refresh_from_db()
    mara.post(
        reverse("desk:identity", args=[case.pk]),
        {
            "version": case.version,
            "method": "shop",
            "seen": "passport",
            "store": "billing",
            "customer_number": by_position(2).customer_no,
        },
    )
    drain()

    case.refresh_from_db()
    assert case.state == "drafting"
