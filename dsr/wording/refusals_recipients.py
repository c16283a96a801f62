"""Why not, about recipients of personal data and what they are told (Art. 19); part of `dsr.wording.refusals`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

VERBS: Final[Mapping[str, _StrPromise]] = {
    "recipient_incomplete": _("Enter a name, what the recipient is, and how it is told."),
    "recipient_email": _(
        "Enter an e-mail address, like privacy@example.com. What OpenDSR has no word for is told by mail."
    ),
    "recipient_endpoint": _(
        "Enter the full address of its OpenDSR requests, beginning with https. An address in numbers without https works only"
        " within the networks of DSR_RECIPIENT_NETWORKS."
    ),
    "recipient_secret": _(
        "Write env:DSR_RECIPIENT_NAME, or file:NAME for a file in the folder recipients beside the store file."
    ),
    "recipient_identifier": _("Choose one identifier. OpenDSR knows customer numbers and e-mail addresses only."),
    "recipient_dataset": _("“%(dataset)s” is no dataset of ours. Write store.dataset, or store.* for all of a store."),
    "recipient_name": _("There is a recipient of this name already."),
    "recipient_settled": _("This recipient is settled already. Look at the page again."),
    "recipient_identifier_missing": _("Enter the value by which the recipient finds the record."),
    "recipient_ended": _("The register says that this recipient is told nothing more. Note what became of it."),
    "recipient_by_hand": _("The register says that this recipient is told by hand. Tell it, and note how."),
}
