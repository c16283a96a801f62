"""Forms about colleagues: who she is, what she may do, whom her cases go to, and why the glass is broken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.forms import Hinted, UiForm
from dsr.law.staffing import STAFF_ROLES
from dsr.law.workflow import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.utils.functional import _StrPromise

    from dsr.models import User

FIELD_OF: Final[Mapping[str, str]] = {
    "roles_missing": "roles",
    "roles_unknown": "roles",
    "roles_conflict": "roles",
    "last_of_role": "roles",
    "address_taken": "email",
    "stand_in_unknown": "hand_to",
    "reason_missing": "reason",
}
"""At which field the verb's refusal stands; all others stand above the form."""
_DOES: Final[Mapping[Role, _StrPromise]] = {
    Role.INTAKE: gettext_lazy("registers, sorts, acknowledges"),
    Role.HANDLER: gettext_lazy("assesses, asks, collects, drafts, redacts"),
    Role.REVIEWER: gettext_lazy("approves and refuses what somebody else prepared"),
    Role.LEAD: gettext_lazy("reviews, extends, waives a system, manages people"),
    Role.DPO: gettext_lazy("reads everything, advises, is consulted; decides nothing"),
    Role.DEPUTY: gettext_lazy("reads metadata; case files only by breaking the glass"),
    Role.AUDITOR: gettext_lazy("reads log and metadata"),
    Role.ADMINISTRATOR: gettext_lazy("operates, manages people; reads no content"),
}
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")


def _roles() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(role.value, Hinted(wording.say(role), _DOES[role])) for role in Role if role in STAFF_ROLES],
        error_messages={"required": gettext_lazy("Choose at least one role.")},
    )


class _DetailsForm(UiForm):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, error_messages={"required": gettext_lazy("Enter the name.")}
    )
    teams = forms.CharField(
        label=gettext_lazy("Teams"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Short names in small letters, separated by commas, like billing, north."),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: list(settings.LANGUAGES),
        help_text=gettext_lazy("In which languages she can work."),
    )

    def clean_teams(self) -> list[str]:
        """The teams, each once, in the order they were typed."""
        found = [one.strip().lower() for one in self.cleaned_data["teams"].split(",") if one.strip()]
        if not all(_SLUG.fullmatch(one) for one in found):
            raise forms.ValidationError(_("Write each team with letters from a to z, digits and hyphens."))
        return list(dict.fromkeys(found))


class InviteForm(_DetailsForm):
    """A new colleague."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        help_text=gettext_lazy("The invitation goes there. The link works once, for seven days."),
        error_messages={
            "required": gettext_lazy("Enter the e-mail address"),
            "invalid": gettext_lazy("E-mail address must have an @ sign, like name@example.org"),
        },
    )
    roles = _roles()
    field_order = ("name", "email", "roles", "teams", "languages")


class DetailsForm(_DetailsForm):
    """Name, teams and languages."""

    @classmethod
    def of(cls, user: User, data: Any = None) -> DetailsForm:
        """The form with what stands in the row."""
        said = {"name": user.display_name, "teams": ", ".join(user.teams), "languages": user.languages}
        return cls(data, initial=said)


class RolesForm(UiForm):
    """The roles of a colleague."""

    roles = _roles()


class CloseForm(UiForm):
    """To whom the open cases go."""

    hand_to = forms.ChoiceField(label=gettext_lazy("Give her open cases to"), required=False)

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in people}
        field = self.fields["hand_to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
        named = [(pk, one.display_name or one.email) for pk, one in self.people.items()]
        field.choices = [("", _("Nobody yet: they become unassigned")), *named]

    @property
    def to(self) -> User | None:
        """Who gets them, or None; after is_valid()."""
        return self.people.get(self.cleaned_data["hand_to"])


class WelcomeForm(UiForm):
    """The password of a colleague who comes in for the first time."""

    password = forms.CharField(
        label=gettext_lazy("Choose a password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 10 characters. Three or four words in a row are easy to remember."),
        error_messages={"required": gettext_lazy("Choose a password")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        """As strong as any other password here (AUTH_PASSWORD_VALIDATORS)."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self._user)
        return password


class ReasonForm(UiForm):
    """Why; at least a few words."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
        max_length=2000,
        error_messages={"required": gettext_lazy("Enter a reason.")},
    )

    def __init__(self, *args: Any, label: Any, hint: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label, self.fields["reason"].help_text = label, hint
