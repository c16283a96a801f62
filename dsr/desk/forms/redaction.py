"""The forms of redaction: a place by its words or its position, a box on a picture, an item as a whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.forms import UiForm
from dsr.law.redaction import SPOKEN_OF, Reason
from dsr.redaction.boxes import WHOLE, Box, fits
from dsr.redaction.spans import whole_characters
from dsr.wording import redaction as words

MAX_WORDS = 2_000
MAX_PLACES = 200


def _reasons() -> list[tuple[str, Any]]:
    return [(reason.value, label) for reason, label in words.CHOICES.items()]


class AddForm(UiForm):
    """Black out words of the text. A selection (`start`, `end`, in characters) says which ones; else the words themselves."""

    words = forms.CharField(
        label=gettext_lazy("Words to black out"),
        help_text=gettext_lazy("Select them in the original, or type them as they stand there."),
        max_length=MAX_WORDS,
        strip=False,
        error_messages={"required": gettext_lazy("Select or type the words to black out.")},
    )
    start = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    end = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=_reasons)
    everywhere = forms.BooleanField(label=gettext_lazy("Wherever they stand in this text"), required=False)

    def __init__(self, *args: Any, text: str, **kwargs: Any) -> None:
        self._text = text
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """The places, grown to whole characters; a sentence when there are none."""
        cleaned = super().clean() or {}
        start, end, typed = cleaned.get("start"), cleaned.get("end"), str(cleaned.get("words") or "")
        selected = start is not None and end is not None and start < end <= len(self._text)
        wanted = self._text[start:end] if selected else typed.strip()
        if not wanted:
            if "words" not in self.errors:
                self.add_error("words", _("Select or type the words to black out."))
            return cleaned
        places = [(int(start or 0), int(end or 0))] if selected else []
        if cleaned.get("everywhere") or not places:
            found = _found(self._text, wanted)
            places = found if cleaned.get("everywhere") else found[:1]
        if not places:
            self.add_error("words", _("These words do not stand in the text. Copy them from the original."))
        elif len(places) > MAX_PLACES:
            self.add_error("words", _("These words stand in too many places. Choose longer ones."))
        cleaned["places"] = [whole_characters(self._text, first, last) for first, last in places]
        return cleaned


def _found(text: str, wanted: str) -> list[tuple[int, int]]:
    """Where the words stand, however they are written: capitals do not matter."""
    low, low_wanted = text.lower(), wanted.lower()
    if (len(low), len(low_wanted)) != (len(text), len(wanted)):
        low, low_wanted = text, wanted  # a letter that is two in lower case would move all places
    places, at = [], low.find(low_wanted)
    while at >= 0:
        places.append((at, at + len(wanted)))
        at = low.find(low_wanted, at + len(wanted))
    return places


def _side(label: Any, *, least: str = "0") -> forms.DecimalField:
    """A number of percent with at most two decimals."""
    attrs = {"class": "input-day", "inputmode": "decimal", "step": "0.01"}
    field = forms.DecimalField(label=label, min_value=Decimal(least), max_value=100, max_digits=5, decimal_places=2)
    field.widget.attrs.update(attrs)
    return field


class BoxForm(UiForm):
    """Black out a rectangle of the page `sheet`, in percent of its width and height from the upper left corner."""

    left = _side(gettext_lazy("From the left, %"))
    top = _side(gettext_lazy("From the top, %"))
    width = _side(gettext_lazy("Width, %"), least="0.01")
    height = _side(gettext_lazy("Height, %"), least="0.01")
    # A black box tells that something was there: what must not be spoken of is withheld with the whole file.
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), choices=lambda: [one for one in _reasons() if Reason(one[0]) in SPOKEN_OF]
    )

    def __init__(self, *args: Any, sheet: int, **kwargs: Any) -> None:
        self._sheet = sheet
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """The box; a sentence when it reaches beyond the edge."""
        cleaned = super().clean() or {}
        names = ("left", "top", "width", "height")
        if self.errors or any(cleaned.get(name) is None for name in names):
            return cleaned
        left, top, width, height = (int(cleaned[name] * WHOLE / 100) for name in names)
        if not fits(left=left, top=top, width=width, height=height):
            self.add_error("width" if left + width > WHOLE else "height", _("The box reaches beyond the edge."))
        cleaned["box"] = Box(self._sheet, left, top, width, height, Reason(cleaned["reason"]))
        return cleaned


class WholeForm(UiForm):
    """Withhold the whole item."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=_reasons)
