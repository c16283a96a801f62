"""What every form of ours has: the classes of the stylesheet on its widgets, and a default for a phone's keyboard."""

from __future__ import annotations

from typing import Any

from django import forms

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


def dress(form: Any) -> None:
    """Put the stylesheet's class on every widget; own classes (input-code, input-short) stay."""
    for field in form.fields.values():
        for kind, name in _CLASSES:
            if isinstance(field.widget, kind):
                own = field.widget.attrs.get("class", "")
                field.widget.attrs["class"] = f"{name} {own}".strip()
                break


class UiForm(forms.Form):
    """A form that renders with our components; labels say everything, nothing is marked with an asterisk."""

    use_required_attribute = False  # our words instead of the browser's (ux.md 1.1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
