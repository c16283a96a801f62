"""Provisions of the Regulation as each language cites them: 17(3)(b), 17 Absatz 3 Buchstabe b, 17.3.b)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.utils.translation import get_language

if TYPE_CHECKING:
    from collections.abc import Mapping

_PARTS: Final = re.compile(r"(\d+)(?:\((\d+)\))?(?:\(([a-z])\))?")
# Article, paragraph, point, as in the official version of the language.
_FORMS: Final[Mapping[str, tuple[str, str, str]]] = {
    "en": ("{}", "({})", "({})"),
    "de": ("{}", " Absatz {}", " Buchstabe {}"),
    "fr": ("{}", ", paragraphe {}", ", point {})"),
    "es": ("{}", ".{}", ".{})"),
    "it": ("{}", ", paragrafo {}", ", lettera {})"),
    "nl": ("{}", ", lid {}", ", onder {}"),
    "pl": ("{}", " ust. {}", " lit. {}"),
    "pt": ("{}.º", ", n.º {}", ", alínea {})"),
}
# The definitions of Article 4 are numbered points and not paragraphs.
_DEFINITIONS: Final[Mapping[str, str]] = {
    "en": "({})",
    "de": " Nummer {}",
    "fr": ", point {})",
    "es": ", punto {})",
    "it": ", punto {})",
    "nl": ", punt {}",
    "pl": " pkt {}",
    "pt": ", ponto {})",
}


def provision(code: str) -> str:
    """`17(3)(b)` as the active language writes it, to stand behind its word for article; what is no such code stays."""
    found = _PARTS.fullmatch(code)
    language = (get_language() or "en").partition("-")[0]
    if found is None or language not in _FORMS:
        return code
    article, paragraph, point = _FORMS[language]
    if found[1] == "4":
        paragraph = _DEFINITIONS[language]
    forms = zip((article, paragraph, point), found.groups(), strict=True)
    return "".join(form.format(part) for form, part in forms if part)
