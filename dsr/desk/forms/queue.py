"""The filters of the queue; the address holds them, so that a view can be shared. What is searched for travels sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.cases import saved_views, tags
from dsr.cases.queue_filters import EXTENDED, ME, NOBODY, PAUSED, Filters
from dsr.cases.scope import stores_of
from dsr.desk.behalf import FLAGS
from dsr.desk.forms.intake import CHANNELS
from dsr.desk.guided import REASONS, SHORT
from dsr.desk.search import MAX_WORDS
from dsr.desk.shell import DEFAULT_VIEW, VIEWS
from dsr.desk.tasks_view import store_label
from dsr.forms import UiForm
from dsr.law.rights import Right
from dsr.law.workflow import State
from dsr.models import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dsr.models import Controller, Tag, User

FIELDS: Final = ("right", "state", "assigned", "clock", "channel", "language", "store", "person", "tag")
"""The filters in the order in which an address holds them."""


class FilterForm(UiForm):
    """What narrows a view; a value that does not exist counts as none, so that an old link still opens."""

    right = forms.ChoiceField(label=gettext_lazy("Right"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    assigned = forms.ChoiceField(label=gettext_lazy("Assigned to"), required=False)
    clock = forms.ChoiceField(label=gettext_lazy("Clock"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    store = forms.ChoiceField(label=gettext_lazy("Waits for"), required=False)
    person = forms.ChoiceField(label=gettext_lazy("On behalf"), required=False)
    tag = forms.ChoiceField(label=gettext_lazy("Tag"), required=False)

    def __init__(
        self,
        *args: Any,
        controller: Controller,
        colleagues: Iterable[User],
        tags: Iterable[Tag],
        language: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        names = dict(settings.LANGUAGES)
        staff = [(str(user.pk), user.display_name or user.email) for user in colleagues]
        stores = stores_of(controller)
        for name, every, choices in (
            ("right", gettext_lazy("All rights"), [(one.value, wording.right(one)) for one in Right]),
            ("state", gettext_lazy("All states"), [(one.value, wording.state(one)) for one in State]),
            (
                "assigned",
                gettext_lazy("Anybody"),
                [(ME, gettext_lazy("Me")), (NOBODY, gettext_lazy("Nobody")), *staff],
            ),
            (
                "clock",
                gettext_lazy("Every clock"),
                [(PAUSED, gettext_lazy("Clock stopped")), (EXTENDED, gettext_lazy("Extended"))],
            ),
            ("channel", gettext_lazy("Every channel"), [(one.value, CHANNELS[one]) for one in Channel]),
            ("language", gettext_lazy("All languages"), [(one, names.get(one, one)) for one in controller.languages]),
            ("store", gettext_lazy("Any store"), [(one, store_label(stores, one, language)) for one in stores]),
            ("person", gettext_lazy("For anybody"), list(FLAGS.items())),
            ("tag", gettext_lazy("All tags"), [(str(tag.pk), tag.name) for tag in tags]),
        ):
            field = self.fields[name]
            field.choices = [("", every), *choices]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, str]:
        """What was chosen and exists, in the order of the address. Call `full_clean` first."""
        return {name: value for name in FIELDS if (value := self.cleaned_data.get(name, ""))}

    @property
    def filters(self) -> Filters:
        """The same for the reads of the queue."""
        return Filters(**self.chosen)

    @property
    def shown(self) -> Sequence[forms.BoundField]:
        """The filters that have something to choose from."""
        return [self[name] for name in FIELDS if len(self.fields[name].choices) > 1]  # type: ignore[attr-defined]

    def label_of(self, name: str) -> str:
        """The words of what was chosen in one filter."""
        choices: Iterable[tuple[str, Any]] = self.fields[name].choices  # type: ignore[attr-defined]
        return str(dict(choices)[self.chosen[name]])


def query_of(view: str, chosen: dict[str, str]) -> str:
    """The one way to write the address of a view: the same view always has the same, so that it can be recognised."""
    return urlencode({"view": view if view in VIEWS else DEFAULT_VIEW, **chosen})


class SearchForm(forms.Form):
    """Reference, name, customer number, e-mail address or telephone number."""

    q = forms.CharField(required=False, max_length=MAX_WORDS)
    view = forms.CharField(required=False, max_length=20)


class ViewForm(UiForm):
    """A name for the view that is open."""

    name = forms.CharField(
        label=gettext_lazy("Name of the view"),
        max_length=saved_views.LONGEST,
        error_messages={"required": gettext_lazy("Enter a name for the view")},
    )
    shared = forms.BooleanField(label=gettext_lazy("For all colleagues"), required=False)


class TagForm(UiForm):
    """A tag in plain words."""

    tag = forms.CharField(
        label=gettext_lazy("Tag"),
        max_length=tags.LONGEST,
        error_messages={"required": gettext_lazy("Enter the words of the tag")},
    )


class SkipForm(UiForm):
    """Why a case is passed over."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you skip this case?"),
        choices=[("", gettext_lazy("Choose a reason")), *REASONS.items()],
        error_messages={"required": gettext_lazy("Choose why you skip this case")},
    )
    words = forms.CharField(label=gettext_lazy("Note for colleagues (optional)"), max_length=SHORT, required=False)


class SharingForm(UiForm):
    """The rule by which unassigned cases are shared out."""

    by_itself = forms.BooleanField(label=gettext_lazy("Share out new cases by itself, every minute"), required=False)
    by_language = forms.BooleanField(
        label=gettext_lazy("Only to colleagues who work in the language of the request"), required=False
    )
    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)

    def __init__(self, *args: Any, teams: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["team"]
        field.choices = [("", gettext_lazy("All teams")), *((one, one) for one in teams)]  # type: ignore[attr-defined]
