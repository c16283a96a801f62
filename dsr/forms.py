"""What every form of ours has: the classes of the stylesheet on its widgets, and messages that say what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.RadioSelect, "choice-input"),
    (forms.CheckboxSelectMultiple, "choice-input"),
    (forms.CheckboxInput, "choice-input"),
    (forms.Textarea, "textarea"),
    (forms.Select, "select"),
    (forms.TextInput, "input"),
    (forms.DateInput, "input"),
    (forms.DateTimeInput, "input"),
    (forms.FileInput, "input"),
)


@dataclass(frozen=True, slots=True)
class Hinted:
    """A choice with a short sentence below it: `choices=[("access", Hinted(_("Give me a copy"), _("All of it")))]`."""

    label: str | _StrPromise
    hint: str | _StrPromise

    def __str__(self) -> str:
        return str(self.label)


def _class_of(widget: forms.Widget) -> str:
    return next((name for kind, name in _CLASSES if isinstance(widget, kind)), "")


def _add_class(widget: forms.Widget, name: str) -> None:
    own = [each for each in widget.attrs.get("class", "").split() if each != name]
    widget.attrs["class"] = " ".join([name, *own]) if name else " ".join(own)


def dress(form: Any) -> None:
    """Put the stylesheet's class on every widget; own classes (input-code, input-short) stay. For forms we do not write (allauth)."""
    form.use_required_attribute = False
    for field in form.fields.values():
        for widget in getattr(field.widget, "widgets", None) or [field.widget]:
            _add_class(widget, _class_of(widget))


class UiForm(forms.Form):
    """A form that renders with our components; labels say everything, nothing is marked with an asterisk."""

    use_required_attribute = False  # our words instead of the browser's (ux.md 1.1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
