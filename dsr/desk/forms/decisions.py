"""The forms in which a right is decided in words: corrections claim by claim, an objection weighed, a decision reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases import corrections
from dsr.cases.decisions import Decision
from dsr.cases.scope import stores_of
from dsr.desk.forms.steps import CaseForm, words_field
from dsr.forms import dress
from dsr.fulfil.stores import label_of
from dsr.law.decisions import Claim
from dsr.law.letter_elements import Element
from dsr.law.letters import Outcome
from dsr.law.rights import Ground, Right
from dsr.wording import asked
from dsr.wording.choices import correction
from dsr.wording.corrections import STANDING, corrected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsr.models import Case

CLAIMS = (
    (Claim.ACCEPTED.value, gettext_lazy("Correct it as asked")),
    (Claim.STATEMENT.value, gettext_lazy("Leave it, and keep her statement beside it")),
    (Claim.REFUSED.value, gettext_lazy("Refuse it")),
)
CHOOSE = {"required": gettext_lazy("Choose one."), "invalid_choice": gettext_lazy("Choose one.")}


class StoresForm(CaseForm):
    """What the people who look after the systems have to do, and in which systems."""

    instruction = words_field(
        gettext_lazy("What has to be done in the systems"),
        gettext_lazy("Enter what the people who look after the systems have to do."),
        hint=gettext_lazy("They read this with the task. One task is made for each system."),
    )
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("In which systems"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one system.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = stores_of(self.case.controller)
        if not known:
            del self.fields["stores"]
            return
        field = self.fields["stores"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- for the type checker
        field.choices = [(name, label_of(config, self.language)) for name, config in known.items()]
        field.initial = list(known)

    def chosen(self) -> tuple[str, ...]:
        """The systems that get a task; none where the controller has none configured."""
        return tuple(self.cleaned_data.get("stores", ()))

    def last(self, *names: str) -> None:
        """Put these fields behind those of a subclass."""
        self.order_fields([name for name in self.fields if name not in names] + list(names))


class DecisionForm(StoresForm):
    """A form that makes a decision document."""

    def decision(self, typed: Mapping[str, Any]) -> Decision:
        """What was decided, for `dsr.cases.decisions.draft`; `typed` is kept so that the form opens again with it."""
        raise NotImplementedError


class RectifyForm(DecisionForm):
    """R-01 to R-04: each claim is accepted, answered with a statement beside the data, or refused, each with its reason."""

    checked = words_field(
        gettext_lazy("How you checked it"),
        gettext_lazy("Enter how you checked it. It stays in the file."),
        hint=gettext_lazy("Ask for no more proof than you need (R-07). The person does not read this."),
    )
    law = words_field(
        gettext_lazy("What the law says, where something is refused"), "", hint=gettext_lazy("The person reads it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claims = claims_of(self.case)
        sheet = corrections.sheet_of(self.case)
        self.settled = corrections.decided_of(sheet) if sheet and sheet.decided_at else ()
        for number, (what, wanted) in enumerate(self.claims):
            self._claim(number, what, wanted)
            if number < len(self.settled):
                self._settle(number, self.settled[number])
        self.fields["law"].required = self.fields["instruction"].required = False
        with translation.override(self.case.request.language):
            self.fields["law"].initial = wording.ground_law(Ground.ACCURATE, Right.RECTIFICATION)
        left = {number for number, one in enumerate(self.settled) if one.claim is Claim.REFUSED}
        wanted_now = (claim for number, claim in enumerate(self.claims) if number not in left)
        self.fields["instruction"].initial = "\n".join(f"{what}: {wanted}" for what, wanted in wanted_now)
        if corrections.plan_wanted(self.case):
            self._beside_the_plan(list(corrections.unread_of(sheet)))
        self.last("law", "checked", "instruction", "stores")
        dress(self)

    def _settle(self, number: int, settled: corrections.Decided) -> None:
        """What was decided under Corrections is not decided again; the words of the letter are a beginning, in her language."""
        self.fields[f"claim_{number}"].initial = settled.claim.value
        self.fields[f"claim_{number}"].disabled = True
        self.fields[f"claim_{number}"].help_text = _("Decided under Corrections.")
        with translation.override(self.case.request.language):
            if settled.reason is not None:
                self.fields[f"why_{number}"].initial = str(STANDING[settled.reason])
            self.fields[f"said_{number}"].initial = corrected(corrections.asked_of(self.case)[number])

    def _beside_the_plan(self, unread: list[str]) -> None:
        """The plan says what every store is to hold; by hand comes what no program reads, and whatever else is to be done."""
        self.fields["instruction"].label = _("What has to be done by hand besides the plan")
        self.fields["instruction"].initial = self.fields["instruction"].initial if unread else ""
        if "stores" in self.fields:
            self.fields["stores"].initial, self.fields["stores"].required = unread, False

    def _claim(self, number: int, what: str, wanted: str) -> None:
        self.fields[f"claim_{number}"] = forms.ChoiceField(
            label=f"{what}: {wanted}" if wanted else what,
            choices=CLAIMS,
            widget=forms.RadioSelect,
            error_messages=CHOOSE,
        )
        self.fields[f"said_{number}"] = words_field(
            _("What is different then, for the person"),
            "",
            hint=_("Old and new value, in her language. Needed unless you refuse it."),
            rows=2,
        )
        self.fields[f"why_{number}"] = words_field(
            _("Why not, for the person"), "", hint=_("Needed unless you correct it as asked."), rows=2
        )
        self.fields[f"said_{number}"].initial = f"{what}: {wanted}"
        self.fields[f"said_{number}"].required = self.fields[f"why_{number}"].required = False

    def clean(self) -> dict[str, Any]:
        """Each claim says what its decision needs."""
        data = super().clean() or self.cleaned_data
        for number in range(len(self.claims)):
            claim = data.get(f"claim_{number}")
            if claim and claim != Claim.REFUSED and not data.get(f"said_{number}", "").strip():
                self.add_error(f"said_{number}", _("Enter what is different then. The person reads it."))
            if claim and claim != Claim.ACCEPTED and not data.get(f"why_{number}", "").strip():
                self.add_error(f"why_{number}", _("Enter why not. The person reads it."))
        negative = any(data.get(f"claim_{number}") in {"refused", "statement"} for number in range(len(self.claims)))
        if negative and not data.get("law", "").strip():
            self.add_error("law", _("Enter what the law says about what you refuse."))
        if data.get("instruction", "").strip() and "stores" in self.fields and not data.get("stores"):
            self.add_error("stores", _("Choose at least one system."))
        return dict(data)

    def decision(self, typed: Mapping[str, Any]) -> Decision:
        """One line for each claim; anything that is not simply corrected makes the answer a partial one (12(4))."""
        data, numbers = self.cleaned_data, range(len(self.claims))
        kinds = [data[f"claim_{number}"] for number in numbers]
        done = tuple(data[f"said_{number}"].strip() for number in numbers if kinds[number] != Claim.REFUSED)
        why = [data[f"why_{number}"].strip() for number in numbers if kinds[number] != Claim.ACCEPTED]
        elements: dict[Element, str | tuple[str, ...]] = {Element.OLD_AND_NEW_VALUE: done}
        if why:
            elements |= {Element.REASONS_FACT: "\n\n".join(why), Element.REASONS_LAW: data["law"].strip()}
        outcome = Outcome.REFUSED if not done else Outcome.PARTLY if why else Outcome.GRANTED
        claims = [
            {"what": what, "wanted": wanted, "decision": kinds[number], "why": data[f"why_{number}"].strip()}
            for number, (what, wanted) in enumerate(self.claims)
        ]
        return Decision(
            outcome=outcome,
            elements=elements,
            # Nothing is asked of a system for the sake of what is refused.
            instruction=data["instruction"] if done else "",
            stores=self.chosen() if done else (),
            findings={"claims": claims, "checked": data["checked"].strip(), "typed": dict(typed)},
        )


def claims_of(case: Case) -> list[tuple[str, str]]:
    """What the person wants corrected, as (what, to which value); her words as one claim when she filled in no list."""
    content = case.request.content()
    listed = asked.of_right(content, case.right).get("corrections") or []
    found = [correction(item) for item in listed if isinstance(item, dict)]
    return found or [(_("What she asked for"), str(content.get("words", ""))[:400])]
