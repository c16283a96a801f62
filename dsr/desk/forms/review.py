"""The form in which an automated decision is reviewed by a person, and which form decides which right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.cases.decisions import Decision
from dsr.desk.forms.decisions import CHOOSE, RectifyForm
from dsr.desk.forms.objection import ObjectionForm
from dsr.desk.forms.steps import CaseForm, words_field
from dsr.law.decisions import ReviewResult
from dsr.law.letter_elements import Element
from dsr.law.letters import Outcome
from dsr.law.rights import Right
from dsr.models import Kind, User

if TYPE_CHECKING:
    from collections.abc import Mapping


class ReviewForm(CaseForm):
    """O-06, O-07: who looked, at what, what came out and why; nobody reviews a rule of her own."""

    function = words_field(
        gettext_lazy("Who looked at it again, by function, for the person"),
        gettext_lazy("Enter the function of the reviewer. No name is needed."),
        rows=2,
    )
    considered = words_field(
        gettext_lazy("What was considered, one fact on each line, for the person"),
        gettext_lazy("Enter the facts that were considered."),
    )
    statement = words_field(
        gettext_lazy("What the person said about it"),
        gettext_lazy("Enter her point of view, or that she was invited to give it and did not."),
        hint=gettext_lazy("It stays in the file."),
    )
    result = forms.ChoiceField(
        label=gettext_lazy("Result"),
        widget=forms.RadioSelect,
        choices=(
            (ReviewResult.CHANGED.value, gettext_lazy("The decision is changed")),
            (ReviewResult.UPHELD.value, gettext_lazy("The decision stays")),
        ),
        error_messages=CHOOSE,
    )
    said = words_field(
        gettext_lazy("The result in a sentence, for the person"),
        gettext_lazy("Enter the result in a sentence."),
        rows=2,
    )
    reasons = words_field(
        gettext_lazy("The main reasons, for the person"), gettext_lazy("Enter the main reasons. The person reads them.")
    )
    different = words_field(
        gettext_lazy("What would have led to another result, for the person"),
        gettext_lazy("Enter what would have led to another result."),
    )
    logic = words_field(
        gettext_lazy("How the automated decision had come about, for the person"),
        gettext_lazy("Enter the procedure and principles of the automated decision in plain words."),
    )
    law = words_field(gettext_lazy("What the law says, for the person"), gettext_lazy("Enter what the law says."))
    rule_owner = forms.ChoiceField(
        label=gettext_lazy("Who configured the rule behind the decision"),
        help_text=gettext_lazy("Whoever did cannot approve the review."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.in_scope(controller=self.case.controller, kind=Kind.STAFF).filter(is_active=True)
        field = self.fields["rule_owner"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
        people = [(str(user.pk), user.display_name or user.email) for user in staff.order_by("email")]
        field.choices = [("", _("Nobody of this office")), *people]
        with translation.override(self.case.request.language):
            self.fields["law"].initial = _(
                "You can ask that a person looks at a decision that was made by a program alone (Article 22(3) GDPR)."
            )

    def decision(self, typed: Mapping[str, Any]) -> Decision:
        """The sentences of L-17; what she said stays in the file."""
        data = self.cleaned_data
        considered = tuple(line.strip() for line in data["considered"].splitlines() if line.strip())
        return Decision(
            outcome=Outcome.GRANTED,
            elements={
                Element.REVIEWER_FUNCTION: data["function"],
                Element.FACTS_CONSIDERED: considered,
                Element.DECISION: data["said"],
                Element.MAIN_REASONS: data["reasons"],
                Element.REASONS_FACT: data["different"],
                Element.LOGIC: data["logic"],
                Element.REASONS_LAW: data["law"],
            },
            findings={"statement": data["statement"].strip(), "result": data["result"], "typed": dict(typed)},
            rule_owner=data["rule_owner"],
        )


FORMS: Final[Mapping[Right, type[RectifyForm | ObjectionForm | ReviewForm]]] = {
    Right.RECTIFICATION: RectifyForm,
    Right.OBJECTION: ObjectionForm,
    Right.AUTOMATED_DECISION: ReviewForm,
}
