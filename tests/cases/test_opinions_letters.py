"""What the data protection officer said of a letter counts for the text she read, or the first one after her words (T-13, T-20, 12(5))."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from dsr.cases import actors, consultation, opinions
from dsr.cases.perform import RefusedError
from dsr.law.decisions import Opinion
from dsr.models import Letter
from tests.cases.test_letters import NOW, drafted, handled, otto, refusing
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def advise(case: Any, at: Any) -> None:
    dora = actors.staff(make_staff("dora", "dpo"))
    consultation.give(case_id=case.pk, about="late_refusal", stance="agrees", text="Fine.", actor=dora, now=at)


def test_T_20_another_text_of_a_late_refusal_asks_the_officer_again():
    """4.0.7, T-20: a draft of another text may be written, so that she can read it; it leaves when she has."""
    case = handled()
    advise(case, NOW)
    drafted(case, now=NOW + timedelta(minutes=1))  # the first text after her words is the one she spoke of
    changed = {"reason": "We do not know her."}
    drafted(case, now=NOW + timedelta(minutes=2), **changed)

    with pytest.raises(RefusedError) as refused:
        refusing(case, now=NOW + timedelta(minutes=3), **changed)(otto())
    assert refused.value.refusal.code == "opinion_on_other_text"
    assert not Letter.objects.filter(case=case, code="L-07", status="sent").exists()

    advise(case, NOW + timedelta(minutes=4))
    event = case.events.filter(action="dpo_opinion").latest("seq")
    assert event.data["letters"] == {"L-07": str(Letter.objects.get(code="L-07", status="draft").pk)}
    with pytest.raises(RefusedError):  # the earlier text is another one by now
        refusing(case, now=NOW + timedelta(minutes=5))(otto())
    refusing(case, now=NOW + timedelta(minutes=6), **changed)(otto())
    assert Letter.objects.filter(case=case, code="L-07", status="sent").count() == 1


def test_12_5_an_opinion_on_a_fee_rests_on_the_form_and_on_the_round():
    """12(5), 4.0.7: another evidence form, or another round after a dispute, begins without it."""

    def event(action: str, **data: Any) -> Any:
        return SimpleNamespace(pk=0, action=action, data=data)

    given = [event("dpo_opinion", kind=kind.value, stance="agrees") for kind in (Opinion.FEE, Opinion.LATE_QUESTION)]

    def advised(*events: Any) -> frozenset[str]:
        found: frozenset[str] = opinions.on_file(events, manifest_sha256="")["advised"]
        return found

    assert advised(*given) == {"fee", "late_question"}
    assert advised(*given, event(opinions.FILED)) == {"late_question"}
    assert advised(*given, event(opinions.ROUND)) == frozenset()
