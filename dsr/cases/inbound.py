"""What is made of a mail that came in: a request, a message on one, nothing, or a question for a person (T-02, T-03).

A reference in a subject proves nothing, and neither does a sender: a mail joins a request only when it names it or answers a
mail of ours about it, and comes from the contact on file. It then adds words and files, and shows the sender nothing.
Every verb is one transaction. Bytes are handled by dsr.fulfil.inbound.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from dsr.cases import bounces, intake, messages
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.inbound_doubts import Doubt
from dsr.cases.inbound_words import as_note, hers, noted, words_of
from dsr.cases.perform import ConflictError, RefusedError, insist, record, staff_id
from dsr.cases.setup import record_setup
from dsr.law.rights import Right
from dsr.law.workflow import Refusal, State
from dsr.models import Channel, InboundMail, Message, Request
from dsr.vault import blind
from dsr.work import wake

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.cases.inbound_text import Letter
    from dsr.law.workflow import Actor
    from dsr.models import Controller, RowId

Kind = InboundMail.Kind
IGNORED: Final = frozenset({Kind.BOUNCE, Kind.AUTOMATIC, Kind.LIST, Kind.LOOP, Kind.DUPLICATE})
"""Mail that no person has to look at; it is counted and listed."""
MOST_A_DAY: Final = 5
"""New requests that one sender opens by mail within a day; more wait for a person."""
_GONE: Final = frozenset({State.ARCHIVED.value, State.PURGED.value})


def sort(*, mail_id: RowId, letter: Letter, raw: bytes, now: datetime) -> InboundMail:
    """Decide what a mail is, once, and do it. Returns the row; one that was decided before is returned as it is."""
    bounced = bounces.take(raw=raw, now=now)
    with transaction.atomic():
        mail = _locked(mail_id)
        if mail.kind != Kind.NEW:
            return mail
        _describe(mail, letter)
        mail.kind = _ignored(mail, letter, bounced)
        if mail.kind is Kind.NEW and not _first(mail, letter):
            mail.kind = Kind.DUPLICATE
        if mail.kind is Kind.NEW:
            _decide(mail, letter, now)
        _settle(mail, now)
        mail.save()
    return mail


def _locked(mail_id: RowId) -> InboundMail:
    rows = InboundMail.objects.select_for_update(of=("self",)).select_related("controller")
    found: InboundMail = rows.get(pk=mail_id)
    return found


def _describe(mail: InboundMail, letter: Letter) -> None:
    """Seal what a page shows of the mail into its row."""
    files = [{"number": one.number, "name": one.name, "size": len(one.content)} for one in letter.attachments]
    mail.put(
        {
            "address": letter.address,
            "name": letter.name,
            "subject": letter.subject,
            "text": letter.text,
            "was_html": letter.was_html,
            "language": letter.language,
            "files": files,
            "references": list(letter.references),
            "disowned": letter.authentic is False,
        }
    )
    if letter.address:
        mail.sender_token = blind.token(mail.controller.slug, "email", letter.address)


def _ignored(mail: InboundMail, letter: Letter, bounced: bounces.Taken) -> InboundMail.Kind:
    """The kind of a mail that nobody has to read; NEW for all others."""
    if letter.looped or letter.address in own_addresses(mail.controller):
        return Kind.LOOP
    report = bounced is bounces.Taken.UNKNOWN and letter.automatic
    if report or bounced in {bounces.Taken.BOUNCED, bounces.Taken.DELAYED, bounces.Taken.REPEATED}:
        return Kind.BOUNCE
    if letter.list_mail:
        return Kind.LIST
    return Kind.AUTOMATIC if letter.automatic else Kind.NEW


def own_addresses(controller: Controller) -> frozenset[str]:
    """Addresses that are ours: mail from them is our own that came round, or pretends to be."""
    box = settings.DSR_INBOX.get(controller.slug) or {}
    ours = (controller.privacy_email, settings.DSR_MAIL_BOUNCES, settings.DEFAULT_FROM_EMAIL, box.get("user", ""))
    return frozenset(one.strip().lower() for one in ours if "@" in one)


def _first(mail: InboundMail, letter: Letter) -> bool:
    """Whether this is the first mail with this Message-ID and this content; two at once meet at the constraint."""
    if not letter.message_id or not letter.digest:
        return True
    mail.fingerprint = blind.token(mail.controller.slug, "mail", letter.digest)
    try:
        with transaction.atomic():
            InboundMail.objects.filter(pk=mail.pk).update(fingerprint=mail.fingerprint)
    except IntegrityError:
        mail.fingerprint = ""
        return False
    return True


def _decide(mail: InboundMail, letter: Letter, now: datetime) -> None:
    doubt = mail.doubt or _doubt_at_sight(letter)
    if not doubt:
        meant = _meant(mail.controller, letter)
        if meant or letter.references:
            doubt = _doubt_of(meant, letter)
            if not doubt:
                _add(mail, meant[0], SYSTEM, now)
                return
    doubt = doubt or _doubt_as_new(mail, letter)
    if doubt:
        mail.kind, mail.doubt = Kind.UNDECIDED, doubt
    else:
        _open(mail, SYSTEM, now)


def _doubt_at_sight(letter: Letter) -> str:
    if letter.unreadable:
        return Doubt.UNREADABLE
    if not letter.address or not _writable(letter.address):
        return Doubt.NO_SENDER
    if letter.authentic is False:
        return Doubt.DISOWNED
    return "" if letter.text or letter.subject or letter.attachments else Doubt.EMPTY


def _writable(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def _meant(controller: Controller, letter: Letter) -> list[Request]:
    """The requests the mail names in its subject, or whose mails it answers."""
    answered = Message.objects.of(controller).filter(pk__in=letter.answers[:20]).values("request")
    rows = Request.objects.of(controller)
    found = rows.filter(reference__in=letter.references[:20]) | rows.filter(pk__in=answered)
    return list(found.select_related("account", "controller").order_by("reference")[:3])


def _doubt_of(meant: list[Request], letter: Letter) -> str:
    """Why the mail may not join the request it names."""
    if not meant:
        return Doubt.NO_SUCH_REQUEST
    if len(meant) > 1:
        return Doubt.SEVERAL
    if messages.contact_of(meant[0]).strip().lower() != letter.address:
        return Doubt.OTHER_SENDER
    states = set(meant[0].cases.values_list("state", flat=True))
    return Doubt.CLOSED if states <= _GONE else ""


def _doubt_as_new(mail: InboundMail, letter: Letter) -> str:
    since = mail.received_at - timedelta(days=1)
    tokens = blind.tokens(mail.controller.slug, "email", letter.address)
    same = InboundMail.objects.of(mail.controller).filter(sender_token__in=tokens, kind=Kind.REQUEST)
    return Doubt.MANY if same.filter(received_at__gte=since).count() >= MOST_A_DAY else ""


def _add(mail: InboundMail, request: Request, actor: Actor, now: datetime) -> None:
    """Make the mail a message of a request, at the time it reached us; of anybody but its contact a note for staff.

    A message stands in the portal under the name of the subject and leaves with her records: the words of a former partner
    must never be there, whoever of staff found that they belong to the request (X-04).
    """
    mail.kind, mail.request = Kind.MESSAGE, request
    note = ""
    if hers(mail, request):
        mail.message = messages.from_subject(request=request, text=words_of(mail), now=mail.received_at)
    else:
        note = as_note(mail)
    for case_id in request.cases.order_by("pk").values_list("pk", flat=True):
        record(case_id=case_id, kind="mail_received", actor=actor, now=now, data={"mail": str(mail.pk)}, note=note)


def _open(mail: InboundMail, actor: Actor, now: datetime) -> None:
    """Make the mail a request nobody has sorted yet, received when it reached our server (T-02, 4.1)."""
    content, controller = mail.content(), mail.controller
    languages = controller.languages or ["en"]
    told = intake.Told(
        name=content["name"] or content["address"],
        words=words_of(mail),
        contact_email=content["address"],
        identifiers=(("email", content["address"]),),
    )
    mail.kind = Kind.REQUEST
    mail.request = intake.open_request(
        controller=controller,
        rights=[Right.ACCESS],
        channel=Channel.EMAIL,
        told=told,
        language=content["language"] if content["language"] in languages else languages[0],
        received_at=min(mail.received_at, now),
        actor=actor,
        now=now,
        submission_key=f"mail:{mail.pk.hex}",
        unclassified=True,
    )


def _settle(mail: InboundMail, now: datetime) -> None:
    """What is left to do with it: files for the request, or nothing; how long the mail as it came stays (4.5)."""
    files = bool(mail.request_id and not noted(mail) and mail.content().get("files"))
    mail.attempts, mail.not_before = 0, now if files else None
    undecided = mail.kind == Kind.UNDECIDED
    mail.delete_after = None if undecided else now + timedelta(days=settings.DSR_INBOX_KEEP_DAYS)


# --- what a person decides ----------------------------------------------------------------------------------------------


@transaction.atomic
def make_request(*, mail_id: RowId, actor: Actor, now: datetime) -> Request:
    """A person says that the mail is a request of its own. RefusedError: the role, decided before, nobody to answer to."""
    mail = _undecided(mail_id, actor)
    if not _writable(mail.content().get("address", "")):
        raise RefusedError(Refusal("mail_without_sender"))
    _open(mail, actor, now)
    _decided(mail, actor, now)
    found = mail.request
    if found is None:
        raise ConflictError
    return found


@transaction.atomic
def add_to(*, mail_id: RowId, reference: str, actor: Actor, now: datetime) -> Request:
    """A person says which request the mail belongs to: a message there, or a note when another than its contact wrote it.

    RefusedError: the role, decided before, no such request here, or one whose file is closed for good.
    """
    mail = _undecided(mail_id, actor)
    wanted = "".join(reference.split()).upper()
    found: Request | None = Request.objects.of(mail.controller).filter(reference=wanted).first()
    if found is None:
        raise RefusedError(Refusal("reference_unknown"))
    if set(found.cases.values_list("state", flat=True)) <= _GONE:
        raise RefusedError(Refusal("request_archived"))
    _add(mail, found, actor, now)
    _decided(mail, actor, now)
    return found


@transaction.atomic
def dismiss(*, mail_id: RowId, reason: str, actor: Actor, now: datetime) -> InboundMail:
    """A person says that the mail is no request, and why; the reason is sealed, the decision is an event of the set-up chain."""
    mail = _undecided(mail_id, actor)
    if not reason.strip():
        raise RefusedError(Refusal("reason_missing"))
    mail.put(mail.content() | {"why": reason.strip()[:1000]})
    mail.kind = Kind.DISMISSED
    _decided(mail, actor, now)
    data = {"mail": str(mail.pk), "doubt": mail.doubt}
    record_setup(controller=mail.controller, kind="mail_dismissed", actor=actor, now=now, data=data)
    return mail


def _undecided(mail_id: RowId, actor: Actor) -> InboundMail:
    insist(actor, Duty.SETTLE_MAIL)
    mail = _locked(mail_id)
    if mail.kind != Kind.UNDECIDED:
        raise ConflictError
    return mail


def _decided(mail: InboundMail, actor: Actor, now: datetime) -> None:
    mail.decided_by_id, mail.decided_at = staff_id(actor), now
    _settle(mail, now)
    mail.save()
    if mail.not_before is not None:
        wake.nudge("dsr.work.jobs.take_mail", str(mail.pk))


def undecided(controller: Controller) -> QuerySet[InboundMail]:
    """The mails that wait for a person."""
    rows: QuerySet[InboundMail] = InboundMail.objects.of(controller).filter(kind=Kind.UNDECIDED)
    return rows


def note_fetched(*, mail: InboundMail, actor: Actor, now: datetime) -> None:
    """Record that a member of staff fetched a mail as it came: on the cases of its request, else in the set-up chain."""
    data = {"mail": str(mail.pk)}
    if mail.request is None:
        record_setup(controller=mail.controller, kind="mail_fetched", actor=actor, now=now, data=data)
        return
    for case_id in mail.request.cases.order_by("pk").values_list("pk", flat=True):
        record(case_id=case_id, kind="mail_fetched", actor=actor, now=now, data=data)
