"""The filters of the queue; the address holds them, so that a view can be shared. What is searched for travels sealed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.desk.search import MAX_WORDS
from dsr.forms import UiForm
from dsr.law.rights import Right
from dsr.law.workflow import State


class FilterForm(UiForm):
    """Right and state; anything else in the address is ignored."""

    right = forms.ChoiceField(label=gettext_lazy("Right"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name, every, choices in (
            ("right", gettext_lazy("All rights"), [(right.value, wording.right(right)) for right in Right]),
            ("state", gettext_lazy("All states"), [(state.value, wording.state(state)) for state in State]),
        ):
            field = self.fields[name]
            field.choices = [("", every), *choices]  # type: ignore[attr-defined]


class SearchForm(forms.Form):
    """Reference, name, customer number, e-mail address or telephone number."""

    q = forms.CharField(required=False, max_length=MAX_WORDS)
    view = forms.CharField(required=False, max_length=20)
