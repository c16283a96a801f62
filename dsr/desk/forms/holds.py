"""The forms of legal holds and of what is still kept after an erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.desk.forms.steps import MAX_REASON, words_field
from dsr.forms import DayField, UiForm
from dsr.models import Hold, KeptLine

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST = 200
PERSON_KINDS = (
    ("customer_number", gettext_lazy("Customer number")),
    ("email", gettext_lazy("E-mail address")),
    ("phone", gettext_lazy("Phone number")),
    ("username", gettext_lazy("User name")),
)


def _line(label: Any, *, required: Any = "", hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=bool(required),
        max_length=_LONGEST,
        help_text=hint,
        error_messages={"required": required} if required else None,
    )


class HoldForm(UiForm):
    """Places a hold on one request, one person or one store."""

    matter = _line(gettext_lazy("Matter"), required=gettext_lazy("Enter the matter, like a file number of a court"))
    authority = _line(
        gettext_lazy("Who asks for it"), hint=gettext_lazy("A court, an authority, our own legal office.")
    )
    reason = words_field(
        gettext_lazy("Reason"), gettext_lazy("Say why, in a few words"), hint=gettext_lazy("It is kept sealed."), rows=3
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("What is held"),
        choices=[
            (Hold.Scope.CASE.value, gettext_lazy("One request")),
            (Hold.Scope.PERSON.value, gettext_lazy("A person, with her later requests")),
            (Hold.Scope.STORE.value, gettext_lazy("Everything in one store")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what is held")},
    )
    reference = _line(gettext_lazy("Reference of the request"), hint=gettext_lazy("When one request is held."))
    person_kind = forms.ChoiceField(label=gettext_lazy("The person is named by"), choices=PERSON_KINDS, required=False)
    person_value = _line(
        gettext_lazy("Number, address or name"),
        hint=gettext_lazy("When a person is held. Kept as a keyed hash and sealed."),
    )
    store = forms.ChoiceField(
        label=gettext_lazy("Store"), required=False, help_text=gettext_lazy("When a store is held.")
    )
    review_on = DayField(
        label=gettext_lazy("Look at it again on"),
        required=False,
        help_text=gettext_lazy(
            "Leads and the data protection officer get a mail on that day. The hold does not end by itself."
        ),
    )

    def __init__(self, *args: Any, stores: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["store"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [("", _("Choose a store")), *stores]

    def clean(self) -> dict[str, Any]:
        """What is held has to be named."""
        data = super().clean() or {}
        needed = {
            Hold.Scope.CASE: ("reference", _("Enter the reference of the request")),
            Hold.Scope.PERSON: ("person_value", _("Enter the number, address or name of the person")),
            Hold.Scope.STORE: ("store", _("Choose the store")),
        }
        field, words = needed.get(data.get("scope"), ("", ""))  # type: ignore[arg-type]
        if field and not str(data.get(field) or "").strip():
            self.add_error(field, words)
        return data


class WhyForm(UiForm):
    """A reason that is kept sealed."""

    reason = words_field(gettext_lazy("Reason"), gettext_lazy("Say why, in a few words"), rows=2)


class KeptEndForm(UiForm):
    """When the contract or the dispute ends for which something stays."""

    line = forms.UUIDField(widget=forms.HiddenInput)
    why = forms.ChoiceField(
        label=gettext_lazy("What it is kept for"),
        choices=[
            (KeptLine.Why.CONTRACT.value, gettext_lazy("A contract that still runs")),
            (KeptLine.Why.DISPUTE.value, gettext_lazy("A dispute that is open")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what it is kept for")},
    )
    ends_on = DayField(label=gettext_lazy("Last day of keeping"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_REASON,
        help_text=gettext_lazy("Which contract or dispute, and where the day comes from. It is kept sealed."),
        widget=forms.Textarea(attrs={"maxlength": MAX_REASON, "rows": 2}),
        error_messages={"required": gettext_lazy("Say why, in a few words")},
    )
