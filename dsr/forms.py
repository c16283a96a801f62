"""What every form of ours has: the classes of the stylesheet on its widgets, and messages that say what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.files_field import FilesField, WithFiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.functional import _StrPromise

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.RadioSelect, "choice-input"),
    (forms.CheckboxSelectMultiple, "choice-input"),
    (forms.CheckboxInput, "choice-input"),
    (forms.Textarea, "textarea"),
    (forms.Select, "select"),
    (forms.HiddenInput, ""),
    (forms.widgets.Input, "input"),
)

__all__ = ["DayField", "DayWidget", "FilesField", "Hinted", "UiForm", "dress"]

YEAR_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Hinted:
    """A choice with a short sentence below it: `choices=[("access", Hinted(_("Give me a copy"), _("All of it")))]`."""

    label: str | _StrPromise
    hint: str | _StrPromise

    def __str__(self) -> str:
        return str(self.label)


class DayWidget(forms.MultiWidget):
    """Three boxes for a date a person knows by heart; typing is faster and safer than a calendar (GOV.UK "dates")."""

    template_name = "django/forms/widgets/day.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            name: forms.TextInput(attrs={"class": kind, "inputmode": "numeric", "maxlength": length})
            for name, kind, length in (("day", "input-day", 2), ("month", "input-day", 2), ("year", "input-year", 4))
        }
        super().__init__(boxes, attrs)

    def decompress(self, value: Any) -> list[Any]:
        """A date into its three numbers."""
        return [value.day, value.month, value.year] if isinstance(value, date) else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The boxes with their visible names."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        for box, label in zip(context["widget"]["subwidgets"], (_("Day"), _("Month"), _("Year")), strict=True):
            box["label"] = label
        return context


class DayField(forms.MultiValueField):
    """A date in three boxes. Says which part is missing; `31 2 2026` and letters are "not a real date"."""

    widget = DayWidget
    default_error_messages = {
        "required": gettext_lazy("Enter the date"),
        "day": gettext_lazy("The date must include a day"),
        "month": gettext_lazy("The date must include a month"),
        "year": gettext_lazy("The date must include a year with four digits, like 1985"),
        "invalid": gettext_lazy("Enter a real date, like 27 3 1985"),
    }

    def __init__(self, **kwargs: Any) -> None:
        parts = [forms.CharField(required=False, strip=True) for _part in range(3)]
        super().__init__(fields=parts, require_all_fields=False, **kwargs)

    def compress(self, values: Sequence[str]) -> date | None:
        """Three texts into a date; None when all are empty and the field is optional."""
        day, month, year = [*values, "", "", ""][:3]
        if not any((day, month, year)):
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        for name, value in (("day", day), ("month", month), ("year", year)):
            if not value or (name == "year" and len(value) != YEAR_DIGITS):
                raise forms.ValidationError(self.error_messages[name], code=name)
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


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
            if isinstance(widget, forms.Textarea) and "maxlength" in widget.attrs:
                widget.attrs.setdefault("data-left", _("%s characters left"))
                widget.attrs.setdefault("data-over", _("%s characters too many"))


class UiForm(WithFiles):
    """A form that renders with our components; labels say everything, nothing is marked with an asterisk."""

    use_required_attribute = False  # our words instead of the browser's (ux.md 1.1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
