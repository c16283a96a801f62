"""Which letters a case may send now, and how each is written: with the form of its step, or freely (ux.md 2.3 "Letter composer")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases import free_letters, letter_content
from dsr.cases.duties import Duty, duty_refusal
from dsr.cases.facts import facts_of
from dsr.cases.free_letters import FREE, MARK
from dsr.desk import steps
from dsr.desk.doing import Doing
from dsr.desk.forms.free import form_for
from dsr.law.letter_standing import FACTS, standing
from dsr.law.letters import REFUSALS, LetterCode, Outcome, required
from dsr.law.rights import Right
from dsr.law.workflow import STEPS, Action

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.desk.forms.steps import CaseForm
    from dsr.law.workflow import Actor, Refusal
    from dsr.models import Case, Letter

NEGATIVE: Final = frozenset({LetterCode.REFUSAL, LetterCode.NOT_IDENTIFIED, *REFUSALS.values()})


@dataclass(frozen=True, slots=True)
class Writable:
    """A letter that the case can send: which step sends it (none for a free one), and why not now."""

    code: LetterCode
    title: str
    label: str
    url: str
    why_not: str


def _free_run(code: LetterCode) -> Any:
    def run(*, case: Case, form: CaseForm, actor: Actor, now: datetime, seen: int) -> object:
        return free_letters.write(case_id=case.pk, code=code, actor=actor, now=now, seen_version=seen, **form.typed())  # type: ignore[attr-defined]

    return run


FREE_DOINGS: Final = {
    code: Doing(
        run=_free_run(code),
        form=form_for(code),
        letter=code,
        done=gettext_lazy("Sent."),
        explains=gettext_lazy("This letter takes no step of the case."),
    )
    for code in FREE
}


def doing_of(action: str, right: Right | str) -> Doing | None:
    """How the draft of a letter is written and sent: by its step, or as a free letter."""
    if action.startswith(MARK):
        return FREE_DOINGS.get(LetterCode(action.removeprefix(MARK)))
    return steps.doing_of(Action(action), right)


def label_of(case: Case, action: str) -> str:
    """The words on the button that sends it."""
    return _("Send the letter") if action.startswith(MARK) else steps.label_of(Action(action), case.right)


def refusal_of(case: Case, action: str, actor: Actor, *, now: datetime) -> Refusal | None:
    """Why this actor may not send it now, or None."""
    if action.startswith(MARK):
        refused = free_letters.possible(case, LetterCode(action.removeprefix(MARK)))
        return duty_refusal(actor, Duty.DRAFT) or refused
    return steps.step_refusal(case, Action(action), actor, now=now)


def change_url(letter: Letter) -> str:
    """Where the draft is changed."""
    return f"{reverse('desk:compose', args=[letter.case_id, letter.code])}?draft={letter.pk}"


def code_of(action: Action, case: Case) -> LetterCode | None:
    """The letter that a step of this case sends."""
    doing = steps.doing_of(action, case.right)
    if doing is None or doing.letter is None:
        return None
    return REFUSALS[Right(case.right)] if action is Action.REFUSE else doing.letter


def writables(case: Case, actor: Actor, *, now: datetime) -> list[Writable]:
    """Every letter that a step of this state sends, then the free ones; those not possible now with the reason."""
    found, facts = [], facts_of(case, now=now)
    for button in steps.buttons(case, actor, now=now, facts=facts):
        code, doing = code_of(button.action, case), steps.doing_of(button.action, case.right)
        if code is None or doing is None:
            continue
        refused = steps.step_refusal(case, button.action, actor, now=now, facts=facts)
        drafts = steps.may_draft(doing, refused, actor)
        found.append(
            Writable(
                code,
                wording.letter(code),
                button.label,
                _url(case, code, button.action),
                "" if drafts else button.why_not,
            )
        )
    for code in FREE:
        refused = duty_refusal(actor, Duty.DRAFT) or free_letters.possible(case, code)
        if refused is None or refused.code == "role":
            why_not = wording.refusal(refused) if refused else ""
            found.append(Writable(code, wording.letter(code), _("takes no step"), _url(case, code, None), why_not))
    return found


def _url(case: Case, code: LetterCode, action: Action | None) -> str:
    url = reverse("desk:compose", args=[case.pk, code.value])
    return f"{url}?step={action.value}" if action else url


def action_for(case: Case, code: LetterCode, wanted: str = "") -> str | None:
    """The step that sends this letter from this case (`wanted` of several), or the mark of a free letter; None for neither."""
    sending = [action for action in steps.ACTIONS if code_of(action, case) is code]
    for action in sending:
        if action.value == wanted:
            return action.value
    now_possible = [action for action in sending if any(case.state in step.sources for step in _rows(action, case))]
    if now_possible:
        return now_possible[0].value
    return f"{MARK}{code.value}" if code in FREE else None


def _rows(action: Action, case: Case) -> list[Any]:
    return [step for step in STEPS if step.action is action and Right(case.right) in step.rights]


@dataclass(frozen=True, slots=True)
class Block:
    """One thing the letter must say: `kind` is `fact`, `fixed` (locked) or `written`; `done` whether it is there."""

    name: str
    kind: str
    done: bool


def blocks(case: Case, code: LetterCode, said: dict[str, Any] | None, *, now: datetime) -> list[Block]:
    """What the law wants in this letter, in its order. Nothing of it can be deleted, only answered (rules 5.1)."""
    outcome = Outcome(said["outcome"]) if said else Outcome.REFUSED if code in NEGATIVE else Outcome.GRANTED
    bare = letter_content.frame(case=case, code=code, outcome=outcome, paragraph="", now=now) | {"elements": {}}
    absent = set(letter_content.lacking(said or bare))
    return [
        Block(
            name=wording.say(element),
            kind="fact" if element in FACTS else "fixed" if element in standing(code) else "written",
            done=element not in absent,
        )
        for element in required(code, outcome=outcome, regime=case.regime)
    ]


@dataclass(frozen=True, slots=True)
class Chip:
    """A value that the letter takes from the case or the controller; `url` leads to where a missing one is supplied."""

    name: str
    value: str
    url: str = ""


def chips(case: Case) -> list[Chip]:
    """What is merged into every letter, the missing ones with a way to supply them."""
    controller, content = case.controller, case.request.content()
    facts = f"{reverse('desk:letter-wordings')}#facts"
    return [
        Chip(_("Case number"), case.request.reference),
        Chip(_("Name"), str(content.get("name", "")), reverse("desk:case", args=[case.pk])),
        Chip(_("Received"), wording.day(case.received_on)),
        Chip(_("Due"), wording.day(case.due_on) if case.due_on else _("no date while the clock stands")),
        Chip(_("Company"), controller.legal_name, facts),
        Chip(_("Address of the company"), controller.address, facts),
        Chip(_("Data protection officer"), controller.dpo_name, facts),
        Chip(_("Supervisory authority"), controller.authority_name if controller.authority_address else "", facts),
    ]
