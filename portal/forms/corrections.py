"""The questions of a rectification (Art. 16): several corrections in one go, documents, and a pause meanwhile (18(1)(a)).

Whoever has proved a customer number sees what stands in the stores today and types what is right beside it. The rows
travel with the page, signed, so that what is sent names what was shown even when the store is down a minute later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dsr import values
from dsr.forms import FilesField, dress
from dsr.fulfil.current import current_values
from dsr.models import Upload
from dsr.wording import asked, choices
from portal.forms.ask import MAX_TEXT, StepForm, choice_field

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST: Final = 10
"""Corrections of one request beside those of the list."""
_ROW: Final = "row"
_COUNT: Final = "count"
_MORE: Final = "more"


def _line(label: Any, *, hint: Any = "", rows: int = 1) -> forms.CharField:
    attrs: dict[str, Any] = {"spellcheck": "false", "autocomplete": "off"}
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        max_length=MAX_TEXT if rows > 1 else 200,
        widget=forms.Textarea(attrs={**attrs, "rows": rows}) if rows > 1 else forms.TextInput(attrs=attrs),
    )


class RectificationForm(StepForm):
    """What is wrong, what is right. `corrections`: a kind, the old and the new value, for listed ones place and label too.

    `Add another correction` shows the page again with one more block; nothing that was typed is lost.
    """

    template_name = "portal/_corrections.html"

    def prepare(self) -> None:
        """The blocks and rows that were sent or kept; the stores are asked only when the page is shown (`render`)."""
        kept: list[dict[str, Any]] = self.initial.get("corrections", [])
        self.rows: list[dict[str, str]] = []
        if self.is_bound:
            data: Any = self.data
            for text in data.getlist(_ROW) if hasattr(data, "getlist") else ():
                self._add_row(self._opened_row(text))
        else:
            for item in kept:
                if item.get("place"):
                    self._add_row({key: str(item[key]) for key in ("place", "kind", "label", "old")}, str(item["new"]))
        self.blocks = self._count([item for item in kept if not item.get("place")])
        for at in range(self.blocks):
            self._add_block(at)
        free = [item for item in kept if not item.get("place")]
        for at, item in enumerate(free[: self.blocks]):
            self.initial.update({f"{name}-{at}": item.get(name, "") for name in ("kind", "old", "new")})
        dress(self)

    def _count(self, kept: list[dict[str, Any]]) -> int:
        if not self.is_bound:
            return max(1, min(len(kept), MOST))
        given = str(self.data.get(_COUNT, ""))
        return max(1, min(int(given) if given.isdecimal() else 1, MOST - self.adds) + self.adds)

    def _add_block(self, at: int) -> None:
        self.fields[f"kind-{at}"] = forms.ChoiceField(
            label=_("What is wrong or missing?"),
            choices=[("", _("Select one")), *choices.CORRECTED.items()],
            required=False,
        )
        self.fields[f"old-{at}"] = _line(
            _("What stands there now?"), hint=_("Leave it empty if it is missing or you do not know.")
        )
        self.fields[f"new-{at}"] = _line(
            _("What is right?"), hint=_("A date as 27 3 1985, an address with its postcode."), rows=2
        )

    def _add_row(self, row: dict[str, str] | None, new: str = "") -> None:
        if row is None or any(row["place"] == known["place"] for known in self.rows):
            return
        self.rows.append(row)
        name = f"row-{len(self.rows) - 1}"
        self.fields[name] = _line(_("What is right? %(what)s") % {"what": row["label"]})
        self.initial[name] = new

    @property
    def _salt(self) -> str:
        return f"portal.corrections:{self.user.pk if self.user else ''}"

    def _opened_row(self, text: str) -> dict[str, str] | None:
        try:
            found: dict[str, str] = signing.loads(text, salt=self._salt)
        except signing.BadSignature:
            return None
        return found

    @property
    def adds(self) -> bool:
        """Whether the person pressed `Add another correction`."""
        return self.is_bound and _MORE in self.data

    @property
    def stays(self) -> bool:
        """The same page once more, with everything typed."""
        return self.adds or super().stays

    @property
    def single(self) -> bool:
        """Never one question only."""
        return False

    def render(self, template_name: Any = None, context: Any = None, renderer: Any = None) -> Any:
        """The page: what the stores hold today joins the rows; whatever is wrong with a store, the blocks are there."""
        if not self.is_bound:
            language = (get_language() or "en").partition("-")[0]
            now = timezone.now()
            for value in current_values(controller=self.controller, user=self.user, language=language, now=now):
                self._add_row({"place": value.place, "kind": value.kind, "label": value.label, "old": value.text})
            dress(self)
        return super().render(template_name, context, renderer)

    # Django binds both to its own render; templates ask for them.
    __str__ = render
    __html__ = render

    def get_context(self) -> dict[str, Any]:
        """Beside the form: its rows with their signed facts, its blocks, and whether another block fits."""
        context: dict[str, Any] = super().get_context()
        rows = [
            {
                "field": self[f"row-{at}"],
                "label": row["label"],
                "old": choices.value(row["kind"], row["old"]),
                "sealed": self._sealed(row),
            }
            for at, row in enumerate(self.rows)
        ]
        for at in range(self.blocks):
            # Not `(optional)` for whoever reads it; `clean` decides, because a block that is left empty is no correction.
            self.fields[f"kind-{at}"].required = self.fields[f"new-{at}"].required = not rows
        blocks = [
            {"number": at + 1, "fields": [self[f"{name}-{at}"] for name in ("kind", "old", "new")]}
            for at in range(self.blocks)
        ]
        return {**context, "rows": rows, "blocks": blocks, "count": self.blocks, "room": self.blocks < MOST}

    def _sealed(self, row: Mapping[str, str]) -> str:
        return signing.dumps(dict(row), salt=self._salt, compress=True)

    def clean(self) -> dict[str, Any]:
        """Each new value in the form of its kind; at least one."""
        data = dict(super().clean() or {})
        found: list[dict[str, str]] = []
        for at, row in enumerate(self.rows):
            if data.get(f"row-{at}"):
                self._take(found, f"row-{at}", {**row, "new": data[f"row-{at}"]})
        for at in range(self.blocks):
            kind, old, new = (str(data.get(f"{name}-{at}", "")).strip() for name in ("kind", "old", "new"))
            if not kind and (old or new):
                self.add_error(f"kind-{at}", _("Select what kind of data it is"))
            elif kind:
                self._take(found, f"new-{at}", {"kind": kind, "old": old, "new": new})
        if not found and not self.errors:
            self.add_error("kind-0", _("Tell us what is wrong or missing"))
        return {"corrections": found}

    def _take(self, found: list[dict[str, str]], name: str, item: dict[str, str]) -> None:
        try:
            item["new"] = values.checked(item["kind"], item["new"], country=self.controller.country)
        except ValidationError as error:
            self.add_error(name, error)
        else:
            found.append(item)

    def full_clean(self) -> None:
        """After `Add another correction` nothing is complained of yet."""
        super().full_clean()
        if self.adds:
            self._errors = forms.utils.ErrorDict()

    def lines(self, answer: Mapping[str, Any]) -> list[tuple[str, str]]:
        """One row of the check page for each correction."""
        return [choices.correction(item) for item in answer.get("corrections", [])]


class EvidenceForm(StepForm):
    """Rectification: documents, if there are any; nobody has to prove her own name to ask (R-01)."""

    evidence = FilesField(Upload.Purpose.EVIDENCE, required=False, label=gettext_lazy("Add a document if you have one"))


class PauseForm(StepForm):
    """Rectification: whether 18(1)(a) applies at the same time; no default."""

    pause = choice_field(
        gettext_lazy("Until this is settled, should we stop using the disputed data?"),
        asked.YES_NO,
        gettext_lazy("Select whether we should stop using the disputed data"),
    )
