"""The form for being away: days, and who stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.forms import UiForm

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dsr.models import User

# At which field the verb's refusal stands.
FIELD_OF: Final[Mapping[str, str]] = {
    "absence_days": "last_on",
    "absence_overlaps": "first_on",
    "stand_in_unknown": "stand_in",
}


def _day(label: Any, required: Any) -> forms.DateField:
    words = {"required": required, "invalid": gettext_lazy("Enter a day, like 2026-06-15.")}
    widget = forms.DateInput(attrs={"type": "date", "class": "input-short"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=words)


class AbsenceForm(UiForm):
    """Who is away when; whoever enters her own absence only is not asked for whom."""

    user = forms.ChoiceField(
        label=gettext_lazy("Who is away?"), error_messages={"invalid_choice": gettext_lazy("Choose a colleague.")}
    )
    first_on = _day(gettext_lazy("First day away"), gettext_lazy("Enter the first day away."))
    last_on = _day(gettext_lazy("Last day away"), gettext_lazy("Enter the last day away."))
    stand_in = forms.ChoiceField(
        label=gettext_lazy("Stand-in"),
        required=False,
        help_text=gettext_lazy(
            "Hears what the person away would hear, as long as she is away. Without one it goes a step up: to the privacy"
            " lead, and from there to the data protection officer."
        ),
        error_messages={"invalid_choice": gettext_lazy("Choose a colleague.")},
    )

    def __init__(self, *args: Any, me: User, people: Iterable[User], others: bool, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("user", str(me.pk))
        super().__init__(*args, **kwargs)
        self.me, self.people = me, {str(one.pk): one for one in people}
        named = [(pk, one.display_name or one.email) for pk, one in self.people.items()]
        self._offer("stand_in", [("", _("Nobody")), *(one for one in named if others or one[0] != str(me.pk))])
        if others:
            self._offer("user", named)
        else:
            del self.fields["user"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
        field.choices = choices

    @property
    def away(self) -> User:
        """Who is away; after is_valid()."""
        return self.people[self.cleaned_data["user"]] if "user" in self.fields else self.me

    @property
    def stands_in(self) -> User | None:
        """Who stands in, or None; after is_valid()."""
        return self.people.get(self.cleaned_data["stand_in"])
