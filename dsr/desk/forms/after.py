"""The forms about a question that stops the clock, and about an outcome that the person contests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.desk.forms.steps import CaseForm, own_paragraph, words_field


class AskClarificationForm(CaseForm):
    """No. 5, Recital 63: why there is much, a specific question with options, what goes on meanwhile."""

    why = words_field(
        gettext_lazy("Why there is much, for the person"),
        gettext_lazy("Enter why there is much data about her. She reads it."),
        hint=gettext_lazy("For example: how many records you found, and in which systems. Name no content."),
    )
    options = words_field(
        gettext_lazy("What she can choose"),
        gettext_lazy("Enter what she can choose, one choice on each line."),
        hint=gettext_lazy("One choice on each line. That she can have everything is added by itself."),
    )
    meanwhile = words_field(
        gettext_lazy("What you are doing already"),
        gettext_lazy("Enter what you are doing already, or that you wait for her answer."),
    )
    large = forms.BooleanField(
        label=gettext_lazy("We process a large quantity of data about this person"),
        error_messages={
            "required": gettext_lazy("Confirm that it is a large quantity. Otherwise go on without asking.")
        },
    )
    paragraph = own_paragraph()


class AnswerClarificationForm(CaseForm):
    """No. 6: what she answered, or why the work goes on without an answer."""

    text = words_field(
        gettext_lazy("What did she answer, and how?"),
        gettext_lazy("Enter what she answered, or why you go on without an answer."),
    )


class ContestForm(CaseForm):
    """No. 20: her objection, as it came."""

    reason = words_field(
        gettext_lazy("What is the objection, and how did it come?"),
        gettext_lazy("Enter what is objected to, and how the objection came."),
    )
    received_on = forms.DateField(
        label=gettext_lazy("It reached us on"),
        required=False,
        help_text=gettext_lazy("The time to answer counts from this day. Leave it empty for today."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Enter a day.")},
    )
    paragraph = own_paragraph()


class ReassessForm(CaseForm):
    """No. 21: what has to be looked at."""

    note = words_field(
        gettext_lazy("What has to be looked at again?"),
        gettext_lazy("Enter what has to be looked at again, for whoever works on it."),
    )


class UpholdForm(CaseForm):
    """No. 21, Art. 12(4): reasons in fact and in law, and what she can do."""

    reason = words_field(
        gettext_lazy("Reasons, for the person"),
        gettext_lazy("Enter the reasons. The person reads them."),
        hint=gettext_lazy("Answer what she wrote. The authority and the court are added by themselves."),
    )
    law = words_field(
        gettext_lazy("What the law says"),
        gettext_lazy("Enter the reasons in law."),
        hint=gettext_lazy("For example: the article that the answer rests on, in a sentence."),
    )
    advice = words_field(gettext_lazy("What the person can do now"), gettext_lazy("Enter what the person can do now."))
    paragraph = own_paragraph()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.case.ground:
            with translation.override(self.case.request.language):
                self.fields["law"].initial = wording.ground_law(self.case.ground, self.case.right)
