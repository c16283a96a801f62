"""The last button of a new request, and taking a request back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy

from dsr.cases.flood import Mark
from dsr.forms import UiForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.progress import Part


TOO_QUICK: Final = timedelta(seconds=2)
_SALT: Final = "portal.send"


def stamp(begun_at: str) -> str:
    """When a request was begun (ISO, UTC), signed, for the form that sends it."""
    return signing.dumps(begun_at, salt=_SALT)


class SendForm(UiForm):
    """The last button. `key` makes a double click one request; `website` is a trap that people do not see, `begun` a clock.

    Neither refuses anything (ux.md 1.6, no CAPTCHA): what looks like a program is marked, and a person looks at it.
    """

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    website = forms.CharField(
        required=False,
        label=gettext_lazy("Leave this empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    begun = forms.CharField(required=False, widget=forms.HiddenInput, max_length=200)

    def marks(self, now: datetime) -> list[str]:
        """What looks like a program, as codes of dsr.cases.flood.Mark; nothing for people."""
        filled = [Mark.HONEYPOT.value] if self.cleaned_data["website"] else []
        try:
            begun = datetime.fromisoformat(signing.loads(self.cleaned_data["begun"], salt=_SALT))
        except signing.BadSignature:
            return filled  # without a clock of ours there is nothing to measure
        return [*filled, Mark.TOO_QUICK.value] if now - begun < TOO_QUICK else filled


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
