"""The form with which a colleague says that she, or somebody else, is too close to a person; and the one that lifts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from dsr.cases.closeness import MAX_WORDS
from dsr.desk.forms.steps import words_field
from dsr.forms import UiForm
from dsr.law.closeness import Bond

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import _StrPromise

    from dsr.models import User

BONDS: Final[Mapping[Bond, _StrPromise]] = {
    Bond.ONESELF: _("It is the person herself"),
    Bond.RELATIVE: _("A relative, a friend, or somebody of the same household"),
    Bond.COLLEAGUE: _("The person works in the same team"),
}


class ClosenessForm(UiForm):
    """Who, how close, and why. `others` are the colleagues a lead may name; without them it is about oneself."""

    who = forms.ChoiceField(label=_("Who is it about?"), required=False)
    bond = forms.ChoiceField(
        label=_("How close?"),
        choices=[(bond.value, words) for bond, words in BONDS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how close")},
    )
    why = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when you say it of somebody else. Kept sealed with the request."),
    )

    also = forms.MultipleChoiceField(
        label=_("Other requests of the same person"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick those to which it applies as well. Nothing is ticked for you."),
    )

    def __init__(
        self, *args: Any, others: Sequence[User], cases: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["also"].choices = list(cases)  # type: ignore[attr-defined]
        if not cases:
            del self.fields["also"]
        if not others:
            del self.fields["who"]
            return
        people = [("", _("Myself")), *((str(user.pk), user.display_name or user.email) for user in others)]
        self.fields["who"].choices = people  # type: ignore[attr-defined]


class LiftForm(UiForm):
    """Why it is not so."""

    reason = words_field(_("Why is it not so?"), _("Enter a reason."), rows=2)
