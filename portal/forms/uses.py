"""The questions about uses of data: objection (21(1)), consent taken back (7(3)), a decision by a machine (Art. 22).

The lists come from the controller's data maps and record of processing (dsr.fulfil.uses), in the language of the page; a
box for own words stands below each, because a list must never be the end of a right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dsr.fulfil import uses
from dsr.wording import choices as wording
from portal.forms.ask import MAX_TEXT, StepForm, line_field, text_field

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL = "all"


def _language() -> str:
    return (get_language() or "en").partition("-")[0]


def _checkboxes(label: Any, *, hint: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, help_text=hint, required=False, choices=[], widget=forms.CheckboxSelectMultiple
    )


class _ListForm(StepForm):
    """A list of what the controller has, and a box for anything else; `listed` and `own` name the two fields."""

    listed = ""
    own = ""
    missing: Any = ""

    def offer(self, choices: Iterable[tuple[str, Any]]) -> None:
        """Fill the list; without anything to choose there is only the box, and no `else` to speak of."""
        field: Any = self.fields[self.listed]
        field.choices = list(choices)
        if not field.choices:
            del self.fields[self.listed]

    def get_context(self) -> dict[str, Any]:
        """One of the two is needed, so the first one is not called optional; `clean` decides."""
        self.fields[self.listed if self.listed in self.fields else self.own].required = True
        context: dict[str, Any] = super().get_context()
        return context

    def clean(self) -> dict[str, Any]:
        """Something of the list or some words."""
        data = dict(super().clean() or {})
        if self.own not in self.errors and not data.get(self.listed) and not str(data.get(self.own, "")).strip():
            self.add_error(self.listed if self.listed in self.fields else self.own, self.missing)
        return data

    def answer(self) -> dict[str, Any]:
        """With the words of what was chosen, as she read them: the list may be another one next year."""
        kept = super().answer()
        chosen = kept.get(self.listed) or []
        choices = dict(getattr(self.fields.get(self.listed), "choices", ()))
        return {**kept, "named": [{"code": code, "text": str(choices[code])} for code in chosen]}


class ObjectionForm(_ListForm):
    """Objection 21(1): which use, and what is special about the situation."""

    listed, own, missing = "uses", "use", gettext_lazy("Select the use you object to")

    uses = _checkboxes(
        gettext_lazy("Which use of your data do you object to?"),
        hint=gettext_lazy("We do these because of an interest of ours. Advertising you can stop without any reason."),
    )
    use = text_field(
        gettext_lazy("Another use, in your own words"),
        "",
        hint=gettext_lazy("For example: the credit check, or statistics about my connection."),
        optional=True,
        rows=2,
    )
    situation = text_field(
        gettext_lazy("What is special about your situation?"),
        gettext_lazy("Tell us about your situation"),
        hint=gettext_lazy(
            "A sentence or two are enough. We must stop unless we prove a stronger reason. We look at it at once, and "
            "stop this use while we decide wherever our systems can."
        ),
    )

    def prepare(self) -> None:
        """The uses that rest on a legitimate interest."""
        self.fields["situation"].error_messages["max_length"] = _("Situation must be %(limit)s characters or fewer") % {
            "limit": f"{MAX_TEXT:,}"
        }
        self.offer((use.code, use.label) for use in uses.objectionable(self.controller, _language()))


class ConsentForm(_ListForm):
    """Consent withdrawal: which one. It is as easy as giving it was (7(3)): no reason, no weighing."""

    listed, own, missing = "consents", "words", gettext_lazy("Tell us which consent you take back")

    consents = _checkboxes(
        gettext_lazy("Which consent do you take back?"),
        hint=gettext_lazy("It works at once. What we did before stays lawful."),
    )
    words = text_field(
        gettext_lazy("Another consent, in your own words"),
        "",
        hint=gettext_lazy("For example: the newsletter, or the use of my location."),
        optional=True,
        rows=2,
    )

    def prepare(self) -> None:
        """The uses that rest on a consent, and all of them together."""
        found = [(use.code, use.label) for use in uses.consented(self.controller, _language())]
        self.offer([(ALL, wording.ALL_CONSENTS), *found])


class DecisionForm(_ListForm):
    """Automated decision: which one, the person's own view, and whether she wants to talk to somebody (22(3))."""

    listed, own, missing = "decisions", "decision", gettext_lazy("Tell us which decision it is")

    decisions = _checkboxes(gettext_lazy("Which decision should a person look at?"))
    decision = text_field(
        gettext_lazy("Another decision, or when it was made"),
        "",
        hint=gettext_lazy("For example: my order was refused on 3 March."),
        optional=True,
        rows=2,
    )
    view = text_field(gettext_lazy("What is your view of it?"), "", optional=True)
    call = forms.MultipleChoiceField(
        label=gettext_lazy("Would you like to talk about it?"),
        required=False,
        choices=list(wording.CALL.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    phone = line_field(gettext_lazy("Phone number for the call"), "", optional=True, autocomplete="tel", type="tel")

    def prepare(self) -> None:
        """The decisions that the controller states."""
        names = uses.decisions(self.controller, _language())
        self.offer((name, name) for name in names)

    def clean(self) -> dict[str, Any]:
        """A call needs a number."""
        data = dict(super().clean())
        phone = str(data.get("phone", "")).strip()
        if data.get("call") and not any(character.isdigit() for character in phone):
            self.add_error("phone", _("Enter the phone number for the call, like 07700 900123"))
        return data
