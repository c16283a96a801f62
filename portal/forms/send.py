"""The last button of a new request, and taking a request back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.forms import UiForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.progress import Part


class SendForm(UiForm):
    """The last button. `key` makes a double click one request; `website` is a trap that people do not see."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    website = forms.CharField(
        required=False,
        label=gettext_lazy("Leave this empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean_website(self) -> str:
        """Only programs fill it in."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Something filled in a field that is not meant for you. Please send again."))
        return ""


class WithdrawForm(UiForm):
    """Which parts, when there are several; with one there is nothing to choose."""

    rights = forms.MultipleChoiceField(
        label=gettext_lazy("What do you want to withdraw?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Select what you want to withdraw")},
    )

    def __init__(self, *args: Any, parts: Sequence[Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._only = parts[0].case.right if len(parts) == 1 else ""
        if self._only:
            del self.fields["rights"]
        else:
            choice: Any = self.fields["rights"]
            choice.choices = [(part.case.right, part.title) for part in parts]

    @property
    def chosen(self) -> list[str]:
        """The rights to withdraw."""
        return [self._only] if self._only else list(self.cleaned_data["rights"])
