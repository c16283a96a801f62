"""What goes along with a letter: new files, or copies of files of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from dsr.cases import enclosures
from dsr.files_field import FilesField
from dsr.forms import UiForm
from dsr.models import Upload

if TYPE_CHECKING:
    from dsr.models import Case


class EncloseForm(UiForm):
    """At least one file, chosen from the case or added."""

    chosen = forms.MultipleChoiceField(
        label=gettext_lazy("From this case"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("A copy goes along; proofs of identity and the answer itself do not."),
        error_messages={"invalid_choice": gettext_lazy("A file that you chose is not kept any more. Choose again.")},
    )
    added = FilesField(Upload.Purpose.ENCLOSURE, label=gettext_lazy("New files"), required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["chosen"]
        chosen.choices = enclosures.sources(case)
        if not chosen.choices:
            del self.fields["chosen"]

    def clean(self) -> dict[str, Any]:
        """Something has to be chosen; a file that was refused has said why already."""
        typed = super().clean() or self.cleaned_data
        if not self.errors and not typed.get("chosen") and not typed.get("added"):
            self.add_error("added", forms.ValidationError(gettext_lazy("Choose or add a file."), code="required"))
        return typed
