"""Uses that stop in the stores for good: an objection that was accepted (21(1), 17(1)(c)), a consent taken back (7(3), O-09).

A task for each store: what its data map has a switch for is stopped by program, with a plan of its own that rests on the approved
decision or on the standing policy; everything else goes to a person with the instruction. Nothing is silently skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dsr.cases import at_once, by_hand, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.perform import perform
from dsr.cases.scope import stores_of
from dsr.law.policies import POLICIES
from dsr.law.rights import IdentityLevel, Right
from dsr.law.workflow import Action, State
from dsr.models import Case, Plan, Task
from dsr.wording.asked import of_right

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from dsr.models import Request

ALL: Final = "all"
"""The code of all consents at once."""
# Where the codes of the uses stand among the sealed content of a case.
_USES: Final = "stopped_uses"


def begin(
    *, case: Case, uses: Iterable[str], instruction: str, stores: Sequence[str] | None, now: datetime
) -> list[Task]:
    """One task for each of `stores` (all of the controller when None); within the caller's transaction.

    Empty when no use is named or no store is chosen: then there is nothing for a program, and people do it. What an
    earlier round asked of people is over; its confirmations stand in the chain.
    """
    known, named = stores_of(case.controller), sorted(set(uses))
    names = [name for name in (known if stores is None else stores) if name in known]
    if not named or not names:
        return []
    earlier = Task.objects.filter(case=case, operation=by_hand.OPERATION).exclude(status=Task.Status.CANCELLED)
    earlier.update(status=Task.Status.CANCELLED)
    fresh = Case.objects.select_related("request", "controller").get(pk=case.pk)
    fresh.put(fresh.content() | {_USES: named})
    Case.objects.filter(pk=case.pk).update(sealed=fresh.sealed)
    by_hand.instruct(case=case, instruction=instruction, stores=names)
    return [tasks.ensure(case=case, operation=at_once.OPERATION, store=name, now=now, again=True) for name in names]


@transaction.atomic
def begin_withdrawn(*, request: Request, now: datetime) -> list[Case]:
    """Consents that somebody we know took back by choosing them stop at once, by the system under the policy (7(3), O-09, SC-14).

    Returns these cases. What was written in words, or asked by somebody whose records nobody knows yet, waits for a person.
    """
    policy = POLICIES[Right.CONSENT_WITHDRAWAL]
    waiting = request.cases.filter(
        right=Right.CONSENT_WITHDRAWAL, state__in=[State.RECEIVED, State.ASSESSING], unclassified=False
    ).select_related("controller", "request")
    begun = []
    for case in waiting.order_by("pk"):
        codes, texts = withdrawn(case)
        if not codes or request.identity_level < IdentityLevel.KNOWN or not stores_of(case.controller):
            continue
        with translation.override(settings.LANGUAGE_CODE):
            words = _("Stop everything that rests on this consent, and delete what rests on it alone: %(consent)s")
        moved = perform(
            case_id=case.pk,
            action=Action.STOP_NOW,
            actor=SYSTEM,
            now=now,
            data={"policy": policy.id, "policy_sha256": policy.sha256},
        )
        begin(case=moved, uses=codes, instruction=words % {"consent": "; ".join(texts)}, stores=None, now=now)
        begun.append(moved)
    return begun


def withdrawn(case: Case) -> tuple[list[str], list[str]]:
    """Codes and words of the consents a person chose from the list; none when she wrote of another one in her own words."""
    content = case.request.content()
    listed = of_right(content, case.right).get("consents") or []
    chosen = [item for item in listed if isinstance(item, dict) and item.get("code")]
    words = content.get("by_right", {}).get(case.right, {}).get("words", content.get("words", ""))
    if not chosen or str(words).strip():
        return [], []
    return [str(item["code"]) for item in chosen], [str(item.get("text", "")) for item in chosen]


def uses_of(case: Case) -> tuple[str, ...]:
    """The codes of the uses that are being stopped, as data maps name their purposes."""
    return tuple(case.content().get(_USES, ()))


def ask_person(task: Task, *, now: datetime) -> None:
    """The part of a store that no program can do goes to a person, in the transaction that finishes the program's task.

    Once in a round: what somebody has confirmed is not asked again when the program looks a second time.
    """
    asked = Task.objects.filter(case=task.case, store=task.store, operation=by_hand.OPERATION)
    if not asked.exclude(status=Task.Status.CANCELLED).exists():
        words = by_hand.instructions(task.case).get(task.store, "")
        by_hand.begin(case=task.case, instruction=words, stores=[task.store], now=now, beside=True)


def written(plan: Plan, *, now: datetime) -> None:
    """The plan of a store has been carried out and read back."""
    Plan.objects.filter(pk=plan.pk, status=Plan.Status.APPROVED).update(status=Plan.Status.APPLIED, applied_at=now)
