"""Our own database as a store: what the request office holds about the person belongs into her access answer (house.md
"Personal data at home").

Hers are the requests in which the same subject was located or proved, and those of an account that is linked to her
customer number by proof; a name, an address or a signed-in session alone make nothing hers. The answer shows what was
there when its draft was asked for, so that a repeated draft has the same bytes. Of staff it says only that it was staff
(A-07), notes about her are shown (X-05), and what opens something (codes, tokens, hashes) never leaves.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils.translation import gettext as _

from dsr.cases.uploads import name_of
from dsr.fulfil.letters import text_of
from dsr.fulfil.own_described import OWN, described, label
from dsr.fulfil.whose import Hers, hers
from dsr.models import Artifact, Case, Event, EventNote, IdentityCheck, Letter, Message, OneTimeCode, Upload
from dsr.output.inputs import Found, Redaction, Searched
from dsr.vault import MissingKeyError
from exporters.contract import Batch, CellNote, Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from dsr.models.base import Sealed
    from exporters.contract import JsonValue

Row = tuple["JsonValue", ...]
# A hold may be the order of an authority that nobody may speak of, and a gap would speak of it too: these events
# are in no answer, whatever the reason was. Where a hold delays an erasure, the letter about that erasure says so.
UNSPOKEN = frozenset({"hold_set", "hold_lifted"})
# In these notes staff tells her from people who resemble her, or keeps what somebody else wrote to us about her.
ABOUT_OTHERS = frozenset({"match_decided", "mail_received"})


def own_searched(language: str) -> Searched:
    """The line of our own database among the systems searched (A-01); the request itself is always there."""
    return Searched(store=OWN, label=label(language), found=True)


def own_found(case: Case, *, until: datetime) -> tuple[Found, ...]:
    """What our own database holds about the subject of `case`, as of `until` (aware); data sets without a row are left out.

    Reads everything at once: a person has some hundreds of these rows at most.
    """
    reading = _Reading(hers(case, until=until), ZoneInfo(case.controller.timezone), until)
    language = case.request.language
    found = []
    for name, info in described(language).items():
        rows, notes = reading.rows(name)
        if rows:
            columns = tuple(field.name for field in info.fields if field.name not in _CLOSED)
            batch = Batch(name, columns, tuple(rows), tuple(notes))
            found.append(Found(OWN, label(language), info, functools.partial(_once, batch), own=True))
    return tuple(found)


def own_left_out(case: Case, *, until: datetime) -> tuple[Redaction, ...]:
    """What of our own database is not in the answer because somebody else made it about the same contract (X-02, X-04)."""
    count = hers(case, until=until).others
    if not count:
        return ()
    reason = _("They speak of another person (Article 15(4) GDPR). Ask us if you think that one of them is yours.")
    what = _("Requests or accounts of somebody else about the same contract")
    return (Redaction(OWN, "requests", reason, count, what),)


# What stores gave and what letters were laid out to is not listed again: it is in the answer, or a letter above.
HANDED_OUT = (
    Artifact.Kind.PACKAGE,
    Artifact.Kind.LETTER,
    Artifact.Kind.REPORT,
    Artifact.Kind.CERTIFICATE,
    Artifact.Kind.OUTGOING,
)
_CLOSED = frozenset({"password", "code", "secret"})


def _once(batch: Batch) -> Iterator[Batch]:
    yield batch


class _Reading:
    """Rows of one person's accounts and requests before one instant, dates in the controller's time zone."""

    def __init__(self, whose: Hers, zone: ZoneInfo, until: datetime) -> None:
        self._hers, self._zone, self._until = whose, zone, until

    def rows(self, name: str) -> tuple[list[Row], list[Note]]:
        """The rows of one data set, oldest first, and what is withheld in them."""
        if name == "history":
            return self._history()
        made: dict[str, Any] = {
            "account": self._accounts,
            "account_links": self._links,
            "account_sign_in": self._sign_in,
            "requests": self._requests,
            "cases": self._cases,
            "messages": self._messages,
            "letters": self._letters,
            "files": self._files,
            "sent_files": self._uploads,
            "identity_checks": self._codes,
        }
        return list(made[name]()), []

    def _at(self, moment: datetime | None) -> str | None:
        if moment is None or moment > self._until:
            return None
        return moment.astimezone(self._zone).isoformat(timespec="seconds")

    def _accounts(self) -> Iterator[Row]:
        for user in self._hers.accounts:
            confirmed = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()
            dates = self._at(user.date_joined), self._at(user.last_login)
            yield user.email, user.display_name, user.language, int(confirmed), *dates, int(user.is_active)

    def _links(self) -> Iterator[Row]:
        for user in self._hers.accounts:
            for link in user.links.filter(proven_at__lte=self._until).select_related("user").order_by("proven_at"):
                content = _content(link)
                proved = content.get("customer_number", ""), content.get("contact", ""), link.method
                yield link.store, *proved, self._at(link.proven_at), self._at(link.revoked_at)

    def _sign_in(self) -> Iterator[Row]:
        for user in self._hers.accounts:
            factors = Authenticator.objects.filter(user=user, created_at__lte=self._until).order_by("created_at", "pk")
            for row in factors:
                name = str(row.data.get("name", ""))
                yield str(row.type), name, "", self._at(row.created_at), self._at(row.last_used_at)
            logins = user.outside_logins.filter(created_at__lte=self._until).select_related("user")
            for login in logins.order_by("created_at"):
                yield login.source, "", str(_content(login).get("subject", "")), self._at(login.created_at), None

    def _requests(self) -> Iterator[Row]:
        for request in self._hers.requests:
            told = _content(request)
            texts = (str(told.get(key, "")) for key in ("name", "words", "contact_email", "contact_post"))
            yield (
                request.reference,
                self._at(request.received_at),
                request.channel,
                request.language,
                *texts,
                [[str(kind), str(value)] for kind, value in told.get("identifiers", [])] or None,
                told.get("scope") or None,
            )

    def _cases(self) -> Iterator[Row]:
        for case in self._of_requests(Case.objects, "request").select_related("request").order_by("received_on", "id"):
            last = self._before(case.events, "at").order_by("-seq").first()
            state = last.to_state if last else "received"
            dates = case.received_on.isoformat(), self._at(case.request.identified_at), self._at(case.closed_at)
            yield case.request.reference, case.right, state, *dates

    def _history(self) -> tuple[list[Row], list[Note]]:
        events = self._of_requests(self._before(Event.objects, "at"), "case__request").exclude(action__in=UNSPOKEN)
        rows: list[Row] = []
        notes: list[Note] = []
        texts = self._notes()
        for event in events.select_related("case__request").order_by("at", "case__received_on", "case_id", "seq"):
            text: str | None = texts.get(event.pk)
            if text and event.action in ABOUT_OTHERS:
                text = None
                notes.append(Note(len(rows), "note", CellNote.WITHHELD))
            case = event.case
            happened = self._at(event.at), event.action, event.actor_kind, text
            rows.append((case.request.reference, case.right, *happened))
        return rows, notes

    def _notes(self) -> dict[Any, str]:
        rows = self._of_requests(EventNote.objects, "event__case__request").select_related("event__case__controller")
        return {row.event_id: str(_content(row).get("text", "")) for row in rows}

    def _messages(self) -> Iterator[Row]:
        rows = self._of_requests(self._before(Message.objects, "created_at"), "request")
        for message in rows.select_related("request").order_by("created_at", "id"):
            content = _content(message)
            sender = "you" if message.inbound else "us"
            texts = (str(content.get(key, "")) for key in ("to", "subject", "body"))
            yield message.request.reference, self._at(message.created_at), sender, message.kind, *texts

    def _letters(self) -> Iterator[Row]:
        rows = self._of_requests(self._before(Letter.objects, "sent_at"), "case__request")
        for letter in rows.select_related("case__request").order_by("sent_at", "id"):
            sent = self._at(letter.sent_at), letter.channel
            yield letter.case.request.reference, letter.code, *sent, _text(letter)

    def _files(self) -> Iterator[Row]:
        rows = self._of_requests(self._before(Artifact.objects, "created_at"), "case__request")
        shown = rows.filter(released_at__lt=self._until, kind__in=HANDED_OUT)
        for file in shown.select_related("case__request").order_by("created_at", "id"):
            expires = file.expires_at.astimezone(self._zone).isoformat(timespec="seconds") if file.expires_at else None
            dates = self._at(file.created_at), self._at(file.released_at), expires
            yield file.case.request.reference, file.kind, *dates, file.size, file.sha256

    def _uploads(self) -> Iterator[Row]:
        rows = self._of_requests(self._before(Upload.objects, "created_at"), "request").exclude(
            purpose=Upload.Purpose.MATTER  # like the matter itself: between the authority and us
        )
        for upload in rows.select_related("request").order_by("created_at", "id"):
            dates = self._at(upload.seen_at), self._at(upload.deleted_at)
            what = name_of(upload) or None, upload.purpose, self._at(upload.created_at), upload.size
            yield upload.request.reference, *what, *dates

    def _codes(self) -> Iterator[Row]:
        mine = Q(request__in=self._hers.requests) | Q(user__in=self._hers.accounts)
        # Codes to a department that works by hand went to a colleague, not to her.
        rows = self._before(OneTimeCode.objects, "created_at").filter(mine).exclude(purpose=OneTimeCode.Purpose.HAND)
        for code in rows.order_by("created_at", "id"):
            yield self._at(code.created_at), code.purpose, self._at(code.sent_at), self._at(code.used_at)
        checks = self._of_requests(self._before(IdentityCheck.objects, "created_at"), "request")
        for check in checks.order_by("created_at", "id"):
            yield self._at(check.created_at), check.kind, None, self._at(check.closed_at)

    def _before(self, rows: Any, column: str) -> Any:
        """What was there before the draft was asked for: what it does itself is not part of it."""
        return rows.filter(**{f"{column}__lt": self._until})

    def _of_requests(self, rows: Any, path: str) -> Any:
        return rows.filter(**{f"{path}__in": self._hers.requests})


def _content(row: Sealed) -> dict[str, Any]:
    """What is sealed in a row; nothing after its key was destroyed (4.5: the file is gone, its dates are not yet)."""
    try:
        return row.content()
    except MissingKeyError:
        return {}


def _text(letter: Letter) -> str | None:
    """What a sent letter said; nothing for one that is a part of an answer, or whose words were shredded."""
    try:
        return text_of(letter) or None
    except MissingKeyError:
        return None


def references(found: Iterable[Found]) -> frozenset[str]:
    """The case numbers that `own_found` took for hers, for tests and the desk."""
    for one in found:
        if one.info.name == "requests":
            return frozenset(str(row[0]) for batch in one.read() for row in batch.rows)
    return frozenset()
