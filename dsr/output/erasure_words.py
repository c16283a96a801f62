"""Words for the codes of an erasure: how it was done, why something stays, why something has to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from dsr.law.retention_rows import DocumentClass
from dsr.output.erasure_inputs import Method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise


class Ground(NamedTuple):
    """Why the law lets rows stay: the fact in plain words, and the article that allows it. `told`: a remark must say more."""

    fact: str | _StrPromise
    article: str
    told: bool = False


METHODS: Final[Mapping[Method, str | _StrPromise]] = {
    Method.DELETED: _("deleted"),
    Method.ANONYMISED: _("made anonymous"),
    Method.UNLINKED: _("separated from you"),
}
METHODS_EXPLAINED: Final[Mapping[Method, str | _StrPromise]] = {
    Method.DELETED: _("Deleted means: the records are gone from the system. Nothing of them is left in it."),
    Method.ANONYMISED: _(
        "Made anonymous means: the record itself has to stay, because other records refer to it. Everything in it that "
        "points to you was emptied, overwritten, or made so coarse that it fits many people. No key and no list leads "
        "back to you, not for us either."
    ),
    Method.UNLINKED: _(
        "Separated from you means: other people use the record too, for example an address shared by a household. It "
        "stays for them; the connection with you is removed."
    ),
}
LEGAL_DUTY, LEGAL_CLAIM, STILL_NEEDED, EXEMPTION = "17(3)(b)", "17(3)(e)", "17(1)(a)", "17(3)"
ARTICLES: Final[Mapping[str, str | _StrPromise]] = {
    LEGAL_DUTY: _(
        "Article 17(3)(b) GDPR: the right to erasure does not apply as far as a law obliges us to process the data."
    ),
    LEGAL_CLAIM: _(
        "Article 17(3)(e) GDPR: the right to erasure does not apply as far as data are needed to establish, exercise or "
        "defend legal claims."
    ),
    STILL_NEEDED: _(
        "Article 17(1)(a) GDPR: data are to be erased once they are no longer needed for their purpose. These still are."
    ),
    EXEMPTION: _(
        "Article 17(3) GDPR: the right to erasure does not apply as far as a legal duty or legal claims still need the data."
    ),
}
_BOOKKEEPING = _("Tax and bookkeeping law obliges us to keep these documents complete and unchanged.")
_BILLING = _("The law lets us keep what a bill is based on until the bill can no longer be disputed.")
_SUBSCRIBER = _("Telecommunications law obliges us to keep these records about subscribers and connections for a time.")
KEEP_REASONS: Final[Mapping[str, Ground]] = {
    DocumentClass.INVOICE: Ground(_BOOKKEEPING, LEGAL_DUTY),
    DocumentClass.TAX_RECORD: Ground(_BOOKKEEPING, LEGAL_DUTY),
    DocumentClass.BOOKS: Ground(_BOOKKEEPING, LEGAL_DUTY),
    DocumentClass.BUSINESS_LETTER: Ground(_BOOKKEEPING, LEGAL_DUTY),
    DocumentClass.OSS_RECORD: Ground(_BOOKKEEPING, LEGAL_DUTY),
    DocumentClass.REAL_ESTATE: Ground(_("Tax law obliges us to keep documents about land and buildings."), LEGAL_DUTY),
    DocumentClass.TRAFFIC: Ground(
        _("The law lets us keep these records for a short time, because the connection or its bill needs them."),
        STILL_NEEDED,
    ),
    DocumentClass.BILLING_TRAFFIC: Ground(_BILLING, LEGAL_CLAIM),
    DocumentClass.SUBSCRIBER_IDENTITY: Ground(_SUBSCRIBER, LEGAL_DUTY),
    DocumentClass.SUBSCRIPTION_PAYMENT: Ground(_SUBSCRIBER, LEGAL_DUTY),
    DocumentClass.CONNECTION_SOURCE: Ground(_SUBSCRIBER, LEGAL_DUTY),
    DocumentClass.SECURITY_LOG: Ground(
        _("The law lets us keep these logs for a limited time, to keep our networks secure."), STILL_NEEDED
    ),
    DocumentClass.CRIME_RECORD: Ground(_SUBSCRIBER, LEGAL_DUTY),
    DocumentClass.CASE_FILE: Ground(
        _("We keep the file of an earlier request for a limited time, to be able to prove what we did."), EXEMPTION
    ),
    "law": Ground(_("A law obliges us to keep these data."), LEGAL_DUTY),
    "claim": Ground(
        _("A claim is open between you and us, and these data are evidence in it."), LEGAL_CLAIM, told=True
    ),
    "contract": Ground(_("Your contract is still running, and we need these data to carry it out."), STILL_NEEDED),
    "map": Ground(_("We keep them for this purpose only:"), EXEMPTION, told=True),
}
DEFER_REASONS: Final[Mapping[str, str | _StrPromise]] = {
    "waits": _(
        "Your connection was in use when we deleted, and the system would have written these records again. We delete "
        "them as soon as the connection has ended."
    ),
    "period_uncertain": _(
        "The period for which a law wanted these data seems to be over. A person checks this before we delete them."
    ),
    "shared": _("Other people use these data too. A person separates what is yours from what is theirs."),
    "referred": _("Other records refer to these data. A person sees to it that nothing in them points to you."),
    "map": _("These data cannot be deleted automatically. A person deletes them by hand."),
    "person": _("This system has no automatic deletion. A person deletes the data by hand."),
    "store_down": _("The system could not be reached. We delete the data as soon as it works again."),
}
HITS: Final[Mapping[str, str | _StrPromise]] = {
    "hers": _("rows of the person, left over"),
    "kept": _("rows that the law keeps"),
    "deferred": _("rows that are to be deleted later"),
    "other": _("rows of other people"),
    "unlinked": _("rows that belong to nobody"),
}
ACTS: Final[Mapping[str, str | _StrPromise]] = {
    "prepared": _("Plan prepared"),
    "approved": _("Plan approved"),
    "executed": _("Plan carried out"),
    "verified": _("Result checked"),
}
