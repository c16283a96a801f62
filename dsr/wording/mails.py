"""Words for mails: what each kind is, how it stands, and what a mail server's code means for the person at the desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

# One for each template of a mail that becomes a row; a test compares.
KINDS: Final[Mapping[str, _StrPromise]] = {
    "acknowledgement": _("Receipt confirmed"),
    "marketing_stopped": _("Marketing stopped"),
    "identified": _("Identity confirmed"),
    "detail_answered": _("Answer to our question confirmed"),
    "fee_settled": _("End of the question about a fee confirmed"),
    "identity_query": _("Question who is asking"),
    "identity_used": _("Proof of identity told to the contact on file"),
    "contact_changing": _("Change of contact or bank data told to the old contact"),
    "identity_locked": _("Failed proof of identity told to the contact on file"),
    "callback_missed": _("Missed call announced"),
    "new_letter": _("New letter announced"),
    "new_message": _("New message announced"),
    "package_ready": _("Answer announced"),
    "package_expiring": _("Reminder that the time to download ends"),
    "package_revoked": _("Answer taken back"),
    "reminder": _("Reminder of our question"),
    "partner_notice": _("Request passed on to a partner"),
    "withdrawn": _("Withdrawal confirmed"),
    "anchor": _("Anchor of the event chains"),
    "account_changed": _("Change to an account announced"),
    "flood": _("Requests held as part of a flood"),
    "digest": _("Cases that need attention"),
    "came_back": _("Old value that came back after a correction"),
    "closeness": _("Colleague who is too close to a person"),
    "consultation": _("Opinion of the data protection officer asked for"),
    "approval_expired": _("Approval that expired"),
    "drift": _("Restriction that a store does not hold any more"),
    "hold_review": _("Legal hold to be looked at again"),
    "report": _("Monthly report announced"),
    "invited": _("Colleague invited"),
    "changed": _("Change to a colleague's account announced"),
    "glass": _("Alarm: break-glass"),
    "authority_due": _("Answer that an authority waits for"),
    "authority_overdue": _("Answer to an authority that is overdue"),
    "recipient_notice": _("Recipient of data told"),
    "hand_asked": _("Department asked"),
    "hand_reminded": _("Department reminded"),
    "hand_escalated": _("Silence of a department told to its escalation address"),
}

_GONE: Final = _("The text of this mail is gone; it cannot be sent any more.")
_LATER: Final = _("The other mail server asked us to come back later. It is tried again by itself.")
_OURS_DOWN: Final = _("Our mail server does not answer. It is tried again by itself; whoever runs it knows more.")
_OURS_REFUSES: Final = _(
    "Our mail server refuses our account or our sender address. Whoever runs this program repairs it."
)
_LACKS: Final = _(
    "Our mail server lacks what this mail needs: encryption, or addresses with such letters. Whoever runs it knows more."
)
_ADDRESS: Final = _("The address does not exist. Check it for a mistake, or write a letter.")

# The first that fits: enhanced status codes (RFC 3463), reply codes (RFC 5321), types of errors.
_TROUBLES: Final = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"MissingKeyError|TamperedError|KeyError", _GONE),
        (r"535|5\.7\.8|530|HTTP40[13]", _OURS_REFUSES),
        (r"SMTPNotSupportedError", _LACKS),
        (r"[45]\.2\.2|[45]52", _("The mailbox is full. Try again in a few days, or write a letter.")),
        (r"4\.4\..*|4\.0\.0", _("Delayed on the way; the other side is still trying. Nothing to do.")),
        (r"4\..*|4\d\d|HTTP429", _LATER),
        (r"5\.2\..*", _("The mailbox is closed. Ask for another address, or write a letter.")),
        (
            r"5\.7\..*|554",
            _("The other side refused it as unwanted. Write a letter, and tell whoever runs our mail server."),
        ),
        (r"5\.0\.0", _("It came back without a reason. Check the address, or write a letter.")),
        (r"5\.1\..*|550|551|553|AnymailRecipientsRefused", _ADDRESS),
        (r"SMTP.*|.*Connection.*|Timeout.*|gaierror|OSError|SSL.*|HTTP5\d\d", _OURS_DOWN),
    )
)
_UNKNOWN: Final = _("It failed with the code “%(code)s”. Check the address, or write a letter.")


def kind(code: str) -> str:
    """What a mail is, by its kind; the code itself when a later release wrote it."""
    return str(KINDS.get(code, code))


def trouble(code: str) -> str:
    """What a code means and what to do; empty for no code."""
    if not code:
        return ""
    found = next((words for pattern, words in _TROUBLES if pattern.fullmatch(code)), None)
    return str(found) if found is not None else str(_UNKNOWN % {"code": code})
