"""Letters as rows: frozen words, previews that are the sending rehearsed, what was sent stands still."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction

from dsr.audit import verify_case
from dsr.cases import actors, endings, identity, letter_content, letter_wordings, letters
from dsr.cases.letters import IncompleteLetterError
from dsr.cases.perform import ConflictError, RefusedError
from dsr.fulfil.letters import pdf_of, text_of
from dsr.law.letter_elements import Element
from dsr.law.letter_standing import Slot, to_write
from dsr.law.letters import LetterCode, Outcome
from dsr.models import Artifact, Case, Controller, Event, Letter, Message, SentLetterError, Task, User
from tests.factories import MONDAY, make_case, make_staff
from tests.letters import letter, text

pytestmark = pytest.mark.django_db
NOW = MONDAY + timedelta(days=1)
REFUSAL: dict[str, Any] = {
    "ground": "not_controller",
    "reason": "The line is another provider's.",
    "advice": "Ask Southwave.",
}
IMMUTABLE = ("update", "save", "delete", "row_delete", "bulk_update", "bulk_create")


def handled(**fields) -> Case:
    case = make_case(**fields)
    Case.objects.filter(pk=case.pk).update(handler=make_staff("mara"))
    found: Case = Case.objects.select_related("controller", "request").get(pk=case.pk)
    return found


def name_of(user: User | None) -> str:
    assert user is not None
    return user.display_name


def otto():
    return actors.staff(make_staff("otto", "lead"))


def mara():
    return actors.staff(make_staff("mara"))


def refusing(case: Case, *, now=NOW, **fields):
    return lambda by: endings.refuse(case_id=case.pk, actor=by, now=now, **{**REFUSAL, **fields})


def drafted(case: Case, *, actor=None, now=NOW, **fields) -> Letter:
    return letters.prepare(
        case_id=case.pk,
        action="refuse",
        fields={**REFUSAL, **fields},
        run=refusing(case, now=now, **fields),
        actor=actor or otto(),
        now=now,
    )


def dispatched(row: Letter, *, actor=None, now=NOW, **other) -> Letter:
    row.refresh_from_db()
    hashes = {"content_sha256": row.content_sha256, "pdf_sha256": row.pdf_sha256, **other}
    actor = actor or otto()
    run = partial(refusing(row.case, now=now), actor)
    return letters.dispatch(letter_id=row.pk, run=run, actor=actor, now=now, **hashes)


# --- what is sent ---


def test_a_sent_letter_holds_its_words_its_hash_stands_in_the_chain_and_a_mail_says_only_that_it_is_there():
    case = handled()
    endings.refuse(case_id=case.pk, actor=otto(), now=NOW, **REFUSAL)

    row = letter("L-07")
    said = row.content()["said"]
    assert row.content_sha256 == letter_content.digest(said)
    assert (row.channel, name_of(row.approved_by), row.sent_at) == ("mail", "Otto Example", NOW)
    event = Event.objects.get(action="letter_sent")
    assert event.data["letter_sha256"] == row.content_sha256
    assert verify_case(Case.objects.get(pk=case.pk)) == []
    mail = Message.objects.get(kind="new_letter").content()
    assert "Southwave" not in mail["body"]
    assert "Ask Southwave." in text("L-07")


def test_T_10_L_02_asks_for_a_concrete_doubt_and_offers_ways_without_a_passport():
    case = make_case(identified=False)

    identity.ask(case_id=case.pk, doubt="Two customers have this name.", seen_version=None, actor=mara(), now=NOW)

    words = text("L-02")
    assert "Two customers have this name." in words
    assert "make no copy" in words
    assert "stands still" in words
    assert Message.objects.filter(kind="identity_query").exists()


def test_L_01_is_a_letter_from_the_first_second_and_its_hash_is_in_the_first_event():
    case = make_case(identified=False)

    row = letter("L-01")
    assert Event.objects.get(case=case, seq=1).data["letter_sha256"] == row.content_sha256
    assert "15 July 2026" in text_of(row)
    assert not Task.objects.filter(letter=row).exists()  # laid out when somebody asks for it


def test_the_free_paragraph_stands_in_the_letter():
    endings.withdraw(case_id=make_case().pk, actor=mara(), now=NOW, proof="mail", paragraph="Thank you for calling.")

    assert "Thank you for calling." in text("L-18")


@pytest.mark.parametrize(
    "absent", ["authority_name", "authority_address", "legal_name", "address", "dpo_name", "dpo_email", "privacy_email"]
)
def test_5_1_a_controller_without_its_facts_sends_no_refusal(absent):
    case = handled()
    Controller.objects.update(**{absent: ""})

    with pytest.raises(IncompleteLetterError):
        endings.refuse(case_id=case.pk, actor=otto(), now=NOW, **REFUSAL)

    assert Case.objects.get(pk=case.pk).state == "assessing"
    assert not Letter.objects.filter(code="L-07").exists()


STATED = [
    code
    for code in LetterCode
    if code not in {LetterCode.ACKNOWLEDGEMENT, LetterCode.ACCESS_ANSWER, LetterCode.ERASURE_DONE}
]
EACH = [
    (code, outcome, element) for code in STATED for outcome in Outcome for element in to_write(code, outcome=outcome)
]


@pytest.mark.parametrize(("code", "outcome", "element"), EACH)
def test_5_1_no_letter_leaves_without_each_of_its_elements(code, outcome, element):
    case = make_case()
    whole = dict.fromkeys(to_write(code, outcome=outcome), "Said.")

    for empty in ({}, {element: " "}):
        elements = {key: value for key, value in whole.items() if key is not element} | empty
        with pytest.raises(IncompleteLetterError) as error:
            letters.send(case=case, code=code, elements=elements, outcome=outcome, now=NOW)
        assert error.value.elements == (element,)
    assert letters.send(case=case, code=code, elements=whole, outcome=outcome, now=NOW).status == "sent"


# --- preview = approval = sending ---


def test_a_preview_changes_nothing_but_the_draft():
    case = handled()

    row = drafted(case)

    assert Case.objects.get(pk=case.pk).state == "assessing"
    assert (row.status, name_of(row.drafted_by)) == ("draft", "Otto Example")
    assert not Letter.objects.filter(code="L-07", status="sent").exists()
    assert not Message.objects.filter(kind="new_letter").exists()
    assert (
        list(Event.objects.filter(case=case).order_by("seq").values_list("action", flat=True))[-1] == "letter_drafted"
    )


def test_preview_approval_sending_and_download_are_the_same_bytes(drain):
    row = drafted(handled())
    drain()
    row.refresh_from_db()
    previewed = b"".join(pdf_of(row))

    sent = dispatched(row)

    assert sent.pk == row.pk
    assert sent.status == "sent"
    assert b"".join(pdf_of(sent)) == previewed
    assert sent.pdf_sha256 == Artifact.objects.get(letters=sent).sha256
    assert Event.objects.get(action="letter_sent").data["pdf_sha256"] == sent.pdf_sha256
    assert Case.objects.get(pk=row.case_id).state == "refused"
    drain()
    assert Task.objects.filter(letter=sent).count() == 1


CHANGES = {
    "the authority moved": lambda _case: Controller.objects.update(authority_address="Neuer Weg 1"),
    "own words were written": lambda case: letter_wordings.write(
        controller=case.controller,
        code="L-07",
        language="en",
        texts={Slot.INTRO: "Hello."},
        actor=actors.staff(make_staff("dora", "dpo")),
        now=NOW,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_since_the_preview_is_not_sent(drain, change):
    case = handled()
    row = drafted(case)
    drain()
    CHANGES[change](case)

    with pytest.raises(RefusedError) as error:
        dispatched(row)

    assert error.value.refusal.code == "letter_changed"
    assert Case.objects.get(pk=case.pk).state == "assessing"
    assert not Letter.objects.filter(code="L-07", status="sent").exists()


def test_a_preview_of_yesterday_is_not_sent_today(drain):
    row = drafted(handled())
    drain()

    with pytest.raises(RefusedError) as error:
        dispatched(row, now=NOW + timedelta(days=1))
    assert error.value.refusal.code == "letter_changed"


@pytest.mark.parametrize("stale", ["content_sha256", "pdf_sha256"])
def test_only_the_hashes_on_the_screen_are_approved(drain, stale):
    row = drafted(handled())
    drain()

    with pytest.raises(RefusedError) as error:
        dispatched(row, **{stale: "0" * 64})
    assert error.value.refusal.code == "letter_changed"


def test_nothing_is_approved_before_it_can_be_looked_at():
    with pytest.raises(RefusedError) as error:
        dispatched(drafted(handled()))
    assert error.value.refusal.code == "letter_not_laid_out"


def test_a_letter_is_sent_once(drain):
    row = drafted(handled())
    drain()
    dispatched(row)

    with pytest.raises(RefusedError) as error:
        dispatched(row)
    assert error.value.refusal.code == "letter_settled"


def test_a_new_draft_voids_the_old_one_and_its_file_goes(drain):
    case = handled()
    first = drafted(case)
    drain()
    second = drafted(case, reason="Another reason.")
    first.refresh_from_db()

    assert (first.status, second.status) == ("void", "draft")
    assert Artifact.objects.get(letters=first).superseded_at == NOW
    letters.discard(letter_id=second.pk, actor=otto(), now=NOW)
    second.refresh_from_db()
    assert second.status == "void"


def test_4_0_7_a_handler_drafts_what_a_lead_sends(drain):
    row = drafted(handled(), actor=mara())
    drain()

    with pytest.raises(RefusedError) as error:
        dispatched(row, actor=mara())
    assert error.value.refusal.code == "role"
    sent = dispatched(row)
    assert (name_of(sent.drafted_by), name_of(sent.approved_by)) == ("Mara Example", "Otto Example")


@pytest.mark.parametrize("role", ["intake", "dpo", "auditor", "administrator", "reviewer"])
def test_4_3_nobody_else_drafts(role):
    with pytest.raises(RefusedError) as error:
        drafted(handled(), actor=actors.staff(make_staff("other", role)))
    assert error.value.refusal.code == "role"


def test_a_rehearsal_that_is_refused_leaves_no_draft():
    case = handled()

    with pytest.raises(RefusedError):
        drafted(case, ground="third_party_rights_nowhere")
    assert not Letter.objects.exclude(code="L-01").exists()
    assert not Event.objects.filter(action="letter_drafted").exists()


# --- what was sent stands still ---


@pytest.mark.parametrize("way", IMMUTABLE)
def test_4_2_a_sent_letter_is_neither_edited_nor_deleted(way):
    endings.withdraw(case_id=make_case().pk, actor=actors.subject(), now=NOW)
    row = letter("L-18")
    before = Letter.objects.filter(pk=row.pk).values().get()
    row.outcome = "refused"
    tries: dict[str, Any] = {
        "update": lambda: Letter.objects.filter(code="L-18").update(outcome="refused"),
        "save": row.save,
        "delete": lambda: Letter.objects.filter(code="L-18").delete(),
        "row_delete": row.delete,
        "bulk_update": lambda: Letter.objects.bulk_update([row], ["outcome"]),
        "bulk_create": lambda: Letter.objects.bulk_create(
            [row], update_conflicts=True, update_fields=["outcome"], unique_fields=["id"]
        ),
    }

    with pytest.raises(SentLetterError), transaction.atomic():
        tries[way]()
    assert Letter.objects.filter(pk=row.pk).values().get() == before


def test_the_file_is_attached_once_and_never_again(drain):
    endings.withdraw(case_id=make_case().pk, actor=actors.subject(), now=NOW)
    drain()
    row = letter("L-18")

    with pytest.raises(SentLetterError):
        Letter.objects.filter(pk=row.pk).update(artifact=None, pdf_sha256="")
    row.put({"said": {}})
    with pytest.raises(SentLetterError):
        row.save()


def test_two_letters_of_one_case_are_laid_out_side_by_side(drain):
    case = handled()
    endings.extend(
        case_id=case.pk, reason="amount_of_data", text="Eleven systems.", meanwhile="Nothing.", actor=otto(), now=NOW
    )
    endings.withdraw(case_id=case.pk, actor=actors.subject(), now=NOW)

    drain()

    assert {row.code for row in Letter.objects.exclude(pdf_sha256="")} == {"L-05", "L-18"}
    assert all(default_storage.exists(file.storage_name) for file in Artifact.objects.filter(kind="written"))


def test_a_letter_that_is_laid_out_holds_no_step_up():
    case = make_case()
    endings.extend(
        case_id=handled_again(case).pk,
        reason="amount_of_data",
        text="Many.",
        meanwhile="Nothing.",
        actor=otto(),
        now=NOW,
    )

    assert Task.objects.filter(operation="letter", status="queued").exists()
    assert endings.withdraw(case_id=case.pk, actor=actors.subject(), now=NOW).state == "withdrawn"
    assert not Task.objects.filter(status="cancelled").exists()


def handled_again(case: Case) -> Case:
    Case.objects.filter(pk=case.pk).update(handler=make_staff("mara"))
    return case


# --- the claim and the elements ---


def test_a_race_for_a_draft_is_a_conflict(drain):
    row = drafted(handled())
    drain()
    row.refresh_from_db()
    Letter.objects.filter(pk=row.pk).update(status="void")

    with pytest.raises(ConflictError):
        letters._leave(row, actor=otto(), now=NOW)


def test_elements_given_as_lines_stay_lines():
    case = make_case()
    elements: dict[Element, str | tuple[str, ...]] = {
        Element.CONCRETE_DOUBT: "Two.",
        Element.WHAT_IS_NEEDED: "This.",
        Element.ALTERNATIVES: ("One way.", "Another way."),
    }
    letters.send(case=case, code=LetterCode.IDENTITY_REQUEST, elements=elements, now=NOW)

    assert letter("L-02").content()["said"]["elements"]["alternatives"] == ["One way.", "Another way."]
