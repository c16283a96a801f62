"""perform() is the only writer of a state: the table decides, one of many wins, one event a change."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from dsr.audit import verify_case
from dsr.cases import actors, answer, identity
from dsr.cases.perform import ConflictError, RefusedError, assign, perform, record
from dsr.law.workflow import Action, State
from dsr.models import Case, Event, EventNote
from tests.factories import ATTESTED, MONDAY, make_case, make_controller, make_staff, make_user

LATER = MONDAY + timedelta(hours=1)


@pytest.mark.django_db
def test_a_step_changes_state_version_and_chain_together():
    case = make_case(identified=False)

    after = perform(
        case_id=case.pk,
        action=Action.WITHDRAW,
        actor=actors.subject(),
        now=LATER,
        extra_facts={"withdrawal_confirmed": True, "letter_ready": True},
    )

    assert (after.state, after.version, after.closed_at) == (State.WITHDRAWN, 2, LATER)
    assert list(
        Event.objects.filter(case=case).order_by("seq").values_list("seq", "action", "from_state", "to_state")
    ) == [
        (1, "received", "", "received"),
        (2, "withdraw", "received", "withdrawn"),
    ]
    assert verify_case(Case.objects.get(pk=case.pk)) == []


@pytest.mark.django_db
def test_a_refused_step_changes_nothing_and_says_why():
    case = make_case(identified=False)
    mara = actors.staff(make_staff())

    with pytest.raises(RefusedError) as error:
        perform(case_id=case.pk, action=Action.ACCEPT, actor=mara, now=LATER)

    assert error.value.refusal.code == "identity_too_low"
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.state, fresh.version, Event.objects.filter(case=case).count()) == ("received", 1, 1)


@pytest.mark.django_db
def test_a_stale_version_is_a_conflict():
    case = make_case()
    record(case_id=case.pk, kind="noted", actor=actors.SYSTEM, now=LATER)

    with pytest.raises(ConflictError):
        perform(
            case_id=case.pk, action=Action.START_COLLECTION, actor=actors.SYSTEM, now=LATER, seen_version=case.version
        )


@pytest.mark.django_db
def test_notes_are_sealed_and_the_chain_holds_their_commitment():
    case = make_case()

    record(case_id=case.pk, kind="noted", actor=actors.SYSTEM, now=LATER, note="Anna phoned")

    event = Event.objects.get(case=case, action="noted")
    note = EventNote.objects.get(event=event)
    assert b"Anna" not in bytes(note.sealed)
    assert note.content()["text"] == "Anna phoned"
    assert "Anna" not in str(event.data)
    assert verify_case(Case.objects.get(pk=case.pk)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"), [("data", {"x": 1}), ("action", "approve"), ("actor_id", "mallory"), ("to_state", "completed")]
)
def test_a_changed_event_breaks_the_chain(field, value):
    case = make_case()

    Event.objects.filter(case=case, seq=1).update(**{field: value})

    assert "hash" in {fault.code for fault in verify_case(Case.objects.get(pk=case.pk))}


@pytest.mark.django_db
def test_a_removed_event_breaks_the_chain():
    case = make_case()
    Event.objects.filter(case=case, seq=1).delete()

    assert {"gap", "link"} <= {fault.code for fault in verify_case(Case.objects.get(pk=case.pk))}


@pytest.mark.django_db
def test_a_removed_tail_breaks_the_chain():
    case = make_case()
    record(case_id=case.pk, kind="noted", actor=actors.SYSTEM, now=LATER)
    Event.objects.filter(case=case, seq=case.version + 1).delete()

    assert {fault.code for fault in verify_case(Case.objects.get(pk=case.pk))} == {"head"}


@pytest.mark.django_db
def test_free_text_does_not_fit_into_an_event():
    case = make_case()

    with pytest.raises(ValueError, match="free text belongs into its note"):
        record(case_id=case.pk, kind="noted", actor=actors.SYSTEM, now=LATER, data={"said": "x" * 201})


@pytest.mark.django_db
def test_a_case_is_assigned_to_staff_of_the_same_controller_only():
    case, mara = make_case(), make_staff()
    assign(case_id=case.pk, to=mara, actor=actors.staff(mara), now=LATER)
    assert Case.objects.get(pk=case.pk).assignee == mara

    for stranger in (make_staff("paul", controller=make_controller("southwave")), make_user()):
        with pytest.raises(RefusedError):
            assign(case_id=case.pk, to=stranger, actor=actors.staff(mara), now=LATER)
    assert Case.objects.get(pk=case.pk).assignee == mara


@pytest.mark.django_db
def test_4_3_who_handled_or_submitted_cannot_approve():
    mara, otto = make_staff("mara", "handler", "lead"), make_staff("otto", "lead")
    case = make_case()
    Case.objects.filter(pk=case.pk).update(state="review", preparer=mara, manifest_sha256="a" * 64)

    with pytest.raises(RefusedError) as error:
        answer.approve(
            case_id=case.pk, manifest_sha256="a" * 64, actor=actors.staff(mara), now=LATER, attested=ATTESTED
        )
    assert error.value.refusal.code == "same_person"
    with pytest.raises(RefusedError) as error:
        answer.approve(
            case_id=case.pk, manifest_sha256="b" * 64, actor=actors.staff(otto), now=LATER, attested=ATTESTED
        )
    assert error.value.refusal.code == "manifest_changed"

    approved = answer.approve(
        case_id=case.pk, manifest_sha256="a" * 64, actor=actors.staff(otto), now=LATER, attested=ATTESTED
    )

    assert (approved.state, approved.approved_sha256, approved.decider) == ("approved", "a" * 64, otto)


def race(work, threads: int) -> list[object]:
    """Run `work` in many threads at once; returns what each returned or raised."""
    barrier = threading.Barrier(threads)
    results: list[object] = [None] * threads

    def one(number: int) -> None:
        barrier.wait()
        try:
            results[number] = work()
        except Exception as error:  # noqa: BLE001 -- the outcome is what the test looks at
            results[number] = error
        finally:
            connection.close()

    workers = [threading.Thread(target=one, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_twenty_people_press_at_once_and_one_wins():
    case, mara = make_case(identified=False), actors.staff(make_staff())
    version = case.version

    results = race(
        lambda: identity.ask(case_id=case.pk, doubt="unknown address", seen_version=version, actor=mara, now=LATER), 20
    )

    winners = [result for result in results if isinstance(result, Case)]
    losers = [result for result in results if not isinstance(result, Case)]
    assert (len(winners), len(losers)) == (1, 19), results
    assert all(isinstance(result, (ConflictError, RefusedError)) for result in losers), losers
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.state, fresh.suspensions.count(), fresh.events.filter(action="ask_identity").count()) == (
        "id_pending",
        1,
        1,
    )
    assert verify_case(fresh) == []


@pytest.mark.django_db(transaction=True)
def test_twenty_facts_recorded_at_once_all_stand_in_the_chain():
    case = make_case()

    results = race(lambda: record(case_id=case.pk, kind="noted", actor=actors.SYSTEM, now=LATER), 20)

    assert not [result for result in results if not isinstance(result, Case)]
    fresh = Case.objects.get(pk=case.pk)
    assert fresh.events.filter(action="noted").count() == 20
    assert verify_case(fresh) == []
