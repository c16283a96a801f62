"""A decision in words as the desk shows it: part by part, with its hash, and as the letter will say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases import decisions, letter_content
from dsr.cases.closings import wording_of_store
from dsr.cases.scope import stores_of
from dsr.fulfil.letters import written
from dsr.law.letters import ANSWERS, Outcome
from dsr.law.rights import Right
from dsr.output.inputs import OutputError
from dsr.output.letters import letter_text as laid_out
from dsr.wording.filed import CLAIMS, FINDINGS, OUTCOMES, RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from dsr.models import Case


@dataclass(frozen=True, slots=True)
class Shown:
    """A decision document for reading; `sha256` is what a second person approves.

    `nothing`: it grants nothing, so there is nothing to approve: the second person refuses, with a ground (4.2 no. 17).
    """

    outcome: str
    nothing: bool
    sha256: str
    rows: tuple[tuple[str, str], ...]
    stores: tuple[str, ...]


def shown(case: Case, *, language: str) -> Shown | None:
    """The decision of a case in the order of its parts; None while there is none."""
    decided = decisions.decided_of(case)
    if not decided or not (case.manifest_sha256 or case.approved_sha256):
        return None
    known = stores_of(case.controller)
    return Shown(
        outcome=str(OUTCOMES[Outcome(decided["outcome"])]),
        nothing=decided["outcome"] == Outcome.REFUSED,
        sha256=decisions.digest(decided),
        rows=tuple(_rows(decided)),
        stores=tuple(wording_of_store(known, name) for name in decided["stores"]),
    )


def _rows(decided: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for claim in decided["findings"].get("claims", []):
        words = str(CLAIMS.get(claim["decision"], claim["decision"]))
        yield f"{claim['what']}: {claim['wanted']}", f"{words}. {claim['why']}".strip()
    for name, label in FINDINGS.items():
        text = decided["findings"].get(name)
        if text:
            yield str(label), str(RESULTS.get(text, text))
    if decided.get("uses"):
        yield _("Uses that programs stop"), ", ".join(decided["uses"])
    if decided["instruction"]:
        yield _("What the systems are asked to do"), decided["instruction"]


def letter_text(case: Case, *, now: datetime) -> str:
    """The letter as it would be sent today; empty while there is no decision, or where a fact of the controller is missing.

    Systems are named when they have confirmed; until then the letter says so in brackets.
    """
    decided = decisions.decided_of(case)
    if not decided or not case.manifest_sha256:
        return ""
    code = ANSWERS[Right(case.right)]
    elements = decisions.elements_of(decided)
    outcome = Outcome(decided["outcome"])
    if code in decisions.LATER and outcome is not Outcome.REFUSED:  # where nothing changes, no system will confirm
        elements |= {element: f"[{wording.say(element)}]" for element in decisions.LATER[code] - set(elements)}
    try:
        said = letter_content.compose(case=case, code=code, elements=elements, outcome=outcome, paragraph="", now=now)
        return laid_out(written(said))
    except (OutputError, letter_content.IncompleteLetterError):
        return ""


def typed_again(case: Case) -> dict[str, Any]:
    """What was typed into the form of the decision, to change it; empty for a first one."""
    decided = decisions.decided_of(case)
    found: dict[str, Any] = dict(decided.get("findings", {}).get("typed", {})) if decided else {}
    return found
