"""A form's field for files: those that are there, a button to remove each, and the box to add more. Works without JavaScript.

Files are kept as soon as they arrive (dsr.cases.uploads), whatever else is wrong with the form, so nobody chooses them twice.
A view gives the form its Inbox before it asks whether it is valid:

    form = MessageForm(request.POST, request.FILES)
    form.open_inbox(Inbox(controller=…, request=…, now=…, address=client_address(http)))
    if form.is_valid(): …   # False as well after "Remove": the page is shown again with everything typed

The template sends it with `enctype="multipart/form-data"` (`form.is_multipart`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from dsr.cases import uploads
from dsr.uploads.judge import ACCEPT
from dsr.wording import uploads as words

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from dsr.inbox import Inbox
    from dsr.models import Upload

MOST = 5
"""Files of one page or message."""


@dataclass(slots=True)
class Given:
    """What a form brought for a field of files: new files, and the id of the one whose Remove button was pressed."""

    files: list[UploadedFile[Any]] = field(default_factory=list)
    remove: str = ""


class FilesWidget(forms.FileInput):
    """The box with the list of what is there above it."""

    template_name = "django/forms/widgets/files.html"
    allow_multiple_selected = True

    def __init__(self, *, purpose: str, most: int) -> None:
        super().__init__(attrs={"multiple": most > 1, "accept": ACCEPT})
        self.purpose, self.most = purpose, most
        self.inbox: Inbox | None = None

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Given:
        """The new files and the pressed button."""
        several = files.getlist(name) if hasattr(files, "getlist") else [files[name]] if name in files else []
        return Given(list(several), str(data.get(f"{name}-remove", "")))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Whether the form says nothing about files."""
        return name not in files and f"{name}-remove" not in data

    def held(self) -> list[Upload]:
        """What is there already."""
        return self.inbox.held(self.purpose) if self.inbox else []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Beside the box: the files that are there, and whether there is room for one more."""
        context: dict[str, Any] = super().get_context(name, None, attrs)
        held = uploads.shown(self.held())
        context["widget"] |= {"held": held, "remove": f"{name}-remove", "full": len(held) >= self.most}
        return context


class FilesField(forms.Field):
    """Up to `most` files for one purpose (Upload.Purpose). Cleaned: the ids of all that are there, as text, oldest first."""

    default_error_messages = {"required": gettext_lazy("Add a file")}

    def __init__(self, purpose: str, most: int = MOST, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _Hint(most))
        super().__init__(widget=FilesWidget(purpose=purpose, most=most), **kwargs)
        self.purpose, self.most = purpose, most

    @property
    def _widget(self) -> FilesWidget:
        found = self.widget
        assert isinstance(found, FilesWidget)  # noqa: S101 -- made above
        return found

    def open_inbox(self, inbox: Inbox) -> None:
        """Say where the files go."""
        self._widget.inbox = inbox

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Id and name of what is there: pages that show answers show names."""
        return [(str(upload.pk), uploads.name_of(upload)) for upload in self._widget.held()]

    def clean(self, value: Given | None) -> list[str]:
        """Remove, keep, count; ValidationError with a sentence for each file that was not kept, the others are there."""
        inbox, given = self._widget.inbox, value or Given()
        if inbox is None:
            raise RuntimeError("a form with files needs open_inbox() before it is validated")
        if given.remove:
            inbox.remove(self.purpose, given.remove)
        refused = inbox.take(self.purpose, given.files, most=self.most)
        if refused:
            raise forms.ValidationError(refused)
        held = [str(upload.pk) for upload in inbox.held(self.purpose)]
        if self.required and not held:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return held

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether files came or went."""
        return bool(data and (data.files or data.remove))


class _Hint:
    """The hint in the language of the page that shows it."""

    def __init__(self, most: int) -> None:
        self._most = most

    def __str__(self) -> str:
        return words.hint(self._most)


class WithFiles(forms.Form):
    """A form that may have FilesFields. After a Remove button it is not valid, and complains of nothing but files."""

    def open_inbox(self, inbox: Inbox) -> None:
        """Give every field of files its inbox; before the form is validated or shown."""
        for one in self.fields.values():
            if isinstance(one, FilesField):
                one.open_inbox(inbox)

    @property
    def stays(self) -> bool:
        """Whether the person removed a file, and wants to see this page again."""
        names = [name for name, one in self.fields.items() if isinstance(one, FilesField)]
        return self.is_bound and any(self.data.get(self.add_prefix(f"{name}-remove")) for name in names)

    def is_valid(self) -> bool:
        """Without errors, and meant to be sent."""
        return super().is_valid() and not self.stays

    def full_clean(self) -> None:
        """Validate; after Remove only what concerns files is said."""
        super().full_clean()
        if self.stays:
            for name in [name for name in self.errors if not isinstance(self.fields.get(name), FilesField)]:
                del self.errors[name]
