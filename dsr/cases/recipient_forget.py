"""What notices to recipients keep of her when a case is archived, and when a store that taught a new value erases her (5(1)(e), 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dsr.cases import recipient_mails
from dsr.models import RecipientMail, RecipientNotice

if TYPE_CHECKING:
    from collections.abc import Collection

    from dsr.models import Case

ERASED_SINCE: Final = "erased_since"
"""Why a correction is not told any more: the new value is erased, and the recipient hears of that."""
_EMPTY: Final = {"to": "", "subject": "", "body": ""}
_QUEUED: Final = RecipientMail.Status.QUEUED


def at_archive(case: Case) -> int:
    """Leave the name of each recipient, its outcome and the days; returns how many mails and calls were emptied.

    Who was told is proof and stays; by what the record was found, and what was sent, has served (4.5). Nothing is sent any more.
    """
    notices = RecipientNotice.objects.filter(case=case)
    mails = RecipientMail.objects.filter(notice__case=case)
    mails.filter(status=_QUEUED).delete()
    done = 0
    for mail in mails.select_related("notice__case").order_by("pk"):
        done += _emptied(mail)
    for notice in notices.select_related("case").order_by("pk"):
        _minimised(notice)
    return done


def forget(notice: RecipientNotice) -> None:
    """The same for one notice of a case that was archived before, once it is settled; nobody is reminded."""
    mails = RecipientMail.objects.filter(notice=notice).exclude(status=_QUEUED)
    for mail in mails.select_related("notice__case").order_by("pk"):
        _emptied(mail)
    _minimised(notice)


def _minimised(notice: RecipientNotice) -> None:
    notice.put({"name": notice.content()["name"]})
    RecipientNotice.objects.filter(pk=notice.pk).update(sealed=notice.sealed, next_at=None)


def _emptied(mail: RecipientMail) -> int:
    mail.put(_EMPTY)
    mail.save(update_fields=["sealed"])
    return 1


def values_of_store(requests: Collection[Any], store: str) -> int:
    """Take the new values a store held out of the notices of these requests' corrections, and out of what was sent or waits.

    A mail that waits goes out with what is left; with nothing left it does not, and a person settles the notice. Returns how
    many notices held any. A file whose key is gone holds nothing.
    """
    rows = RecipientNotice.objects.filter(case__request__in=requests, change=RecipientNotice.Change.RECTIFIED)
    done = 0
    for notice in rows.exclude(case__wrapped_key="").select_related("case__request", "case__controller", "recipient"):
        content = notice.content()
        values = content.get("values", [])
        # Values of a row without a store cannot be told apart: they go.
        kept = [one for one in values if one[2:] and one[2] != store]
        if len(kept) == len(values):
            continue
        notice.put(content | {"values": kept})
        notice.save(update_fields=["sealed"])
        _mails(notice, left=bool(kept))
        done += 1
    return done


def _mails(notice: RecipientNotice, *, left: bool) -> None:
    mails = RecipientMail.objects.filter(notice=notice)
    for mail in mails.exclude(status=_QUEUED).select_related("notice__case").order_by("pk"):
        _emptied(mail)
    if left:
        for mail in mails.filter(status=_QUEUED).select_related("notice__case").order_by("pk"):
            recipient_mails.write(mail, notice)
            mail.save(update_fields=["sealed"])
        return
    mails.filter(status=_QUEUED).delete()
    mine = RecipientNotice.objects.filter(pk=notice.pk)
    mine.update(next_at=None)  # a reminder could not say any more of what
    mine.filter(status=RecipientNotice.Status.OPEN).update(
        status=RecipientNotice.Status.FAILED, error_code=ERASED_SINCE
    )
