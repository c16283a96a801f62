"""One's own settings at the desk: which key does what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.desk import keys
from dsr.forms import UiForm, dress

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def _one_key(value: str) -> None:
    if len(value) != 1 or value.isspace() or not value.isprintable():
        raise ValidationError(_("Enter one character, like j"))


class KeysForm(UiForm):
    """One box for every act; two acts cannot have the same key."""

    def __init__(self, *args: Any, current: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in keys.KEYS:
            self.fields[one.act] = forms.CharField(
                label=one.words,
                initial=current[one.act],
                max_length=1,
                validators=[_one_key],
                help_text=gettext_lazy("pressed after g") if one.prefix else "",
                error_messages={"required": gettext_lazy("Enter one character, like j")},
                widget=forms.TextInput(attrs={"class": "input-short", "autocomplete": "off", "autocapitalize": "none"}),
            )
        dress(self)

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The boxes in the order of the sheet."""
        for name, group in keys.GROUPS.items():
            yield str(name), [self[one.act] for one in group]

    def clean(self) -> dict[str, Any]:
        """Say at the second of two acts with one key that the key is taken."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            for act in keys.clashes(cleaned):
                self.add_error(act, _("Another act has this key already"))
        return cleaned
