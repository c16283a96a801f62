"""The forms behind the buttons of a case. Each carries the version it was opened on, so that nobody decides on an old page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases import decisions
from dsr.cases.answer import MAX_PARAGRAPH
from dsr.cases.clock import local_date
from dsr.cases.messages import MAX_WORDS
from dsr.files_field import FilesField
from dsr.forms import Hinted, UiForm
from dsr.law.attest import ATTESTATIONS
from dsr.law.letter_elements import Element
from dsr.law.rights import GROUNDS, ExtensionReason, Ground, Right
from dsr.models import Upload

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import TypeAlias

    from django.utils.functional import _StrPromise

    from dsr.models import Case

    Words: TypeAlias = str | _StrPromise

MAX_REASON = 2000


def _one_of(words: Words) -> dict[str, Any]:
    """The same words for nothing chosen and for something that is not on the list."""
    return {"required": words, "invalid_choice": words}


def words_field(
    label: Words, required: Words, *, hint: Words = "", maximum: int = MAX_REASON, rows: int = 4
) -> forms.CharField:
    """A box for sentences, with the words for an empty one."""
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=maximum,
        widget=forms.Textarea(attrs={"maxlength": maximum, "rows": rows}),
        error_messages={"required": required},
    )


def own_paragraph() -> forms.CharField:
    """The free paragraph of a letter; everything the law asks for is written beside it."""
    return forms.CharField(
        label=gettext_lazy("Your own paragraph in the letter"),
        required=False,
        max_length=MAX_PARAGRAPH,
        help_text=gettext_lazy("Everything the law asks for is written by itself. Add what concerns this person only."),
        widget=forms.Textarea(attrs={"maxlength": MAX_PARAGRAPH, "rows": 4}),
    )


class CaseForm(UiForm):
    """A form about one case, opened at one moment."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, error_messages={"required": gettext_lazy("This page is not complete. Load it again.")}
    )

    def __init__(self, *args: Any, case: Case, now: datetime, language: str, **kwargs: Any) -> None:
        self.case, self.now, self.language = case, now, language
        kwargs.setdefault("initial", {}).setdefault("version", case.version)
        super().__init__(*args, **kwargs)

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in; a form that asks nothing is a button."""
        return bool(self.visible_fields())


class ReasonForm(CaseForm):
    """One box for a reason; subclasses say what for."""

    reason = words_field(gettext_lazy("Reason"), gettext_lazy("Enter a reason."))


class AskIdentityForm(CaseForm):
    """I-01: a concrete doubt, never a habit."""

    doubt = words_field(
        gettext_lazy("What makes you doubt who is asking, for the person"),
        gettext_lazy("Enter what makes you doubt. Without a concrete doubt the law allows no question."),
        hint=gettext_lazy(
            "The person reads it in the letter. What she can do is added by itself. The clock stops until she answers."
        ),
    )
    paragraph = own_paragraph()


class CollectAgainForm(CaseForm):
    """What is missing, or what is new."""

    note = words_field(
        gettext_lazy("Why collect again?"),
        gettext_lazy("Enter what is missing or new."),
        hint=gettext_lazy("All stores are asked once more. The draft made so far is void."),
    )


class ReturnForm(CaseForm):
    """The reviewer's comment."""

    comment = words_field(
        gettext_lazy("What has to change?"), gettext_lazy("Enter what has to change, for whoever drafted the answer.")
    )


class AttestForm(CaseForm):
    """What only a human can say of what she approves: every line is ticked, or nothing is approved (4.2 no. 13)."""

    attested = forms.MultipleChoiceField(
        label=gettext_lazy("What you say about it"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Look at what you approve, and tick every line.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wanted = ATTESTATIONS[Right(self.case.right)]
        if not self._wanted:
            del self.fields["attested"]
            return
        _choices(self, "attested", [(one.value, wording.say(one)) for one in self._wanted])

    def clean_attested(self) -> list[str]:
        """All of them, not some."""
        said: list[str] = self.cleaned_data["attested"]
        if len(set(said)) < len(self._wanted):
            raise forms.ValidationError(gettext_lazy("Look at what you approve, and tick every line."), code="required")
        return said


class ApproveForm(AttestForm):
    """Exactly the manifest that was on the screen."""

    manifest_sha256 = forms.CharField(widget=forms.HiddenInput)


class WithdrawForm(CaseForm):
    """#19: in her own writing."""

    proof = words_field(
        gettext_lazy("Where is the person's own written word kept?"),
        gettext_lazy("Enter where her written withdrawal is kept. Staff cannot withdraw for her on a spoken word."),
        hint=gettext_lazy("For example: e-mail of 16 June, kept with this request."),
    )
    paragraph = own_paragraph()


class ExtendForm(CaseForm):
    """T-16 to T-18: once, with a reason of the list, in individual words."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        widget=forms.RadioSelect,
        error_messages=_one_of(gettext_lazy("Choose a reason the law accepts.")),
    )
    text = words_field(
        gettext_lazy("Why exactly this request needs more time"),
        gettext_lazy("Enter why this request needs more time. The person reads it."),
        hint=gettext_lazy("The person reads this. Write about her request, not about your staff."),
    )
    meanwhile = words_field(
        gettext_lazy("What she gets meanwhile"),
        gettext_lazy("Enter what she gets meanwhile, or that nothing can be given before."),
    )
    paragraph = own_paragraph()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "reason", [(reason.value, wording.say(reason)) for reason in ExtensionReason])


class RefuseForm(CaseForm):
    """T-19: a ground, reasons in fact, and what the person can do; some grounds ask for more (F-06, T-20)."""

    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"),
        widget=forms.RadioSelect,
        error_messages=_one_of(gettext_lazy("Choose the ground of the refusal.")),
    )
    reason = words_field(
        gettext_lazy("Reasons, for the person"),
        gettext_lazy("Enter the reasons. The person reads them."),
        hint=gettext_lazy("The facts of this case. The article, the authority and the court are added by themselves."),
    )
    advice = words_field(gettext_lazy("What the person can do now"), gettext_lazy("Enter what the person can do now."))
    paragraph = own_paragraph()
    balancing = words_field(
        gettext_lazy("How you weighed her reasons against ours, for the person"),
        gettext_lazy("Enter how you weighed the reasons. The person reads it."),
    )
    late_refusal = forms.BooleanField(label=gettext_lazy("Late refusal: the first month is over"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = GROUNDS[Right(self.case.right)]
        _choices(self, "ground", [(ground.value, wording.say(ground)) for ground in Ground if ground in possible])
        limit = self.case.first_month_due_on
        late = limit is not None and local_date(self.case.controller, self.now) > limit
        if not late:
            del self.fields["late_refusal"]
        if Right(self.case.right) is not Right.OBJECTION:
            del self.fields["balancing"]
        said = decisions.elements_of(decisions.decided_of(self.case)) if self.case.manifest_sha256 else {}
        for name, element in (("reason", Element.REASONS_FACT), ("balancing", Element.BALANCING)):
            if name in self.fields and said.get(element):
                self.fields[name].initial = said[element]


class NotIdentifiedForm(CaseForm):
    """#4, Art. 12(2), 12(6): why the identity stayed uncertain, for the person."""

    doubt = words_field(
        gettext_lazy("Why it is not certain who is asking, for the person"),
        gettext_lazy("Enter why it is not certain who is asking. The person reads it."),
        hint=gettext_lazy(
            "What we asked and when, how to go on, the authority and the court are added by themselves."
            " Name no data of anybody."
        ),
    )
    paragraph = own_paragraph()


class DraftForm(CaseForm):
    """The handler's own paragraph in the letter."""

    paragraph = own_paragraph()


class MessageForm(UiForm):
    """An answer to the person; it depends on no state, so it carries no version."""

    text = words_field(
        gettext_lazy("Write to the person"),
        gettext_lazy("Enter a message."),
        hint=gettext_lazy("She reads it on the page of her request; a mail tells her that it is there."),
        maximum=MAX_WORDS,
    )
    attached = FilesField(Upload.Purpose.ENCLOSURE, required=False, label=gettext_lazy("Add files"))


class MatchForm(CaseForm):
    """Which of the masked candidates is the person, or none of them; with a reason."""

    chosen = forms.MultipleChoiceField(
        label=gettext_lazy("Who is this person?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick more than one only if all of them are the same person."),
    )
    none = forms.BooleanField(label=gettext_lazy("None of them is this person"), required=False)
    reason = words_field(
        gettext_lazy("How do you know?"), gettext_lazy("Enter how you know. The decision stays in the history.")
    )

    def __init__(self, *args: Any, candidates: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = [(key, Hinted(_("Candidate %(n)s") % {"n": n}, "")) for n, key in enumerate(candidates, start=1)]
        _choices(self, "chosen", labels)

    def clean(self) -> dict[str, Any]:
        """Either somebody or nobody: leaving everything empty is not a decision."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen, none = cleaned.get("chosen"), cleaned.get("none")
        if "chosen" in self.errors:
            return cleaned
        if not chosen and not none:
            self.add_error("chosen", _("Choose who it is, or say that it is none of them."))
        if chosen and none:
            self.add_error("chosen", _("Choose somebody or nobody, not both."))
        return cleaned


def _choices(form: forms.Form, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
    field.choices = list(choices)
