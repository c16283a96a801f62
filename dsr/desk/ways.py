"""Steps that some rights take in a way of their own: what is decided in words, paused at once, changed by people (5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy

from dsr.cases import closings, decisions, fees, restrictions
from dsr.desk.doing import Doing, plain, with_fields
from dsr.desk.forms import closing as forms
from dsr.desk.forms import restricting
from dsr.desk.forms.steps import ApproveForm, ReasonForm
from dsr.law.decisions import BY_DECISION, IN_WORDS
from dsr.law.letters import ANSWERS, LetterCode
from dsr.law.rights import FEE, Right
from dsr.law.workflow import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dsr.desk.forms.steps import CaseForm

_RESTRICTING: Final = frozenset({Right.RESTRICTION, Right.OBJECTION})
_CLOSED = gettext_lazy("Closed. The person has the letter.")
_ANSWER = gettext_lazy(
    "The letter says what was decided and where it was done. It goes out at once, and the case is closed."
)


def _begun() -> Iterator[tuple[Action, Doing]]:
    for right, form in ((Right.RESTRICTION, restricting.RestrictForm), (Right.OBJECTION, restricting.PauseForm)):
        yield (
            Action.RESTRICT_NOW,
            Doing(
                run=_restrict,
                form=form,
                rights=frozenset({right}),
                done=gettext_lazy(
                    "Restricted. Systems that a program can set are set now; for the others there are tasks under “By hand”."
                ),
                explains=gettext_lazy(
                    "It works at once, under a standing policy; somebody looks at it afterwards. Nothing is deleted."
                ),
            ),
        )
    yield (
        Action.STOP_NOW,
        Doing(
            run=with_fields(restrictions.stop_consent, "instruction", "stores"),
            form=forms.ConsentForm,
            rights=frozenset({Right.CONSENT_WITHDRAWAL}),
            done=gettext_lazy(
                "The consent counts no longer. Each system has a task; confirm them on the page “By hand”."
            ),
            explains=gettext_lazy("No proof and no reason is needed. What happened before stays lawful."),
        ),
    )
    yield (
        Action.RESUME_ASSESSMENT,
        Doing(
            run=plain(Action.RESUME_ASSESSMENT),
            rights=frozenset({Right.OBJECTION}),
            done=gettext_lazy("The use is paused. Now weigh the reasons."),
            concerns=lambda facts: not facts.approved_sha256,
        ),
    )


def _restrict(**bound: object) -> object:
    names = ("ground", "what", "duration", "instruction", "stores", "release_after", "scope", "parts", "look_again")
    return with_fields(_restricting, *names)(**bound)  # type: ignore[arg-type]


def _restricting(*, ground: str = "", **given: object) -> object:
    return restrictions.restrict(ground=ground, **given)  # type: ignore[arg-type]


def _decided() -> Iterator[tuple[Action, Doing]]:
    yield (
        Action.APPROVE,
        Doing(
            run=with_fields(decisions.approve, "manifest_sha256", "attested"),
            form=ApproveForm,
            rights=BY_DECISION,
            done=gettext_lazy(
                "Approved. What has to be changed in systems is asked of the people who look after them."
            ),
            page="decide",
        ),
    )
    yield (
        Action.PLAN_STALE,
        Doing(
            run=with_fields(decisions.take_back, "reason"),
            form=ReasonForm,
            rights=BY_DECISION,
            done=gettext_lazy("Taken back. The decision has to be written and approved anew."),
            explains=gettext_lazy("What was confirmed by hand stays done. The rest is cancelled."),
            concerns=lambda facts: bool(facts.approved_sha256),
        ),
    )


_CLOSING: Final[Mapping[Right, type[CaseForm]]] = {
    Right.RECTIFICATION: forms.CloseForm,
    Right.OBJECTION: forms.CloseForm,
    Right.RESTRICTION: forms.CloseForm,
    Right.CONSENT_WITHDRAWAL: forms.CloseConsentForm,
    Right.AUTOMATED_DECISION: forms.CloseReviewForm,
}
_CLOSE = with_fields(closings.close, "recipients", "paragraph", "late_refusal", "stopped", "production")


def _closed() -> Iterator[tuple[Action, Doing]]:
    for right in sorted(IN_WORDS):
        shared = {
            "run": _CLOSE,
            "form": _CLOSING[right],
            "rights": frozenset({right}),
            "letter": ANSWERS[right],
            "supplies": {"letter_ready": True},
            "done": _CLOSED,
            "explains": _ANSWER,
        }
        if right is Right.AUTOMATED_DECISION:
            yield Action.NOTIFY, Doing(**shared, label=Action.COMPLETE)  # type: ignore[arg-type]
            continue
        yield Action.COMPLETE, Doing(**shared, concerns=lambda facts: not facts.kept_remainder)  # type: ignore[arg-type]
        if right in BY_DECISION:
            partly = {**shared, "supplies": {"letter_ready": True, "late_refusal": True}}
            yield Action.COMPLETE_PARTLY, Doing(**partly, concerns=lambda facts: facts.kept_remainder)  # type: ignore[arg-type]


def _lifted() -> Iterator[tuple[Action, Doing]]:
    yield (
        Action.ANNOUNCE_LIFT,
        Doing(
            run=with_fields(restrictions.announce_lift, "lift_on", "result", "reason", "law", "paragraph"),
            form=restricting.AnnounceLiftForm,
            rights=_RESTRICTING,
            letter=LetterCode.RESTRICTION_LIFT,
            done=gettext_lazy("Announced. The person has the letter; lift it on the day it names."),
            concerns=lambda facts: facts.restriction_open,
        ),
    )
    yield (
        Action.LIFT_RESTRICTION,
        Doing(
            run=with_fields(restrictions.lift, "instruction"),
            form=restricting.LiftForm,
            rights=_RESTRICTING,
            done=gettext_lazy(
                "Lifted. What stood before is given back by program; for the other systems there are tasks under “By hand”."
            ),
            concerns=lambda facts: facts.restriction_open,
        ),
    )


FEES: Final[Mapping[Action, Doing]] = {
    Action.ANNOUNCE_FEE: Doing(
        run=with_fields(fees.announce, "amount", "basis", "why", "reason", "law", "paragraph"),
        form=forms.FeeForm,
        rights=FEE,
        letter=LetterCode.FEE_NOTICE,
        done=gettext_lazy("Announced. The case waits until the person answers."),
        explains=gettext_lazy(
            "Only with the evidence and the opinion of the data protection officer, both on the page “Unfounded or excessive”."
        ),
    ),
    Action.FEE_SETTLED: Doing(
        run=with_fields(fees.settle, "how", "note"),
        form=forms.SettleFeeForm,
        rights=FEE,
        done=gettext_lazy("Noted. The clock runs again, and the person is told the new date."),
    ),
}
WAYS: Final[Mapping[tuple[Action, Right], Doing]] = {
    (action, right): doing
    for part in (_begun(), _decided(), _closed(), _lifted())
    for action, doing in part
    for right in doing.rights
}
"""By action and right; what is not here is in `dsr.desk.steps.DOINGS`."""
