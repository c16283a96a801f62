"""Words for the codes of a case file: how work is named, what was chosen, how something ended.

The desk and the evidence pack of an authority read the same tables. Most of the sentences are for staff and have no catalogue, so
a pack in another language has them in English; a test walks the codes of models and law and finds each of them here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dsr.law.decisions import ReviewResult
from dsr.law.letters import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

# Work of the program; what is not here asks a store.
OPERATIONS: Final[Mapping[str, _StrPromise]] = {
    "locate": _("Search for the person"),
    "package": _("Building the answer"),
    "plan": _("Planning the changes"),
    "apply": _("Changing the store"),
    "verify": _("Search for remains"),
    "kept": _("Erase what is no longer kept"),
    "rescan": _("Search once more"),
    "residue": _("Erase what the search found"),
    "replay": _("Erase again after a restore"),
    "values": _("Reading what the stores hold"),
    "recheck": _("Looking again after the correction"),
    "write_again": _("Writing the correction again"),
    "by_hand": _("Change by hand"),
    "restrict": _("Setting the restriction"),
    "lift": _("Lifting the restriction"),
    "transmit": _("Send to another controller"),
    "close": _("Letter and certificate"),
    "letter": _("Laying out a letter"),
}
TREATMENTS: Final[Mapping[str, _StrPromise]] = {
    "delete": _("Deleted"),
    "anonymise": _("Made anonymous"),
    "unlink": _("Unlinked, others use it"),
    "keep": _("Stays"),
    "correct": _("Corrected"),
    "annotate": _("Gets a note"),
    "restrict": _("Restricted"),
    "lift": _("Restriction lifted"),
    "suppress": _("Use stopped"),
    "manual": _("A person does it"),
}
PLANS: Final[Mapping[str, _StrPromise]] = {
    "draft": _("Draft"),
    "approved": _("Approved"),
    "stale": _("Overtaken: something changed since"),
    "withdrawn": _("Approval taken back or expired"),
    "applied": _("Carried out"),
    "replaced": _("Replaced by a later plan"),
}
OUTCOMES: Final[Mapping[str, _StrPromise]] = {
    Outcome.GRANTED: _("Granted"),
    Outcome.PARTLY: _("Granted in part"),
    Outcome.REFUSED: _("Refused"),
}
CLAIMS: Final[Mapping[str, _StrPromise]] = {
    "accepted": _("corrected"),
    "statement": _("left, with her statement beside it"),
    "refused": _("refused"),
}
FINDINGS: Final[Mapping[str, _StrPromise]] = {
    "checked": _("How it was checked"),
    "situation": _("Her particular situation"),
    "interests": _("Our interests"),
    "necessity": _("Whether it is necessary"),
    "balancing": _("How it was weighed"),
    "erased": _("What is erased because of it"),
    "statement": _("What the person said"),
    "result": _("Result"),
}
WEIGHED: Final[Mapping[str, _StrPromise]] = {**FINDINGS, "claims": _("Corrections asked for")}
RESULTS: Final[Mapping[str, _StrPromise]] = {
    ReviewResult.CHANGED.value: _("The decision is changed"),
    ReviewResult.UPHELD.value: _("The decision stays"),
}
# How an identity was shown.
METHODS: Final[Mapping[str, _StrPromise]] = {
    "shop": _("In a shop, with a document that was looked at and not copied"),
    "callback": _("By calling the number on the contract"),
    "letter": _("By a code in a letter to the address on the contract"),
    "eid": _("By an electronic identity"),
    "link": _("account linked to a customer number"),
    "code": _("code to the contact on file"),
}
CHECKS: Final[Mapping[str, _StrPromise]] = {
    "callback": _("Call to the number on the contract"),
    "compare": _("Electronic identity compared with the store"),
}
CHECKED: Final[Mapping[str, _StrPromise]] = {
    "confirmed": _("It is her"),
    "different": _("Not what the store holds"),
    "not_needed": _("No longer needed"),
    "not_reached": _("Not reached"),
}
# One-time codes: what for, and how they went.
CODES: Final[Mapping[str, _StrPromise]] = {
    "link": _("To link an account with a customer number"),
    "identity": _("To show who she is"),
    "follow": _("To follow the request"),
    "download": _("To download the answer"),
    "post": _("To download the answer, by letter"),
    "prove": _("To show who she is, by letter"),
    "hand": _("Page of a department"),
}
WAYS: Final[Mapping[str, _StrPromise]] = {
    "mail": _("By e-mail"),
    "email": _("By e-mail"),
    "sms": _("By text message"),
    "post": _("By post"),
    "portal": _("In the portal"),
}
MESSAGES: Final[Mapping[str, _StrPromise]] = {
    "queued": _("Waiting"),
    "sending": _("Being sent"),
    "sent": _("Sent"),
    "failed": _("Could not be delivered"),
    "bounced": _("Came back"),
    "posted": _("Letter posted"),
    "held": _("Held with the filing"),
}
TRANSMISSIONS: Final[Mapping[str, _StrPromise]] = {
    "chosen": _("To be sent"),
    "sending": _("Being sent"),
    "sent": _("Sent"),
    "declined": _("Not sent"),
}
FILES: Final[Mapping[str, _StrPromise]] = {
    "package": _("The answer"),
    "letter": _("Letter"),
    "report": _("Report"),
    "certificate": _("Certificate of erasure"),
    "written": _("Letter"),
    "attachment": _("File of a system"),
    "file_list": _("List of files"),
    "outgoing": _("Copy for another controller"),
    "collected": _("Collected data"),
    "redaction": _("Texts to be read"),
    "evidence": _("Evidence pack"),
}
IDENTIFIERS: Final[Mapping[str, _StrPromise]] = {
    "customer_number": _("Customer number"),
    "email": _("E-mail address"),
    "phone": _("Phone number"),
    "username": _("User name"),
    "ip": _("IP address"),
    "ip_address": _("IP address"),
    "iban": _("Bank account (IBAN)"),
    "mac": _("MAC address"),
}
HASHED: Final[Mapping[str, _StrPromise]] = {
    "email": _("E-mail address"),
    "phone": _("Phone number"),
    "post": _("Postal address"),
    "customer_number": _("Customer number"),
}
AUTHORITY_OUTCOMES: Final[Mapping[str, _StrPromise]] = {
    "no_infringement": _("No infringement found"),
    "infringement": _("Infringement found, no measure"),
    "warning": _("Warning (Art. 58(2)(a))"),
    "reprimand": _("Reprimand (Art. 58(2)(b))"),
    "order": _("Order (Art. 58(2)(c) to (j))"),
    "fine": _("Administrative fine (Art. 83)"),
    "settled": _("Settled or withdrawn"),
}
AUTHORITY_STATES: Final[Mapping[str, _StrPromise]] = {
    "open": _("The authority waits for us"),
    "answered": _("We wait for the authority"),
    "closed": _("Over"),
}
DRIFT: Final[Mapping[str, _StrPromise]] = {
    "changed": _("Something else stands there than was set"),
    "gone": _("Records were deleted that were to stay"),
}
INCIDENTS: Final[Mapping[str, _StrPromise]] = {"overdue": _("Answer overdue")}
EXTENTS: Final[Mapping[str, _StrPromise]] = {
    "log": _("Log and metadata"),
    "file": _("The case file"),
    "answer": _("The case file with the answer"),
}
LEARNED: Final[Mapping[str, _StrPromise]] = {
    "proof": _("Shown with the identity"),
    "decision": _("Decided by a colleague"),
    "given": _("Given with the request"),
}
# Names of what an event of a case holds.
FACTS: Final[Mapping[str, _StrPromise]] = {
    "answer_by": _("Answer by"),
    "change": pgettext_lazy("heading in an evidence file", "Change"),
    "channel": _("Way"),
    "days": _("Days"),
    "due_before": _("Before"),
    "due_on": _("Last day to answer"),
    "extent": _("Extent"),
    "files": _("Files"),
    "ground": _("Ground"),
    "letter": _("Letter"),
    "level": _("Known"),
    "lift_on": _("To be lifted"),
    "method": _("Method"),
    "operation": pgettext_lazy("heading in an evidence file", "Step"),
    "outcome": _("Result"),
    "reason": _("Why"),
    "result": _("Result"),
    "right": _("Right"),
    "round": _("Round"),
    "rows": _("Records"),
    "state": _("State"),
    "store": _("System"),
    "way": _("Way"),
}


def said(table: Mapping[Any, object], code: object) -> str:
    """A code in the words of its table; readable all the same where a later release wrote it. Empty for none."""
    found = table.get(str(code))
    return str(found) if found is not None else spelled(str(code))


def spelled(code: str) -> str:
    """A code without words of its own, as people write: "service_no" is "service no"."""
    return code.replace("_", " ")
