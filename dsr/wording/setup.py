"""Words for the set-up: kinds of changes, names of settings, and their values as a colleague reads them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr import wording
from dsr.law.ladder import RungCode
from dsr.law.rights import ALL_RIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

KINDS: Final[Mapping[str, _StrPromise]] = {
    "absence_entered": gettext_lazy("Absence entered"),
    "absence_removed": gettext_lazy("Absence removed"),
    "brand_changed": gettext_lazy("Brand changed"),
    "calendar_day_set": gettext_lazy("Day of the calendar set"),
    "hold_placed": gettext_lazy("Legal hold placed on a person or a store"),
    "hold_ended": gettext_lazy("Legal hold on a person or a store lifted"),
    "calendar_feed_begun": gettext_lazy("Address of a calendar made"),
    "calendar_feed_ended": gettext_lazy("Address of a calendar ended"),
    "colleague_arrived": gettext_lazy("Colleague came in for the first time"),
    "colleague_changed": gettext_lazy("Name, teams or languages of a colleague changed"),
    "colleague_closed": gettext_lazy("Account of a colleague closed"),
    "colleague_factor_reset": gettext_lazy("Second factors of a colleague removed"),
    "colleague_invited": gettext_lazy("Colleague invited"),
    "colleague_invited_again": gettext_lazy("Colleague invited again"),
    "colleague_reopened": gettext_lazy("Account of a colleague opened again"),
    "colleague_roles_changed": gettext_lazy("Roles of a colleague changed"),
    "controller_changed": gettext_lazy("Controller changed"),
    "glass_broken": gettext_lazy("Glass broken: case files opened to a deputy"),
    "glass_closed": gettext_lazy("Break-glass ended early"),
    "glass_reviewed": gettext_lazy("Break-glass reviewed"),
    "import_guarded": gettext_lazy("File of an import checked"),
    "ladder_changed": gettext_lazy("Escalation steps changed"),
    "letter_words_changed": gettext_lazy("Words of a letter changed"),
    "mail_dismissed": gettext_lazy("Mail from outside: not a request"),
    "mail_fetched": gettext_lazy("Mail from outside downloaded as it came"),
    "partner_ended": gettext_lazy("Partner ended"),
    "partner_kept": gettext_lazy("Partner entered or changed"),
    "recipient_ended": gettext_lazy("Recipient ended"),
    "recipient_kept": gettext_lazy("Recipient entered or changed"),
    "program_key_made": gettext_lazy("Key of a program made"),
    "program_key_revoked": gettext_lazy("Key of a program ended"),
    "queue_exported": gettext_lazy("Queue exported"),
    "receiver_ended": gettext_lazy("Receiver ended"),
    "receiver_kept": gettext_lazy("Receiver entered or changed"),
    "receiver_verified": gettext_lazy("Keys of a receiver compared"),
    "register_downloaded": gettext_lazy("Register of requests downloaded"),
    "report_downloaded": gettext_lazy("Monthly report downloaded"),
    "report_ordered": gettext_lazy("Monthly report ordered"),
    "retention_row_added": gettext_lazy("Retention row added"),
    "retention_row_removed": gettext_lazy("Retention row removed"),
    "sharing_rule": gettext_lazy("Rule for sharing out changed"),
    "signing_key_rotated": gettext_lazy("Signing key replaced"),
    "store_check_asked": gettext_lazy("Check of a store asked for"),
    "suppression_key_begun": gettext_lazy("New key of the suppression list begun"),
    "suppression_kept": gettext_lazy("Entries of the suppression list kept for three more years"),
    "view_deleted": gettext_lazy("Shared view deleted"),
    "view_renamed": gettext_lazy("Shared view renamed"),
    "view_shared": gettext_lazy("View shared"),
}
FIELDS: Final[Mapping[str, _StrPromise]] = {
    "legal_name": gettext_lazy("Company"),
    "address": gettext_lazy("Address of the company"),
    "phone": gettext_lazy("Telephone"),
    "privacy_email": gettext_lazy("E-mail of the privacy office"),
    "dpo_name": gettext_lazy("Data protection officer"),
    "dpo_email": gettext_lazy("E-mail of the data protection officer"),
    "authority_name": gettext_lazy("Supervisory authority"),
    "authority_address": gettext_lazy("Address of the supervisory authority"),
    "authority_url": gettext_lazy("Website of the supervisory authority"),
    "notice_url": gettext_lazy("Privacy notice"),
    "notice_version": gettext_lazy("Version of the privacy notice"),
    "buffer_days": gettext_lazy("Days of buffer before the last day"),
    "cooling_hours": gettext_lazy("Hours to wait before something irreversible"),
    "approval_days": gettext_lazy("Days an approval counts"),
    "package_days": gettext_lazy("Days an answer can be downloaded"),
    "backup_days": gettext_lazy("Days a backup of a store may be restored"),
    "country": gettext_lazy("Country"),
    "subdivision": gettext_lazy("Part of the country"),
    "holiday_scope": gettext_lazy("Whose holidays count"),
    "timezone": gettext_lazy("Time zone"),
    "automated_decisions": gettext_lazy("Automated decisions"),
    "transfers": gettext_lazy("Transfers to other countries"),
    "backups": gettext_lazy("How long backups keep what was erased"),
    "name": gettext_lazy("Name"),
    "account_url": gettext_lazy("Where subscribers sign in to their contract"),
    "contract_url": gettext_lazy("Where subscribers end their contract"),
    "office_hours": gettext_lazy("Office hours"),
    "languages": gettext_lazy("Languages"),
    "rights_offered": gettext_lazy("Rights with a form"),
    "colour_light": gettext_lazy("Colour on light pages"),
    "colour_dark": gettext_lazy("Colour on dark pages"),
    "logo_sha256": gettext_lazy("Logo"),
    "holiday": gettext_lazy("Kind of day"),
    "intro": gettext_lazy("After the first paragraph"),
    "outro": gettext_lazy("Before the closing"),
    "signature": gettext_lazy("Below the closing"),
    "document_class": gettext_lazy("Document"),
    "months": gettext_lazy("Months"),
    "start": gettext_lazy("Counted from"),
    "statute": gettext_lazy("Statute"),
    "bound": gettext_lazy("Bound"),
    "valid_from": gettext_lazy("From"),
    "valid_to": gettext_lazy("Until"),
    "key": gettext_lazy("Key"),
    "user": gettext_lazy("Colleague"),
    "colleague": gettext_lazy("Colleague"),
    "handed_over": gettext_lazy("Cases handed over"),
    "stand_in": gettext_lazy("Stand-in"),
    "first_on": gettext_lazy("First day"),
    "last_on": gettext_lazy("Last day"),
    "day": gettext_lazy("Day"),
    "cases": gettext_lazy("Open cases counted anew"),
    "letter": gettext_lazy("Letter"),
    "language": gettext_lazy("Language"),
    "store": gettext_lazy("Store"),
    "receiver": gettext_lazy("Receiver"),
    "host": gettext_lazy("Server"),
    "port": gettext_lazy("Port"),
    "folder": gettext_lazy("Folder"),
    "username": gettext_lazy("Log-in name"),
    "sign_in": gettext_lazy("Way to sign in"),
    "host_key": gettext_lazy("Fingerprint of the server"),
    "recipient_key": gettext_lazy("Public key of the receiver"),
    "key_expires_on": gettext_lazy("Key valid until"),
    "handed_to": gettext_lazy("Cases handed to"),
    "factors": gettext_lazy("Second factors removed"),
    "minutes": gettext_lazy("Minutes"),
    "roles": gettext_lazy("Roles"),
    "teams": gettext_lazy("Teams"),
}
COLLEAGUES: Final = frozenset({"user", "stand_in", "assignee", "invited_by", "colleague", "handed_to"})
"""Names under which an event holds the id of a colleague."""
HIDDEN: Final = frozenset({"glass", "changes", "note", "section", "row"})
"""What an event holds for machines."""
SHORT: Final = 300
_DAYS: Final = frozenset({"day", "first_on", "last_on", "valid_from", "valid_to", "key_expires_on"})


def kind(code: str) -> str:
    """What was done, in words; the code with spaces when another part of the desk wrote it without words here."""
    return str(KINDS[code]) if code in KINDS else code.replace("_", " ").capitalize()


def field(name: str) -> str:
    """The name of a setting, a step of the ladder, or the name as it is."""
    if name in FIELDS:
        return str(FIELDS[name])
    try:
        return wording.say(RungCode(name))
    except ValueError:
        return name.replace("_", " ")


def value(name: str, held: Any, names: Mapping[str, str]) -> str:
    """A value as people read it; `names` are colleagues by id. Long texts are cut after 300 characters."""
    if name == "holiday":
        return {True: _("holiday"), False: _("working day")}.get(held, _("as in the calendar of the place"))
    if held is None or held == "":
        return _("not stated")
    if isinstance(held, bool):
        return _("yes") if held else _("no")
    if name in COLLEAGUES:
        return names.get(str(held), _("somebody who has left"))
    return _cut(_text(name, held))


def _text(name: str, held: Any) -> str:
    if name in _DAYS:
        return wording.day(date.fromisoformat(str(held)))
    if name == "logo_sha256":
        return f"SHA-256 {str(held)[:16]}…"
    return _list(name, held) if isinstance(held, (list, dict)) else str(held)


def _list(name: str, held: Any) -> str:
    if isinstance(held, dict):
        return "; ".join(f"{key}: {one}" for key, one in sorted(held.items())) or _("none")
    if name == "languages":
        known = dict(settings.LANGUAGES)
        return ", ".join(str(known.get(one, one)) for one in held)
    if name == "rights_offered":
        rights = {right.value: right for right in ALL_RIGHTS}
        return ", ".join(wording.right(rights[one]) if one in rights else str(one) for one in held) or _("all")
    parts = (" – ".join(map(str, one.values())) if isinstance(one, dict) else str(one) for one in held)
    return "; ".join(parts) or _("none")


def _cut(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"
