"""Mails to accounts: to staff one digest per person and run, to subscribers what changed about their account; rows first."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from dsr import wording
from dsr.addresses import base_url
from dsr.cases.mail_text import subject_and_body
from dsr.law.ladder import RungCode
from dsr.models import Case, Kind, Notice, Told, User
from dsr.work import wake

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

log = logging.getLogger(__name__)
# What one mail lists; the rest is a number and a link to the queue.
LISTED = 100
_ORDER = {code.value: number for number, code in enumerate(RungCode)}


# What changed about a subscriber's account, as the mail says it.
ACCOUNT_CHANGES: Final = {
    "totp_activated": _("An authenticator app was set up. It is asked for at every sign-in from now on."),
    "totp_deactivated": _("The authenticator app was removed."),
    "webauthn_added": _("A passkey was added."),
    "webauthn_removed": _("A passkey was removed."),
    "recovery_codes_generated": _("New recovery codes were made. The old ones do not work any more."),
    "password_reset": _("The password was changed. Everybody who was signed in has to sign in again."),
    "number_linked": _("A customer number was linked to the account."),
    "number_unlinked": _("A customer number was unlinked from the account."),
    "outside_joined": _("The account can be opened from our customer portal from now on."),
    "signed_out_elsewhere": _("All other devices were signed out."),
}


def to_account(*, user: User, what: str, now: datetime) -> Notice | None:
    """Queue the mail that says what changed (a key of ACCOUNT_CHANGES) to the account's own address; None without one.

    Neither subject nor text names a person, a number or a device: whoever reads along learns that there is an account.
    """
    if not user.email:
        return None
    with translation.override(user.language or translation.get_language() or "en"):
        context = {"controller": user.controller, "what": ACCOUNT_CHANGES[what]}
        where = "/desk/account/" if user.is_staff_member else "/account/"
        subject, body = subject_and_body("account_changed", {**context, "link": f"{base_url(user.controller)}{where}"})
    return _queued(user, "account_changed", subject, body, now)


def _queued(user: User, kind: str, subject: str, body: str, now: datetime) -> Notice:
    notice = Notice(controller=user.controller, user=user, kind=kind, created_at=now, not_before=now)
    notice.put({"to": user.email, "subject": subject, "body": body})
    notice.save(force_insert=True)
    wake.nudge("dsr.work.jobs.send_notice", str(notice.pk))
    return notice


def to_staff(*, user: User, kind: str, now: datetime, context: dict[str, Any]) -> Notice:
    """Queue a mail of `kind` to a member of staff; templates/mail/staff_<kind>.txt: first line the subject, then the text."""
    with translation.override(user.language or "en"):
        subject, body = subject_and_body(
            f"staff_{kind}",
            {"user": user, "controller": user.controller, "desk": f"{base_url(user.controller)}/desk/", **context},
        )
    return _queued(user, kind, subject, body, now)


def digests(*, now: datetime) -> int:
    """One mail to everybody who is to hear of an escalation and has not; returns how many. Two at once are harmless.

    A mail that cannot be written keeps none of the others from leaving; then RuntimeError says how many those were.
    """
    people = User.objects.filter(
        kind=Kind.STAFF, pk__in=Told.objects.filter(notice__isnull=True).values("user")
    ).select_related("controller")
    written, failed = 0, 0
    for user in people.order_by("handle"):
        try:
            written += _digest(user, now)
        except Exception:
            log.exception("the digest of account %s could not be written", user.pk)
            failed += 1
    if failed:
        raise RuntimeError(f"{failed} digests could not be written")
    return written


class _TakenError(Exception):
    """Another tick has taken some of these rows along."""


def _digest(user: User, now: datetime) -> int:
    try:
        with transaction.atomic():
            return _write_digest(user, now)
    except _TakenError:
        return 0


def _write_digest(user: User, now: datetime) -> int:
    waiting = list(
        Told.objects.filter(user=user, notice__isnull=True)
        .select_related("escalation__case__request", "stands_in_for")
        .defer("escalation__case__sealed", "escalation__case__explanation", "escalation__case__request__sealed")
    )
    if not waiting:
        return 0
    with translation.override(user.language or "en"):
        lines = _lines(waiting)
    context = {"lines": lines[:LISTED], "more": max(0, len(lines) - LISTED), "count": len(lines)}
    notice = to_staff(user=user, kind="digest", now=now, context=context)
    mine = Told.objects.filter(pk__in=[row.pk for row in waiting], notice__isnull=True)
    if mine.update(notice=notice) != len(waiting):
        raise _TakenError
    return 1


def _lines(waiting: Iterable[Told]) -> list[dict[str, Any]]:
    """A line a case, the most pressing first: reference, right, the highest rung, the date. No personal data."""
    by_case: dict[Any, tuple[Case, Told]] = {}
    for row in waiting:
        case = row.escalation.case
        seen = by_case.get(case.pk)
        if seen is None or _ORDER[row.escalation.rung] > _ORDER[seen[1].escalation.rung]:
            by_case[case.pk] = (case, row)
    found = sorted(by_case.values(), key=lambda one: (one[0].sort_on, one[0].request.reference))
    return [
        {
            "reference": case.request.reference,
            "right": wording.right(case.right),
            "rung": wording.say(RungCode(row.escalation.rung)),
            "due_on": case.due_on,
            "for": row.stands_in_for.display_name if row.stands_in_for else "",
        }
        for case, row in found
    ]
