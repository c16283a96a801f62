"""How a data set of our own is put into words: fields with the terms they share, in one language (rules A-04 to A-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from exporters.contract import DatasetInfo, FieldInfo, Origin, Retention, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Describing:
    """Descriptions in one language, which is the active one while this lives."""

    def __init__(self, language: str) -> None:
        self._language = language
        self.file_kept = Retention(
            "case_file",
            self.text(_("three years from the end of the year in which your request was closed, then deleted")),
        )
        self.account_kept = Retention(
            "account", self.text(_("as long as you have the account; entries about requests stay with the request"))
        )
        self.answer_kept = Retention(
            "package",
            self.text(_("files of an answer 30 days after they were handed out; what they were, with the request")),
        )

    def text(self, words: str) -> Text:
        """Words in the language of this description."""
        return {self._language: words}

    def field(self, name: str, label: str, **changes: Any) -> tuple[str, str, dict[str, Any]]:
        """A column, what it is called, and where it differs from its data set."""
        return name, label, changes

    def words(self, codes: Iterable[tuple[str, object]]) -> Mapping[str, Text]:
        """Codes that may stand in a column, and what they mean."""
        return {code: self.text(str(words)) for code, words in codes}

    def dataset(
        self,
        name: str,
        label: str,
        fields: Iterable[tuple[str, str, dict[str, Any]]],
        *,
        retention: Retention,
        category: str = "communication",
        purpose: str = "",
        origin: Origin = Origin.GENERATED,
    ) -> DatasetInfo:
        """A data set with the terms that hold for every field unless it says otherwise (A-04 to A-08)."""
        terms: dict[str, Any] = {
            "category": category,
            "purpose": self.text(purpose or _("To answer your requests and to be able to prove how we answered them")),
            "legal_basis": "6(1)(c)",
            "recipients": (),
            "source": self.text(_("you") if origin is Origin.PROVIDED else _("our office for privacy requests")),
            "retention": retention,
            "origin": origin,
        }
        described = tuple(
            FieldInfo(**({"name": field, "label": self.text(words)} | terms | changes))
            for field, words, changes in fields
        )
        return DatasetInfo(name=name, label=self.text(label), fields=described, **terms)

    def you(self) -> dict[str, Any]:
        """The terms of what the person gave us herself."""
        return {"origin": Origin.PROVIDED, "source": self.text(_("you"))}

    def reference(self) -> tuple[str, str, dict[str, Any]]:
        """The column that says which request a row belongs to."""
        return self.field("reference", _("Case number"))
