"""Letters that a decision needs at once, as text in the portal: built from their mandatory elements, never sent without one.

The rendered letters of an answer (L-01, L-09) come from dsr.output; these here stand beside the verb that needs them,
because the workflow asks for the letter before it lets the verb go (rules.md 5.1, 4.0.4, T-17, T-19).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import formats, translation
from django.utils.translation import gettext as _

from dsr.cases import messages
from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode, Outcome, missing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsr.models import Case, Message


class IncompleteLetterError(Exception):
    """A mandatory element is missing; `elements` names which, so that a person can fill it."""

    def __init__(self, elements: tuple[Element, ...]) -> None:
        super().__init__(", ".join(elements))
        self.elements = elements


def _common(case: Case, now: datetime) -> dict[Element, str]:
    """The elements C of rules.md 5.1, from the case and its controller."""
    controller = case.controller
    return {
        Element.CONTROLLER: f"{controller.legal_name}\n{controller.address}",
        Element.CASE_NUMBER: _("Your reference: %(reference)s") % {"reference": case.request.reference},
        Element.DATE: formats.date_format(now, "DATE_FORMAT"),
        Element.LANGUAGE: case.request.language,
        Element.PLAIN_TEXT: "plain",
        Element.DPO_CONTACT: _("Data protection officer: %(name)s, %(mail)s")
        % {"name": controller.dpo_name, "mail": controller.dpo_email},
        Element.CONTACT_CHANNEL: _("Questions? Send us a message on the page of your request, or write to %(mail)s.")
        % {"mail": controller.privacy_email},
    }


def remedies(case: Case) -> dict[Element, str]:
    """Where to complain and that a court is open: the elements every negative answer carries (12(4))."""
    controller = case.controller
    where = "\n".join(filter(None, [controller.authority_name, controller.authority_address, controller.authority_url]))
    return {
        Element.AUTHORITY: _("You can complain to the supervisory authority:") + "\n" + where
        if controller.authority_name
        else "",
        Element.JUDICIAL_REMEDY: _("You can also go to court."),
        Element.COMPLAINT_ROUTE: _("If you do not agree you can complain to:") + "\n" + where
        if controller.authority_name
        else "",
    }


_HEAD = (Element.CONTROLLER, Element.CASE_NUMBER, Element.DATE)
_FOOT = (Element.NEXT_STEPS, Element.CONTACT_CHANNEL, Element.DPO_CONTACT)
_SILENT = (Element.LANGUAGE, Element.PLAIN_TEXT)  # properties of the letter, not sentences in it


def send(
    *, case: Case, code: LetterCode, elements: Mapping[Element, str], now: datetime, outcome: Outcome = Outcome.GRANTED
) -> Message:
    """Put a letter into the portal and tell the person by mail that it is there.

    `elements` are sentences in the language of the request. IncompleteLetterError when a mandatory element is missing.
    """
    with translation.override(case.request.language):
        content = {**_common(case, now), **elements}
        absent = missing(code, content, outcome=outcome, regime=case.regime)
        if absent:
            raise IncompleteLetterError(absent)
        middle = [e for e in content if e not in (*_HEAD, *_FOOT, *_SILENT)]
        body = "\n\n".join(content[e] for e in (*_HEAD, *middle, *_FOOT) if content.get(e))
    message = messages.letter(request=case.request, code=code.value, text=body, now=now)
    to = messages.contact_of(case.request)
    if to:
        name = str(case.request.content().get("name", ""))
        messages.queue_mail(request=case.request, kind="new_letter", to=to, now=now, context={"name": name})
    return message
