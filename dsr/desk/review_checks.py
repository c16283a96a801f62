"""What is looked at before an answer is handed on and before it is approved (ux.md 2.3, four eyes).

The checklist is the row of the workflow table itself, guard by guard (`dsr.law.checklist`): green is what the step accepts,
red what it refuses, in the words of the refusal and with the way to mend it. What stands beside it is good to know and
stops nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr import wording
from dsr.cases.facts import current_plan, facts_of
from dsr.fulfil.locate import COPIES
from dsr.law.checklist import checklist
from dsr.law.codes import Guard, RefusalCode
from dsr.law.decisions import BY_DECISION, Opinion
from dsr.law.rights import Right
from dsr.models import Case, Task
from dsr.wording.checks import CONTENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from dsr.law.checklist import Check
    from dsr.law.workflow import Action, Actor

# About what the data protection officer is asked where a guard misses her word.
ASKS: Final[Mapping[RefusalCode, Opinion]] = {
    RefusalCode.LEAD_OR_DPO: Opinion.ERASURE,
    RefusalCode.RETENTION_NEEDS_DPO: Opinion.RETENTION,
    RefusalCode.LATE_REFUSAL_NEEDS_DPO: Opinion.LATE_REFUSAL,
}


@dataclass(frozen=True, slots=True)
class Tick:
    """One line; `kind`: ok, warn (good to know) or bad (the step is refused). `url` leads to where it is mended; `ask` is what
    the data protection officer is asked about with one click.
    """

    kind: str
    words: str
    url: str = ""
    ask: str = ""

    @property
    def icon(self) -> str:
        """The sign beside the words."""
        return {"ok": "circle-check", "warn": "triangle-alert", "bad": "circle-alert"}[self.kind]


def checks(case: Case, action: Action, actor: Actor, *, now: datetime) -> list[Tick]:
    """The checklist of `action` for this case and actor, as `perform` will judge it."""
    return [_line(case, check) for check in checklist(facts_of(case, now=now), action, actor)]


def _line(case: Case, check: Check) -> Tick:
    if check.refusal is None:
        return Tick("ok", str(CONTENT[check.guard]))
    code = RefusalCode(check.refusal.code)
    ask = ASKS[code].value if code in ASKS else ""
    return Tick("bad", wording.refusal(check.refusal), _mend(case, check.guard, code), ask)


def _mend(case: Case, guard: Guard, code: RefusalCode) -> str:
    """The page on which this is put right; empty where somebody else has to act."""
    right = Right(case.right)
    made = "draft" if right in COPIES else "decide" if right in BY_DECISION else "plan"
    pages = {
        Guard.IDENTITY_SUFFICIENT: "identity",
        Guard.STORES_ANSWERED: "case",
        Guard.REDACTED: "redaction",
        Guard.PACKAGE_READY: made,
        Guard.MANIFEST_BOUND: made,
        Guard.RETENTION_ADVISED: "consultation",
        Guard.REMAINDER_IN_TIME: "consultation",
    }
    name = "consultation" if code is RefusalCode.DPO_OBJECTS or code in ASKS else pages.get(guard, "")
    return reverse(f"desk:{name}", args=[case.pk]) if name else ""


def ticks(case: Case, *, today: date) -> list[Tick]:
    """What is good to know beside the checklist: what was left out, who has to be told, the date, the language."""
    return [*_waived(case), *_recipients(case), *_dates(case, today), _language(case)]


def _waived(case: Case) -> Iterator[Tick]:
    waived = case.tasks.filter(operation="collect", status=Task.Status.WAIVED).count()
    if waived:
        words = ngettext(
            "%(n)s store was left out; the letter says so.", "%(n)s stores were left out; the letter says so.", waived
        )
        yield Tick("warn", words % {"n": waived})


def _recipients(case: Case) -> Iterator[Tick]:
    plan = current_plan(case)
    named = {name for line in plan.summary for name in line.get("recipients", [])} if plan else set()
    if named:
        words = ngettext(
            "%(n)s recipient has to be told afterwards (Art. 19).",
            "%(n)s recipients have to be told afterwards (Art. 19).",
            len(named),
        )
        yield Tick("warn", words % {"n": len(named)})


def _dates(case: Case, today: date) -> Iterator[Tick]:
    if case.due_on is None:
        yield Tick("warn", _("The clock stands still."))
    elif today > case.due_on:
        yield Tick("warn", _("The answer is late; it was due %(day)s.") % {"day": wording.day(case.due_on)})
    else:
        yield Tick("ok", _("In time: due %(day)s.") % {"day": wording.day_with_weekday(case.due_on)})


def _language(case: Case) -> Tick:
    language = case.request.language
    name = dict(settings.LANGUAGES).get(language, language)
    return Tick("ok", _("In the language of the request: %(language)s.") % {"language": name})
