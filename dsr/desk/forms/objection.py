"""The form in which an objection under Art. 21(1) is weighed: her situation, the interest, its necessity, what follows (O-01, O-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases import restrictions
from dsr.cases.decisions import Decision
from dsr.desk.forms.decisions import CHOOSE, DecisionForm
from dsr.desk.forms.steps import words_field
from dsr.forms import dress
from dsr.fulfil import switches
from dsr.law.letter_elements import Element
from dsr.law.letters import Outcome
from dsr.law.rights import Ground, Right

if TYPE_CHECKING:
    from collections.abc import Mapping


class ObjectionForm(DecisionForm):
    """O-01, O-02: her situation against our interests; what is refused in whole is a refusal, a step of its own."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        widget=forms.RadioSelect,
        choices=(
            (Outcome.GRANTED.value, gettext_lazy("The objection is accepted: all of it stops")),
            (Outcome.PARTLY.value, gettext_lazy("Accepted in part: something goes on")),
            (Outcome.REFUSED.value, gettext_lazy("Not accepted: a privacy lead refuses it with a ground")),
        ),
        error_messages=CHOOSE,
    )
    situation = words_field(
        gettext_lazy("Her particular situation"),
        gettext_lazy("Enter her reasons, as you understood them."),
        hint=gettext_lazy("Why does this use weigh on her more than on others? She need not prove it (Art. 21(1))."),
    )
    interests = words_field(
        gettext_lazy("Our interests, and whether they compel"),
        gettext_lazy("Enter which interests stand against it. An ordinary business interest is not enough."),
        hint=gettext_lazy(
            "Whose interest, which one exactly, and what happens to it if this person is left out? (Art. 21(1))"
        ),
    )
    necessity = words_field(
        gettext_lazy("Whether it is necessary"),
        gettext_lazy("Enter whether the purpose can be reached without the data of this person."),
        hint=gettext_lazy(
            "Could it be done with less data, for a shorter time, or without her? What can be done otherwise is not necessary."
        ),
    )
    erased = words_field(
        gettext_lazy("What is erased because of it, and what is not"),
        "",
        hint=gettext_lazy(
            "What rests on this use alone is erased without another request (Art. 17(1)(c)). What is needed for legal claims stays."
        ),
    )
    uses = forms.MultipleChoiceField(
        label=gettext_lazy("Uses that programs stop"),
        help_text=gettext_lazy(
            "Each chosen system stops them by itself where its data map says how; people get the rest as a task. Leave all"
            " empty when people do everything."
        ),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    said = words_field(
        gettext_lazy("The decision in a sentence, for the person"),
        gettext_lazy("Enter the decision in a sentence."),
        rows=2,
    )
    stopped = words_field(
        gettext_lazy("What stops, and what is deleted, for the person"),
        gettext_lazy("Enter what stops. What rests only on this use is deleted (Art. 17(1)(c))."),
    )
    balancing = words_field(
        gettext_lazy("How you weighed it, for the person"), "", hint=gettext_lazy("Needed where something goes on.")
    )
    reason = words_field(
        gettext_lazy("Why something goes on, for the person"), "", hint=gettext_lazy("Needed where something goes on.")
    )
    law = words_field(
        gettext_lazy("What the law says, for the person"), "", hint=gettext_lazy("Needed where something goes on.")
    )
    _PARTLY = ("balancing", "reason", "law")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (*self._PARTLY, "stopped", "erased", "instruction"):
            self.fields[name].required = False
        self._offer_uses()
        with translation.override(self.case.request.language):
            self.fields["law"].initial = wording.ground_law(Ground.COMPELLING_GROUNDS, Right.OBJECTION)
            self.fields["said"].initial = _("We accept your objection.")
        self.last("uses", "instruction", "stores")

    def _offer_uses(self) -> None:
        """The uses that a data map can stop; those that are paused for this objection are the first guess."""
        known = switches.purposes(self.case.controller, self.language)
        if not known:
            del self.fields["uses"]
            return
        field = self.fields["uses"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- for the type checker
        field.choices = [(one.code, one.label) for one in known]
        paused = restrictions.open_of(self.case)
        field.initial = [one.code for one in known if paused and one.code in paused.parts]
        dress(self)

    def clean(self) -> dict[str, Any]:
        """What goes on needs reasons (12(4))."""
        data = super().clean() or self.cleaned_data
        if data.get("outcome") in {Outcome.PARTLY, Outcome.GRANTED} and not data.get("stopped", "").strip():
            self.add_error("stopped", _("Enter what stops. What rests only on this use is deleted (Art. 17(1)(c))."))
        if data.get("outcome") in {Outcome.PARTLY, Outcome.REFUSED}:
            for name in self._PARTLY:
                if not data.get(name, "").strip():
                    self.add_error(name, _("Enter this, because something goes on. The person reads it."))
        return dict(data)

    def decision(self, typed: Mapping[str, Any]) -> Decision:
        """The balancing stays in the file; the letter says it where something goes on."""
        data = self.cleaned_data
        elements: dict[Element, str | tuple[str, ...]] = {
            Element.DECISION: data["said"],
            Element.WHAT_STOPPED: data["stopped"],
        }
        if data["outcome"] != Outcome.GRANTED:
            elements |= {
                Element.BALANCING: data["balancing"],
                Element.REASONS_FACT: data["reason"],
                Element.REASONS_LAW: data["law"],
            }
        return Decision(
            outcome=Outcome(data["outcome"]),
            elements=elements,
            instruction=data["instruction"],
            stores=self.chosen(),
            uses=() if data["outcome"] == Outcome.REFUSED else tuple(data.get("uses", ())),
            findings={
                name: data[name].strip() for name in ("situation", "interests", "necessity", "balancing", "erased")
            }
            | {"typed": dict(typed)},
        )
