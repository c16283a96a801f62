"""The filter of the page "Changes": which kind, who, between which days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.forms import UiForm
from dsr.wording import setup as setup_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def day_box(label: Any, *, missing: Any = None) -> forms.DateField:
    """A day in the browser's own box; optional unless `missing` says what to enter."""
    widget = forms.DateInput(attrs={"type": "date", "class": "input-short"}, format="%Y-%m-%d")
    words = {"invalid": gettext_lazy("Enter a day, like 2026-06-15."), "required": missing or ""}
    return forms.DateField(label=label, widget=widget, error_messages=words, required=missing is not None)


class ChangesForm(UiForm):
    """Every field may stay empty."""

    kind = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    who = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    first_on = day_box(gettext_lazy("From"))
    last_on = day_box(gettext_lazy("Until"))

    def __init__(self, *args: Any, kinds: Iterable[str], people: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(((one, setup_words.kind(one)) for one in kinds), key=lambda one: one[1])
        for name, choices in (
            ("kind", [("", _("Everything")), *named]),
            ("who", [("", _("Everybody")), *people.items()]),
        ):
            box = self.fields[name]
            assert isinstance(box, forms.ChoiceField)  # noqa: S101 -- for the type checker
            box.choices = choices
