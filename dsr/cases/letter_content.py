"""What a letter says, frozen: sender, addressee, facts of the case, elements, free paragraph, the controller's own words.

Plain JSON values only, because they are sealed and hashed as they are: the same case on the same day gives the same
hash, and whoever approved one hash approved these words. Nothing here is laid out; dsr.fulfil.letters does that.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from dsr.addresses import base_url
from dsr.cases.clock import local_date
from dsr.cases.letter_wordings import words_for
from dsr.law.letter_elements import Element
from dsr.law.letter_standing import standing
from dsr.law.letters import LetterCode, Outcome, missing
from dsr.vault import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dsr.models import Case, Controller

Elements: TypeAlias = "Mapping[Element, str | tuple[str, ...]]"
"""Whole sentences in the language of the letter: a text, or a list of lines."""

SCHEMA = 1
MAX_PARAGRAPH = 4000


class IncompleteLetterError(Exception):
    """A mandatory element is missing; `elements` names which, so that a person can fill it (rules 5.1)."""

    def __init__(self, elements: tuple[Element, ...]) -> None:
        super().__init__(", ".join(elements))
        self.elements = elements


def sender_facts(controller: Controller) -> dict[str, Any]:
    """The controller as its letters show it, under the names of dsr.output.inputs.Sender."""
    return {
        "name": controller.name,
        "legal_name": controller.legal_name,
        "address": lines_of(controller.address),
        "contact": controller.privacy_email,
        "dpo": controller.dpo_name,
        "dpo_contact": controller.dpo_email,
        "authority": controller.authority_name,
        "authority_address": lines_of(controller.authority_address),
        "authority_url": controller.authority_url,
        "phone": controller.phone,
        "notice_url": controller.notice_url,
    }


def addressee_facts(case: Case) -> dict[str, Any]:
    """The person, by the name she gave; by her account or her address when she gave none."""
    content, account = case.request.content(), case.request.account
    name = content.get("name") or (account and (account.display_name or account.email)) or content.get("contact_email")
    return {"name": str(name or ""), "address": lines_of(str(content.get("contact_post", "")))}


def head_facts(case: Case, *, now: datetime, due_on: date | None = None, language: str = "") -> dict[str, Any]:
    """The facts of the case that a letter repeats, under the names of dsr.output.inputs.CaseHead.

    A letter is dated by its day in the controller's time zone, so that its preview and what is sent are the same bytes.
    Dates of the clock stand in its elements; only the receipt L-01 has a due date in its head.
    """
    day = local_date(case.controller, now)
    written_at = datetime.combine(day, time(), ZoneInfo(case.controller.timezone))
    return {
        "reference": case.request.reference,
        "right": case.right,
        "regime": case.regime,
        "received_on": case.received_on.isoformat(),
        "channel": case.request.channel,
        "due_on": due_on.isoformat() if due_on else None,
        "language": language or case.request.language,
        "written_at": written_at.isoformat(),
        "account_url": f"{base_url(case.controller)}/requests/{case.request.reference}/",
    }


def lines_of(text: str) -> list[str]:
    """The lines of an address, without blanks around them and without empty ones."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def compose(
    *,
    case: Case,
    code: LetterCode,
    elements: Elements,
    outcome: Outcome,
    paragraph: str,
    now: datetime,
    to: Mapping[str, Any] | None = None,
    language: str = "",
) -> dict[str, Any]:
    """Everything a letter of stated elements says, to the person or to `to`, in the language of the request unless another one is
    chosen. IncompleteLetterError names what is missing.
    """
    said = frame(case=case, code=code, outcome=outcome, paragraph=paragraph, now=now, language=language) | {
        "elements": {
            element.value: list(text) if isinstance(text, tuple) else text.strip()
            for element, text in elements.items()
            if text
        }
    }
    if to is not None:
        said["addressee"] = dict(to)
    absent = lacking(said)
    if absent:
        raise IncompleteLetterError(absent)
    return said


def frame(
    *,
    case: Case,
    code: LetterCode,
    outcome: Outcome,
    paragraph: str,
    now: datetime,
    due_on: date | None = None,
    language: str = "",
) -> dict[str, Any]:
    """What every letter says beside its elements."""
    return {
        "schema": SCHEMA,
        "code": code.value,
        "outcome": outcome.value,
        "sender": sender_facts(case.controller),
        "addressee": addressee_facts(case),
        "head": head_facts(case, now=now, due_on=due_on, language=language),
        "paragraph": paragraph.strip()[:MAX_PARAGRAPH],
        "wording": words_for(case.controller, code=code, language=language or case.request.language),
    }


def lacking(said: Mapping[str, Any]) -> tuple[Element, ...]:
    """The mandatory elements that these words do not say, in the order of the rule book."""
    code, sender, head = LetterCode(said["code"]), said["sender"], said["head"]
    authority = bool(sender["authority"].strip() and sender["authority_address"])
    content: dict[Element, object] = {
        **dict.fromkeys(standing(code), True),
        **{Element(name): text for name, text in said["elements"].items()},
        Element.CASE_NUMBER: head["reference"],
        Element.CONTROLLER: bool(sender["legal_name"].strip() and sender["address"]),
        Element.DPO_CONTACT: bool(sender["dpo"].strip() and sender["dpo_contact"].strip()),
        Element.DATE: head["written_at"],
        Element.LANGUAGE: head["language"],
        Element.PLAIN_TEXT: True,
        Element.CONTACT_CHANNEL: sender["contact"],
        Element.AUTHORITY: authority,
        Element.COMPLAINT_ROUTE: authority,
    }
    return missing(code, content, outcome=Outcome(said["outcome"]), regime=head["regime"])


def digest(said: Mapping[str, Any]) -> str:
    """SHA-256 of what a letter says, over its canonical JSON."""
    return hashlib.sha256(canonical(dict(said))).hexdigest()
