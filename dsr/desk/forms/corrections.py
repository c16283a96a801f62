"""The form of the corrections: each claim with the fields of the stores it is about, and what shall stand there (R-01 to R-04)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.cases import correction_match, corrections
from dsr.cases.correction_match import Match
from dsr.cases.corrections import Decided
from dsr.desk.forms.decisions import CHOOSE
from dsr.desk.forms.steps import CaseForm, words_field
from dsr.forms import dress
from dsr.fulfil.stores import config_of, label_of
from dsr.law.decisions import Claim, Standing
from dsr.output.inputs import words
from dsr.wording.choices import correction
from exporters.contract import Permanent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsr.cases.corrections import Value

CLAIMS: Final = (
    (Claim.ACCEPTED.value, gettext_lazy("Correct it")),
    (Claim.STATEMENT.value, gettext_lazy("Leave it, and keep her statement beside it")),
    (Claim.REFUSED.value, gettext_lazy("Refuse it")),
)
REASONS: Final = (
    ("", gettext_lazy("Choose one")),
    (Standing.VERIFIED.value, gettext_lazy("Checked, and right as it stands")),
    (Standing.OPINION.value, gettext_lazy("An opinion or what somebody said, recorded faithfully")),
    (Standing.RECORD.value, gettext_lazy("A record of how things stood at that time")),
)
MATCHES: Final = {
    Match.WRONG: (gettext_lazy("what she calls wrong"), "warn"),
    Match.RIGHT: (gettext_lazy("right already"), "ok"),
    Match.OTHER: (gettext_lazy("another value"), "info"),
    Match.EMPTY: (gettext_lazy("empty"), ""),
}
_ANNOTATE: Final = "annotate"
_OTHERS: Final = 60
"""Fields offered in the list of others, and less of everything on a page with many claims."""
_MANY: Final = 3
_FEW_ROWS, _FEW_OTHERS = 5, 12


class CorrectionsForm(CaseForm):
    """One block for each claim. `decided()`: what was typed, for the verb."""

    read_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = corrections.sheet_of(self.case)
        read = self.sheet if self.sheet and self.sheet.read_at else None
        self.values = corrections.values_of(read)
        self.claims = corrections.asked_of(self.case)
        self.before = corrections.decided_of(read)
        self.fields["read_at"].initial = self.sheet.read_at.isoformat() if self.sheet and self.sheet.read_at else ""
        self.rows = [self._block(number) for number in range(len(self.claims))]
        dress(self)

    def _block(self, number: int) -> list[correction_match.Suggestion]:
        kept = self.before[number] if number < len(self.before) else None
        self.fields[f"claim_{number}"] = forms.ChoiceField(
            label=_("What is decided"), choices=CLAIMS, widget=forms.RadioSelect, error_messages=CHOOSE
        )
        self.fields[f"claim_{number}"].initial = kept.claim.value if kept else None
        self.fields[f"reason_{number}"] = forms.ChoiceField(
            label=_("Why it stands as it is"), choices=REASONS, required=False
        )
        self.fields[f"reason_{number}"].initial = kept.reason.value if kept and kept.reason else ""
        self.fields[f"statement_{number}"] = words_field(
            _("Her statement"), "", hint=_("In her own words, as far as possible. It is kept beside the data."), rows=2
        )
        self.fields[f"statement_{number}"].required = False
        self.fields[f"statement_{number}"].initial = kept.statement if kept else ""
        chosen = dict(kept.fields) if kept else None
        rows = self._rows(number, chosen)
        for row in rows:
            self._field(number, row, chosen)
        self._other(number, {row.at for row in rows})
        return rows

    def _rows(self, number: int, chosen: dict[int, str] | None) -> list[correction_match.Suggestion]:
        """The suggestions, and whatever was chosen besides."""
        rows = correction_match.suggest(self.claims[number], self.values)
        rows = rows if len(self.claims) <= _MANY else rows[:_FEW_ROWS]
        known = {row.at for row in rows}
        more = [at for at in (chosen or {}) if at not in known]
        if self.is_bound and (at := str(self.data.get(f"other_{number}", ""))).isdecimal() and int(at) not in known:
            more.append(int(at))
        return rows + [correction_match.Suggestion(at, Match.OTHER) for at in more if at < len(self.values)]

    def _field(self, number: int, row: correction_match.Suggestion, chosen: dict[int, str] | None) -> None:
        name = f"{self._where(self.values[row.at])}, {self._named(self.values[row.at])}"
        pick = forms.BooleanField(label=_("Correct: %(field)s") % {"field": name}, required=False)
        pick.widget.attrs["aria-label"] = pick.label
        pick.initial = row.at in chosen if chosen is not None else row.chosen
        new = forms.CharField(
            label=_("What shall stand there: %(field)s") % {"field": name},
            required=False,
            max_length=corrections.MOST_NEW,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )
        new.widget.attrs["aria-label"] = new.label
        new.initial = (chosen or {}).get(row.at, row.new)
        self.fields[f"pick_{number}_{row.at}"], self.fields[f"new_{number}_{row.at}"] = pick, new

    def _other(self, number: int, taken: set[int]) -> None:
        others = [
            (str(at), f"{self._where(v)}, {self._named(v)}: {v.said() or '–'}"[:90]) for at, v in enumerate(self.values)
        ]
        most = _OTHERS if len(self.claims) <= _MANY else _FEW_OTHERS
        free = [one for one in others if int(one[0]) not in taken][:most]
        self.fields[f"other_{number}"] = forms.ChoiceField(
            label=_("Another field"), choices=[("", _("None")), *free, *self._sent(number, others)], required=False
        )
        self.fields[f"other_new_{number}"] = forms.CharField(
            label=_("What shall stand there"),
            required=False,
            max_length=corrections.MOST_NEW,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )

    def _sent(self, number: int, others: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """What was chosen stays a choice although it has a row of its own now."""
        sent = str(self.data.get(f"other_{number}", "")) if self.is_bound else ""
        return [one for one in others if one[0] == sent]

    def _where(self, value: Value) -> str:
        try:
            store = label_of(config_of(self.case.controller, value.store), self.language)
        except Permanent:
            store = value.store
        return f"{store}, {words(value.dataset_label, self.language)}"

    def _named(self, value: Value) -> str:
        return words(value.label, self.language)

    def blocks(self) -> Iterator[dict[str, Any]]:
        """The claims for the page, each with its rows."""
        for number, asked in enumerate(self.claims):
            item = {name: getattr(asked, name) for name in ("kind", "label", "old", "new")}
            what, wanted = correction(item)
            yield {
                "number": number + 1,
                "what": what,
                "wanted": wanted,
                "claim": self[f"claim_{number}"],
                "reason": self[f"reason_{number}"],
                "statement": self[f"statement_{number}"],
                "other": self[f"other_{number}"],
                "other_new": self[f"other_new_{number}"],
                "others": len(self.fields[f"other_{number}"].choices) > 1,  # type: ignore[attr-defined]
                "rows": [self._shown(number, row) for row in self.rows[number]],
            }

    def _shown(self, number: int, row: correction_match.Suggestion) -> dict[str, Any]:
        value = self.values[row.at]
        says, kind = MATCHES[row.match]
        return {
            "where": self._where(value),
            "field": self._named(value),
            "value": value.said(),
            "count": len(value.keys),
            "more": value.more,
            "says": says,
            "kind": kind,
            "annotate": value.how == _ANNOTATE,
            "shared": value.shared,
            "pick": self[f"pick_{number}_{row.at}"],
            "new": self[f"new_{number}_{row.at}"],
        }

    def clean(self) -> dict[str, Any]:
        """Each claim says what its decision needs."""
        data = dict(super().clean() or self.cleaned_data)
        for number in range(len(self.claims)):
            claim = data.get(f"claim_{number}")
            for row in self.rows[number]:
                picked = data.get(f"pick_{number}_{row.at}") and claim == Claim.ACCEPTED
                if picked and not data.get(f"new_{number}_{row.at}", "").strip():
                    self.add_error(f"new_{number}_{row.at}", _("Enter what shall stand there."))
            if (
                claim == Claim.ACCEPTED
                and data.get(f"other_{number}")
                and not data.get(f"other_new_{number}", "").strip()
            ):
                self.add_error(f"other_new_{number}", _("Enter what shall stand there."))
            if claim == Claim.REFUSED and not data.get(f"reason_{number}"):
                self.add_error(f"reason_{number}", _("Choose why it stands as it is. The letter gives the reason."))
            if claim == Claim.STATEMENT and not data.get(f"statement_{number}", "").strip():
                self.add_error(f"statement_{number}", _("Enter her statement."))
        return data

    def decided(self) -> list[Decided]:
        """What is decided of each claim."""
        return [self._decided(number) for number in range(len(self.claims))]

    def _decided(self, number: int) -> Decided:
        data = self.cleaned_data
        claim = Claim(data[f"claim_{number}"])
        reason, statement = data.get(f"reason_{number}"), data.get(f"statement_{number}", "")
        fields = {
            row.at: data[f"new_{number}_{row.at}"].strip()
            for row in self.rows[number]
            if data.get(f"pick_{number}_{row.at}")
        }
        if data.get(f"other_{number}") and data.get(f"other_new_{number}", "").strip():
            fields[int(data[f"other_{number}"])] = data[f"other_new_{number}"].strip()
        return Decided(
            claim=claim,
            fields=tuple(fields.items()) if claim is Claim.ACCEPTED else (),
            reason=Standing(reason) if reason and claim is not Claim.ACCEPTED else None,
            statement=statement if claim is Claim.STATEMENT else "",
        )

    def when_read(self) -> datetime | None:
        """When the values on the page were read; None when none were."""
        sent = self.cleaned_data.get("read_at", "")
        try:
            return datetime.fromisoformat(sent) if sent else None
        except ValueError:
            return datetime.min.replace(tzinfo=self.now.tzinfo)
