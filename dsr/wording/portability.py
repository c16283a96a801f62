"""Words for the codes of dsr.law.portability, as the data subject reads them. Complete; a test counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from dsr.law.portability import Exclusion, NoTransmission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

EXCLUSIONS: Final[Mapping[Exclusion, str | _StrPromise]] = {
    Exclusion.SECRET: _("We disclose this to nobody, because it would endanger your account or our systems."),
    Exclusion.NOT_ABOUT_HER: _("It tells nothing about you, but something about our staff or about us."),
    Exclusion.PAPER: _("It is on paper, and the right covers only what is processed automatically."),
    Exclusion.INFERRED: _("You did not give it to us: we concluded it from other data."),
    Exclusion.GENERATED: _("You did not give it to us: we made it ourselves."),
    Exclusion.LEGAL_OBLIGATION: _("We process it because a law obliges us to, not for your contract and not with your consent."),
    Exclusion.LEGITIMATE_INTEREST: _(
        "We process it in our legitimate interest, not for your contract and not with your consent."
    ),
    Exclusion.OTHER_BASIS: _("Its processing rests neither on your consent nor on your contract."),
    Exclusion.NOT_CHOSEN: _("You did not ask for this part of your data."),
}  # fmt: skip

NO_TRANSMISSION: Final[Mapping[NoTransmission, str | _StrPromise]] = {
    NoTransmission.UNKNOWN_RECEIVER: _("We do not know the provider you named as one that can receive data from us."),
    NoTransmission.NO_INTERFACE: _("The provider you named has no place to which we could send data safely."),
    NoTransmission.NO_HOST_KEY: _("The server of the other provider cannot prove to us that it is the right one."),
    NoTransmission.HOST_KEY_CHANGED: _(
        "The server that answered is not the one the other provider named to us, so we sent nothing to it."
    ),
    NoTransmission.NO_ENCRYPTION_KEY: _(
        "The other provider has given us no key with which we could encrypt your data for it alone."
    ),
    NoTransmission.KEY_EXPIRED: _("The key with which we would encrypt your data for the other provider has expired."),
    NoTransmission.UNPROVEN: _("Nobody has been able to confirm that the other provider’s keys are really its own."),
    NoTransmission.PROOF_OUTDATED: _("We last checked the other provider’s keys too long ago to rely on them."),
    NoTransmission.WITHDRAWN_RECEIVER: _("We no longer send data to this provider."),
    NoTransmission.FAILED: _("We tried to send your data, but the server of the other provider did not take them."),
}
