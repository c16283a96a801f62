"""The letters of a case as the desk shows them: drafts that wait, what was sent, by whom, with which hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.desk.access import Sight, sees
from dsr.fulfil.letters import IN_PACKAGE
from dsr.law.letter_approval import Approval, approval
from dsr.law.letters import LetterCode
from dsr.models import Letter

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import Case, User

STATES = {
    Letter.Status.DRAFT: (gettext_lazy("draft"), "warn"),
    Letter.Status.APPROVED: (gettext_lazy("approved"), "info"),
    Letter.Status.SENT: (gettext_lazy("sent"), "ok"),
    Letter.Status.VOID: (gettext_lazy("given up"), ""),
}
CHANNELS = {
    Letter.Channel.PORTAL: gettext_lazy("in the portal"),
    Letter.Channel.MAIL: gettext_lazy("in the portal, announced by mail"),
    Letter.Channel.POST: gettext_lazy("in the portal; the person wants letters: print it and post it"),
}
RULES = {
    Approval.AUTOMATIC: gettext_lazy("Leaves by itself."),
    Approval.HANDLER: gettext_lazy("Whoever handles the case sends it."),
    Approval.LEAD: gettext_lazy("A privacy lead decides."),
    Approval.CASE: gettext_lazy("Goes with the decision on the case: who prepared it does not decide."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One letter in the list."""

    letter: Letter
    title: str
    at: datetime
    state: str
    kind: str
    language: str
    who: str
    approver: str
    channel: str
    url: str
    pdf_url: str

    @property
    def hash(self) -> str:
        """The hash of what was approved: of the file, or of the words while there is no file."""
        return self.letter.pdf_sha256 or self.letter.content_sha256


def rows_of(case: Case, actor: Actor) -> list[Row]:
    """Every letter of the case but those given up, the newest first; addresses only for who may read them."""
    rows = Letter.objects.of(case.controller).filter(case=case).exclude(status=Letter.Status.VOID)
    found = rows.select_related("drafted_by", "approved_by", "artifact").order_by("-created_at", "-pk")
    return [row_of(letter, case, actor) for letter in found]


def row_of(letter: Letter, case: Case, actor: Actor) -> Row:
    """One letter in words."""
    state, kind = STATES[Letter.Status(letter.status)]
    in_package = LetterCode(letter.code) in IN_PACKAGE
    readable = sees(actor, Sight.DATA if in_package else Sight.PERSON)
    there = letter.artifact is not None and bool(letter.artifact.storage_name)
    return Row(
        letter=letter,
        title=wording.letter(letter.code),
        at=letter.sent_at or letter.created_at,
        state=str(state),
        kind=kind,
        language=str(dict(settings.LANGUAGES).get(letter.language, letter.language)),
        who=_name(letter.drafted_by),
        approver=_name(letter.approved_by) if letter.approved_at else "",
        channel=str(CHANNELS[Letter.Channel(letter.channel)]) if letter.channel else "",
        url=reverse("desk:letter", args=[case.pk, letter.pk]) if readable and not in_package else "",
        pdf_url=reverse("desk:letter-pdf", args=[case.pk, letter.pk]) if readable and there else "",
    )


def _name(user: User | None) -> str:
    return (user.display_name or user.email) if user else _("the system")


def rule_of(code: str) -> str:
    """Who approves this letter, in a sentence."""
    return str(RULES[approval(LetterCode(code))])
