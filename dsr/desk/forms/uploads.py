"""Adding files that reached the office by post, e-mail or over the counter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy

from dsr.cases.uploads import OURS
from dsr.files_field import FilesField
from dsr.forms import UiForm
from dsr.models import Upload
from dsr.wording import uploads as words

if TYPE_CHECKING:
    from dsr.inbox import Inbox


class AddFilesForm(UiForm):
    """What the files are for decides how long they stay (rules 4.5)."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("What are the files for?"),
        help_text=gettext_lazy("A proof is deleted as soon as somebody has looked at it, after 14 days at the latest."),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what the files are for."),
            "invalid_choice": gettext_lazy("Choose what the files are for."),
        },
    )
    from_person = forms.BooleanField(
        label=gettext_lazy("The person sent us these files"),
        help_text=gettext_lazy("Then they are listed in the portal, and can be opened there."),
        required=False,
    )
    added = FilesField(Upload.Purpose.EVIDENCE, label=gettext_lazy("Files"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (code, words.purpose(code)) for code in Upload.Purpose.values if code not in {Upload.Purpose.MESSAGE, *OURS}
        ]
        self.fields["purpose"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField, as declared above
        self._purposes = {code for code, _label in choices}

    def open_inbox(self, inbox: Inbox) -> None:
        """Files are kept for what was chosen; without a choice none is kept."""
        chosen = self.data.get("purpose", "") if self.is_bound else ""
        if chosen in self._purposes:
            self.fields["added"].purpose = chosen  # type: ignore[attr-defined]  # a FilesField, as declared above
        elif self.is_bound:
            self.files, self.fields["added"].required = MultiValueDict(), False
        super().open_inbox(inbox)
