"""4.3: break-glass is for deputies of the data protection officer, lasts an hour, alarms, leaves a trace on the case, and decides
nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, glass
from dsr.cases.perform import RefusedError
from dsr.models import BreakGlass, Event, Notice, SetupEvent
from tests.factories import make_case, make_staff
from tests.portal.walk import text_of

pytestmark = pytest.mark.django_db
REASON = {"reason": "The officer is ill and the authority calls about this file."}


def browser(name: str, *roles: str) -> Client:
    client = Client()
    client.force_login(make_staff(name, *roles))
    return client


def test_4_3_a_deputy_reads_a_case_for_an_hour_and_everybody_who_watches_knows() -> None:
    case = make_case(name="Anna Secret")
    dana, dora, otto, mara = (
        browser("dana", "deputy"),
        browser("dora", "dpo"),
        browser("otto", "lead"),
        browser("mara", "handler"),
    )
    pages = [reverse(f"desk:{name}", args=[case.pk]) for name in ("case", "messages")]
    assert "Anna Secret" not in text_of(dana.get(pages[0]))
    assert dana.get(pages[1]).status_code == 403
    assert not Event.objects.filter(case=case, action="glass_read").exists()
    assert mara.get("/desk/break-glass/").status_code == 403

    assert "Enter a reason" in text_of(dana.post("/desk/break-glass/", {"reason": "ill"}))
    assert dana.post("/desk/break-glass/", REASON).status_code == 302
    told = set(Notice.objects.filter(kind="glass").values_list("user__display_name", flat=True))
    assert told == {"Dora Example", "Otto Example"}
    assert "You have opened the files already" in text_of(dana.post("/desk/break-glass/", REASON))

    assert "Anna Secret" in text_of(dana.get(pages[0]))
    assert dana.get(pages[1]).status_code == 200
    read = [event.data["page"] for event in Event.objects.filter(case=case, action="glass_read").order_by("seq")]
    assert read == ["case", "messages"]
    # What a browser says of itself hides no reading; only what a page asks for by itself is none.
    asked = {"HX-Request": "true"}
    for name in ("history", "live", "files"):
        dana.get(reverse(f"desk:{name}", args=[case.pk]), headers=asked)
    dana.post(reverse("desk:presence", args=[case.pk]), {"mode": "viewing"}, headers=asked)
    read = [event.data["page"] for event in Event.objects.filter(case=case, action="glass_read").order_by("seq")]
    assert read == ["case", "messages", "history", "files"]
    for watcher in (dora, otto):
        assert "Dana Example broke the glass" in text_of(watcher.get("/desk/"))
    assert "broke the glass" not in text_of(mara.get("/desk/"))
    assert "Anna Secret" not in text_of(dana.get("/desk/"))  # a list is not a case
    # It shows more and allows nothing more.
    dana.post(reverse("desk:assign", args=[case.pk]), {"assignee": ""})
    assert Event.objects.filter(case=case, action="assigned").count() == 0

    row = BreakGlass.objects.get()
    assert "has not ended yet" in text_of(otto.post(f"/desk/break-glass/{row.pk}/", REASON))
    assert otto.post(f"/desk/break-glass/{row.pk}/close/").status_code == 302
    assert dana.get(pages[1]).status_code == 403
    review = otto.get(f"/desk/break-glass/{row.pk}/")
    assert REASON["reason"] in text_of(review)
    assert case.request.reference in text_of(review)
    assert dana.get(f"/desk/break-glass/{row.pk}/").status_code == 403
    assert otto.post(f"/desk/break-glass/{row.pk}/", {"reason": "It was right."}).status_code == 302
    assert "It was right." in text_of(dora.get("/desk/break-glass/"))
    kinds = list(SetupEvent.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["glass_broken", "glass_closed", "glass_reviewed"]
    assert REASON["reason"].encode() not in bytes(BreakGlass.objects.get().sealed)


def test_4_3_it_ends_by_itself_is_reviewed_once_and_never_by_herself() -> None:
    now, dana, dora = timezone.now(), make_staff("dana", "deputy"), make_staff("dora", "dpo")
    deputy, officer = actors.staff(dana), actors.staff(dora)
    row = glass.open_glass(user=dana, reason="A call of the authority", actor=deputy, now=now)
    assert glass.open_for(dana, now=now + timedelta(minutes=59)) == row
    assert glass.open_for(dana, now=now + timedelta(minutes=60)) is None
    later = now + timedelta(hours=2)

    def refused(**said: object) -> str:
        with pytest.raises(RefusedError) as caught:
            glass.review(**{"glass_id": row.pk, "finding": "Looked at, in order", "now": later, **said})  # type: ignore[arg-type]
        return str(caught.value.refusal.code)

    assert refused(actor=deputy) == "role"
    both = actors.staff(make_staff("both", "dpo"))
    assert refused(actor=both, finding="ok") == "reason_missing"
    glass.review(glass_id=row.pk, finding="Looked at, in order", actor=officer, now=later)
    assert refused(actor=officer) == "glass_settled"
    with pytest.raises(RefusedError):
        glass.close_glass(glass_id=row.pk, actor=deputy, now=later)
    for name, role in (("mara", "handler"), ("otto", "lead"), ("adam", "auditor"), ("olga", "administrator")):
        one = make_staff(name, role)
        with pytest.raises(RefusedError):
            glass.open_glass(user=one, reason="I am curious about it", actor=actors.staff(one), now=now)
