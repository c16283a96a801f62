"""Forms of the register of recipients, and of what becomes of one notice (Art. 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from dsr.cases.recipient_mails import IDENTIFIER_WORDS
from dsr.cases.recipients import Details
from dsr.forms import UiForm
from dsr.models import Recipient

if TYPE_CHECKING:
    from collections.abc import Mapping

NATURES: Final = {
    Recipient.Nature.PARTNER.value: gettext_lazy("Advertising partner"),
    Recipient.Nature.JOINT_SERVICE.value: gettext_lazy("Service offered together"),
    Recipient.Nature.DIRECTORY.value: gettext_lazy("Directory of subscribers"),
    Recipient.Nature.SEARCH_ENGINE.value: gettext_lazy("Search engine"),
    Recipient.Nature.FORUM.value: gettext_lazy("Forum"),
    Recipient.Nature.CREDIT_BUREAU.value: gettext_lazy("Credit bureau"),
    Recipient.Nature.COLLECTION.value: gettext_lazy("Collection agency"),
    Recipient.Nature.PROCESSOR.value: gettext_lazy("Processor"),
    Recipient.Nature.OTHER.value: gettext_lazy("Somebody else"),
}
WAYS: Final = {
    Recipient.Way.MAIL.value: gettext_lazy("By mail"),
    Recipient.Way.OPENDSR.value: gettext_lazy("By OpenDSR, and by mail of what OpenDSR has no word for"),
    Recipient.Way.HAND.value: gettext_lazy("By hand: somebody tells it and notes how"),
}
FIELD_OF: Final[Mapping[str, str]] = {
    "recipient_incomplete": "name",
    "recipient_name": "name",
    "recipient_email": "email",
    "recipient_endpoint": "endpoint",
    "recipient_secret": "secret",
    "recipient_identifier": "identifier",
    "recipient_dataset": "datasets",
}
EXEMPT: Final = {
    "impossible": gettext_lazy("It is impossible"),
    "disproportionate": gettext_lazy("It would be a disproportionate effort"),
}
_CHOOSE: Final = {name: gettext_lazy("Choose one.") for name in ("required", "invalid_choice")}


class RecipientForm(UiForm):
    """One recipient: what it is, how it is told, by what it finds a record, which datasets it gets."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("As the data maps spell it, so that their datasets count."),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter the name.")},
    )
    nature = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        choices=[("", gettext_lazy("Choose one")), *NATURES.items()],
        error_messages=_CHOOSE,
    )
    way = forms.ChoiceField(
        label=gettext_lazy("How is it told?"),
        choices=list(WAYS.items()),
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )
    email = forms.CharField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    endpoint = forms.CharField(label=gettext_lazy("Address of its OpenDSR requests"), max_length=300, required=False)
    secret = forms.CharField(
        label=gettext_lazy("Where the key stands that signs our calls"),
        help_text=gettext_lazy("env:DSR_RECIPIENT_NAME or file:NAME, for a file in the folder recipients."),
        max_length=200,
        required=False,
    )
    identifier = forms.ChoiceField(
        label=gettext_lazy("By what does it find the record?"),
        help_text=gettext_lazy("Her values of this kind are sent, and no more."),
        choices=list(IDENTIFIER_WORDS.items()),
        error_messages=_CHOOSE,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the mails"), choices=settings.LANGUAGES, error_messages=_CHOOSE
    )
    datasets = forms.CharField(
        label=gettext_lazy("Datasets it gets"),
        help_text=gettext_lazy("One a line: store.dataset, or store.* for all of a store."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    def details(self) -> Details:
        """What was entered; after is_valid()."""
        told: dict[str, Any] = {**self.cleaned_data, "datasets": tuple(self.cleaned_data["datasets"].split())}
        return Details(**told)


class NoticeForm(UiForm):
    """What became of one notice, as somebody says: told, confirmed, left out, sent again."""

    what = forms.ChoiceField(label=gettext_lazy("What do you note?"), widget=forms.RadioSelect, error_messages=_CHOOSE)
    words = forms.CharField(
        label=gettext_lazy("How, or why"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    identifier = forms.CharField(
        label=gettext_lazy("To send it again: the value by which it finds the record"), max_length=100, required=False
    )

    def __init__(self, *args: Any, status: str, by_hand: bool, unknown: Any = "", **kwargs: Any) -> None:
        """`status` of the notice says what can be noted now; `by_hand`: there is nothing the program could send.

        `unknown` names the kind of identifier that the file does not know, so that one can be typed; empty where it does.
        """
        super().__init__(*args, **kwargs)
        if unknown and status == "failed" and not by_hand:
            self.fields["identifier"].help_text = unknown
        else:
            del self.fields["identifier"]
        field = self.fields["what"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
        field.choices = choices(status, by_hand=by_hand)


def choices(status: str, *, by_hand: bool) -> list[tuple[str, Any]]:
    """What can be noted of a notice; empty once it is settled."""
    found: list[tuple[str, Any]] = []
    if status == "failed" and not by_hand:
        found.append(("again", gettext_lazy("Send it again")))
    if status in {"open", "failed"}:
        found.append(("told", gettext_lazy("I have told it")))
        found += list(EXEMPT.items())
    if status == "told":
        found.append(("acknowledged", gettext_lazy("It has confirmed")))
    return found
