"""Floods without a CAPTCHA (ux.md 1.6): what comes in a crowd is held, counted, closed with a reason; who asks beside it is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dsr import alarms, crowd, vitals
from dsr.cases import actors, escalate, flood, messages, queue, waves
from dsr.cases.intake import Told
from dsr.cases.perform import RefusedError
from dsr.law.rights import Right
from dsr.law.workflow import State
from dsr.models import Case, Event, Message, Notice, Request, Suspicion
from dsr.wording.flood import MARKS
from tests.factories import MONDAY, make_controller, make_request, make_staff
from tests.portal.walk import file_access

pytestmark = pytest.mark.django_db
REASON = "The same words from three networks within a minute, addresses of a list."


class FromTheNet:
    """What the code reads of a request: where it came from."""

    def __init__(self, address: str) -> None:
        self.META = {"REMOTE_ADDR": address}


def filed(number: int, *, address: str, at: Any = MONDAY, **told: Any) -> Request:
    """One filing through the verbs that the portal uses, from an address."""
    words = {"name": f"Bot {number}", "words": "Everything.", "contact_email": f"bot{number}@example.net", **told}
    sent = make_request(told=Told(**words), at=at)
    crowd.watch(http=FromTheNet(address), sent=sent, marks=(), now=at)  # type: ignore[arg-type]
    return sent


def flooded(most: int, *, networks: int = 3) -> list[Request]:
    """So many filings within a minute from so many networks."""
    return [
        filed(n, address=f"192.0.{n % networks}.{n % 200}", at=MONDAY + timedelta(milliseconds=50 * n))
        for n in range(most)
    ]


def test_a_flood_is_held_and_a_person_beside_it_is_not(mailoutbox: Any) -> None:
    """ux.md 1.6: saved with reference and running clock, no mail to addresses somebody typed, out of the queue, counted by network."""
    controller, lead = make_controller(), make_staff("otto", "lead")
    requests = flooded(60)
    reference = file_access(Client(REMOTE_ADDR="198.51.100.7"))
    held = queue.held_cases(controller).count()
    numbers = queue.numbers(controller=controller, user=lead, today=MONDAY.date(), lost=0, held=held, saved={})[0].views
    assert numbers["held"] == 30  # of each network ten pass, as they would from a shop or a household
    assert numbers["open"] == 31
    real = Request.objects.get(reference=reference)
    assert not Suspicion.objects.filter(request=real).exists()
    assert Message.objects.get(request=real, kind="acknowledgement").status == Message.Status.QUEUED
    last = requests[-1].cases.get()
    assert (last.state, last.due_on is not None, last.request.reference[:4]) == (State.RECEIVED, True, "DSR-")
    assert Message.objects.get(request=requests[-1]).status == Message.Status.HELD
    assert Event.objects.get(case=last, action="held").data == {"reason": "network"}
    (wave,) = waves.waves(controller)
    assert (wave.number, len(wave.networks), wave.reasons, wave.alive) == (30, 3, {"network": 30}, 0)
    assert "192.0." not in str(list(Suspicion.objects.values_list("network", flat=True)))


def test_every_mark_has_words() -> None:
    assert set(MARKS) == {mark.value for mark in flood.Mark}


def test_rates_slide_and_names_of_a_template_do_not_count() -> None:
    """A template letter that many send carries other names; the very same filing three times an hour passes, the fourth is held."""
    assert not Suspicion.objects.exists()
    for n in range(8):
        filed(n, address=f"198.51.{n}.1", words="I hereby ask under Art. 15 for a copy of all my data.")
    assert not Suspicion.objects.exists()
    copies = [filed(99, address=f"203.0.{n}.1", at=MONDAY + timedelta(minutes=10 * n)) for n in range(4)]
    assert [Suspicion.objects.filter(request=one).exists() for one in copies] == [False, False, False, True]
    for n in range(6):  # everybody else's mailbox: the sixth mail in an hour is one too many
        filed(200 + n, address=f"203.0.{50 + n}.1", contact_email="victim@example.org")
    assert Suspicion.objects.filter(reasons=["same_contact"]).count() == 1
    assert [crowd.Rate("slides", 2, 60).over("x", at=at) for at in (0, 59, 61, 125)] == [False, False, True, False]


def test_letting_through_sends_the_receipt_and_proof_does_it_by_itself() -> None:
    requests = flooded(12, networks=1)
    handler, now = actors.staff(make_staff()), MONDAY + timedelta(hours=1)
    one = requests[-1]
    with pytest.raises(RefusedError):
        flood.let_through(request=one, actor=actors.staff(make_staff("ines", "intake")), now=now)
    flood.let_through(request=one, actor=handler, now=now)
    assert Message.objects.get(request=one).status == Message.Status.QUEUED
    assert Event.objects.filter(case__request=one, action="let_through").count() == 1
    with pytest.raises(RefusedError) as twice:
        flood.let_through(request=one, actor=handler, now=now)
    assert twice.value.refusal.code == "not_held"


def test_12_4_what_was_closed_as_automated_is_taken_up_by_its_sender() -> None:
    """11(2), 12(4): closed with a reason and without a letter; taken up, it is a request of the day it came in (T-02)."""
    request, handler, now = flooded(11, networks=1)[-1], actors.staff(make_staff()), MONDAY + timedelta(hours=1)
    case = request.cases.get()
    with pytest.raises(RefusedError) as reasonless:
        flood.dismiss(request=request, reason=" ", actor=handler, now=now)
    assert reasonless.value.refusal.code == "reason_missing"
    flood.dismiss(request=request, reason=REASON, actor=handler, now=now)
    closed = Case.objects.get(pk=case.pk)
    assert (closed.state, closed.closed_at) == (State.NOT_IDENTIFIED, now)
    assert Message.objects.get(request=request).status == Message.Status.HELD
    flood.take_up(request=request, actor=actors.subject(), now=now + timedelta(days=3))
    again = Case.objects.get(pk=case.pk)
    assert (again.state, again.closed_at, again.due_on) == (State.RECEIVED, None, case.due_on)
    assert Message.objects.get(request=request).status == Message.Status.QUEUED
    assert Suspicion.objects.get(request=request).outcome == "taken_up"
    with pytest.raises(RefusedError):
        flood.dismiss(request=request, reason=REASON, actor=handler, now=now)


def test_a_lead_closes_what_is_left_of_a_wave_and_nobody_who_lives_is_in_it() -> None:
    """Who wrote, came back to the page of the request or proved something is decided on by itself; the rest has an event each."""
    controller, lead, now = make_controller(), actors.staff(make_staff("otto", "lead")), MONDAY + timedelta(hours=1)
    requests = flooded(16, networks=1)[10:]
    messages.from_subject(request=requests[0], text="I am real.", now=now)
    flood.alive(request=requests[1], now=now)
    Request.objects.filter(pk=requests[2].pk).update(identity_level=2)
    (wave,) = waves.waves(controller)
    assert (wave.number, wave.alive) == (6, 3)
    with pytest.raises(RefusedError):
        waves.dismiss_wave(
            controller=controller, since=wave.since, reason=REASON, actor=actors.staff(make_staff()), now=now
        )
    assert waves.dismiss_wave(controller=controller, since=wave.since, reason=REASON, actor=lead, now=now, most=2) == 2
    assert waves.dismiss_wave(controller=controller, since=wave.since, reason=REASON, actor=lead, now=now) == 1
    assert Event.objects.filter(action="dismiss").count() == 3
    assert {one.cases.get().state for one in requests[:3]} == {State.RECEIVED}
    assert waves.dismiss_wave(controller=controller, since=wave.since, reason=REASON, actor=lead, now=now) == 0


def test_the_page_of_what_is_held(client: Client) -> None:
    """Staff see count, networks and reasons, let one through, and a handler gets no button for the whole wave."""
    requests = flooded(13, networks=1)[10:]
    client.force_login(make_staff("otto", "lead"))
    page = client.get("/desk/held/").content.decode()
    assert "3 held since" in page
    assert "1 network" in page
    assert "Many requests from one network within a minute: 3" in page
    wave = Suspicion.objects.first()
    assert wave is not None
    assert client.post("/desk/held/wave/", {"since": wave.wave.isoformat(), "reason": ""}).status_code == 422
    case = requests[0].cases.get()
    assert client.get(f"/desk/cases/{case.pk}/do/dismiss/").status_code == 200
    assert "Held since 15 June 2026, 10:00" in client.get(f"/desk/cases/{case.pk}/").content.decode()
    assert client.post(f"/desk/held/{case.pk}/let-through/").status_code == 302
    assert client.post("/desk/held/wave/", {"since": wave.wave.isoformat(), "reason": REASON}).status_code == 302
    assert "Nothing is held" in client.get("/desk/held/").content.decode()
    assert Case.objects.get(pk=case.pk).state == State.RECEIVED


def test_leads_hear_once_a_day_and_the_ladder_does_not_climb_a_thousand_times() -> None:
    """Rules 1.7: held cases are one line a day, not a mail each; a proof lets its request through at the next tick."""
    controller, lead = make_controller(), make_staff("otto", "lead")
    requests = flooded(14, networks=1)
    Request.objects.filter(pk=requests[-1].pk).update(identity_level=1)
    late = MONDAY + timedelta(days=40)
    assert waves.look_after(now=late) == 2
    assert Suspicion.objects.get(request=requests[-1]).outcome == "released"
    assert waves.look_after(now=late + timedelta(hours=1)) == 0
    assert waves.look_after(now=late + timedelta(days=1)) == 1
    notice = Notice.objects.filter(user=lead, kind="flood").order_by("created_at")[0]
    said = notice.content()
    assert said["subject"] == "3 requests are held as part of a flood"
    assert "15 July 2026" in said["body"]
    escalate.climb(controller=controller, now=late)
    assert not Case.objects.filter(request__in=requests[10:-1], escalations__isnull=False).exists()
    assert Case.objects.filter(request__in=requests[:10], escalations__isnull=False).exists()
    assert [one.detail for one in alarms.of(vitals.gather(now=late)) if one.code == "requests_held"] == ["3"]


@pytest.mark.slow
def test_a_thousand_filings_in_a_minute_and_some_people_beside_them() -> None:
    """The thousand are held and counted, the people get their receipts, and one lead closes the thousand in four presses."""
    controller, lead = make_controller(), make_staff("otto", "lead")
    now = timezone.now()
    for n in range(1000):
        filed(n, address=f"192.0.{n % 3}.{n % 200}", at=now + timedelta(milliseconds=50 * n))
    real = [file_access(Client(REMOTE_ADDR=f"198.51.100.{n}")) for n in range(3)]
    assert not Suspicion.objects.filter(request__reference__in=real).exists()
    (wave,) = waves.waves(controller)
    assert wave.number >= 900
    actor, closed = actors.staff(lead), 0
    while done := waves.dismiss_wave(
        controller=controller, since=wave.since, reason=REASON, actor=actor, now=timezone.now()
    ):
        closed += done
    assert closed == wave.number
    assert Case.objects.filter(request__reference__in=real, state=State.RECEIVED, right=Right.ACCESS).count() == 3
