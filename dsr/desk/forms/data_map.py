"""The filter of the page "Data map"."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from dsr.forms import UiForm
from exporters.contract import Disclosure
from exporters.datamap.vocabulary import Category
from exporters.discover.coverage import Treatment

DISCLOSED: Final = {
    Disclosure.EXPORTED: (gettext_lazy("exported"), "ok"),
    Disclosure.PARTLY: (gettext_lazy("partly"), "info"),
    Disclosure.NEVER: (gettext_lazy("never"), "warn"),
    Disclosure.NOT_PERSONAL: (gettext_lazy("not personal"), ""),
}
ERASED: Final = {
    Treatment.ERASED: (gettext_lazy("erased"), "ok"),
    Treatment.KEPT: (gettext_lazy("kept"), "warn"),
    Treatment.LEFT: (gettext_lazy("stays, says nothing any more"), "info"),
    Treatment.BY_HAND: (gettext_lazy("by hand"), "warn"),
    Treatment.NOT_PERSONAL: (gettext_lazy("not personal"), ""),
}


class MapForm(UiForm):
    """Every field may stay empty."""

    q = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=80)
    dataset = forms.ChoiceField(label=gettext_lazy("Data set"), required=False)
    access = forms.ChoiceField(label=gettext_lazy("In an answer"), required=False)
    erasure = forms.ChoiceField(label=gettext_lazy("When erased"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)

    def __init__(self, *args: Any, datasets: list[tuple[str, str]], with_erasure: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[str, Any]]] = {
            "dataset": datasets,
            "access": [(one.value, words) for one, (words, _kind) in DISCLOSED.items()],
            "erasure": [(one.value, words) for one, (words, _kind) in ERASED.items()],
            "category": [(one.value, one.value) for one in Category],
        }
        for name, offered in choices.items():
            box = self.fields[name]
            assert isinstance(box, forms.ChoiceField)  # noqa: S101 -- for the type checker
            box.choices = [("", gettext_lazy("All")), *offered]
        if not with_erasure:
            del self.fields["erasure"]
