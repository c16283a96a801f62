"""The forms that begin and end what works at once, that close a right decided in words, and those of Art. 12(5)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.cases.clock import local_date
from dsr.cases.facts import recipients_left
from dsr.cases.fees import Evidence
from dsr.desk.forms.decisions import CHOOSE, StoresForm
from dsr.desk.forms.steps import CaseForm, own_paragraph, words_field
from dsr.wording import asked


class ConsentForm(StoresForm):
    """7(3): what rests on the consent stops."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        consents = asked.of_right(self.case.request.content(), self.case.right).get("consents") or []
        named = "; ".join(str(item.get("text", "")) for item in consents if isinstance(item, dict) and item.get("text"))
        words = _("Stop everything that rests on this consent, and delete what rests on it alone: %(consent)s")
        self.fields["instruction"].initial = words % {"consent": named or _("all consents")}


class CloseForm(CaseForm):
    """#16: who else was told (Art. 19), and the free paragraph; the letter says what was approved."""

    recipients = words_field(
        gettext_lazy("Who received the data from us and was told"),
        gettext_lazy("Enter who was told, or why nobody was."),
        hint=gettext_lazy("One on each line; or why nobody had to be told, or why it is not possible (Art. 19)."),
        rows=3,
    )
    paragraph = own_paragraph()
    late_refusal = forms.BooleanField(label=gettext_lazy("Late refusal: the first month is over"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = self.case.first_month_due_on
        if limit is None or local_date(self.case.controller, self.now) <= limit:
            del self.fields["late_refusal"]
        # The register has told every recipient: words are for what it does not know.
        told = bool(self.case.content().get("recipients")) and not recipients_left(self.case)
        self.fields["recipients"].required = not told


class CloseConsentForm(CloseForm):
    """L-16 of a withdrawn consent."""

    stopped = words_field(
        gettext_lazy("What has stopped, and since when, for the person"),
        gettext_lazy("Enter what has stopped and since when. The person reads it."),
    )
    production = words_field(gettext_lazy("What may still reach her"), "", rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["production"].required = False
        self.order_fields(["version", "stopped", "production", "recipients", "paragraph"])


class CloseReviewForm(CaseForm):
    """L-17 changes no store, so that nobody else has to be told."""

    paragraph = own_paragraph()


class FeeForm(CaseForm):
    """#8, F-05: how much, computed how, and why at all."""

    amount = forms.CharField(
        label=gettext_lazy("Amount of the fee, with its currency"),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter the amount of the fee.")},
    )
    basis = words_field(
        gettext_lazy("How it is computed, for the person"),
        gettext_lazy("Enter how the fee is computed."),
        hint=gettext_lazy("The cost of the work only: hours and what an hour costs, copies, postage."),
    )
    why = words_field(gettext_lazy("Why a fee at all, for the person"), gettext_lazy("Enter why you ask for a fee."))
    reason = words_field(
        gettext_lazy("The facts, for the person"), gettext_lazy("Enter the facts. The person reads them.")
    )
    law = words_field(
        gettext_lazy("What the law says, for the person"), gettext_lazy("Enter what the law says."), rows=2
    )
    paragraph = own_paragraph()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with translation.override(self.case.request.language):
            self.fields["law"].initial = _(
                "Where a request is manifestly unfounded or excessive, we may ask for a reasonable fee (Article 12(5) GDPR)."
            )


class SettleFeeForm(CaseForm):
    """4.0.1: the fee is paid or waived, or the request became smaller."""

    how = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        widget=forms.RadioSelect,
        choices=(
            ("paid", gettext_lazy("The fee is paid")),
            ("waived", gettext_lazy("We waive the fee")),
            ("narrowed", gettext_lazy("She asks for less, and no fee is asked any more")),
        ),
        error_messages=CHOOSE,
    )
    note = words_field(gettext_lazy("How do you know?"), gettext_lazy("Enter how you know, for the file."), rows=2)


class EvidenceForm(CaseForm):
    """F-06: four questions; the number of requests answers none of them (F-02)."""

    history = words_field(
        gettext_lazy("What she asked for before, and what we answered, with dates"),
        gettext_lazy("Enter what happened before."),
    )
    changes = words_field(
        gettext_lazy("What has changed in her data since"), gettext_lazy("Enter what changed, or that nothing did.")
    )
    conduct = words_field(
        gettext_lazy("What shows an abusive intention or an excess"),
        gettext_lazy("Enter what shows it. The number of requests alone is no evidence."),
    )
    conclusion = words_field(
        gettext_lazy("Why a milder way does not do"),
        gettext_lazy("Enter why a milder way does not do."),
        hint=gettext_lazy("For example: the earlier answer, and what is new since."),
    )

    def evidence(self) -> Evidence:
        """What was typed."""
        names = ("history", "changes", "conduct", "conclusion")
        return Evidence(**{name: self.cleaned_data[name] for name in names})


class ConfirmForm(CaseForm):
    """Who changed a system as asked, and how it is known."""

    who = forms.CharField(
        label=gettext_lazy("Who did it"),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter who did it.")},
    )
    how = words_field(
        gettext_lazy("What was done, and how it was confirmed"),
        gettext_lazy("Enter what was done and how it was confirmed."),
        rows=2,
    )
