"""Letters from draft to proof: written by the verb that decides, previewed, approved as those bytes, sent, never changed.

A verb says what its letter states (`send`); the row, its hash and the event of the chain are written in the verb's own
transaction. A preview is the same verb, rehearsed: it runs to its end in a transaction that is taken back, and what it
would have sent is kept as a draft. Sending runs it again, and only the very same words may leave (rules 5.1, 4.2, 4.0.7).
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.cases import enclosures, letter_content, messages, opinions, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.letter_content import Elements, IncompleteLetterError
from dsr.cases.perform import ConflictError, RefusedError, insist, record, staff_id
from dsr.law.letter_approval import Approval, approval
from dsr.law.letters import LetterCode, Outcome
from dsr.law.workflow import Actor, Refusal, Role
from dsr.models import Artifact, Case, Letter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.models import RowId

__all__ = ["IncompleteLetterError", "dispatch", "prepare", "receipt", "send", "void"]

Status = Letter.Status
_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)
"""Whether what is sent now will be taken back: a preview."""
_approved: ContextVar[Any] = ContextVar("approved", default=None)
"""The draft that somebody approves now, with what goes along; None where a verb sends without one."""
OPERATION = "letter"
# Addressed to a recipient, a publisher or a processor: never among the letters of the person (Art. 19, 17(2), 28).
TO_OTHERS: Final = frozenset({LetterCode.RECIPIENT_NOTICE, LetterCode.PUBLIC_NOTICE, LetterCode.PROCESSOR_INSTRUCTION})
# Who decides, when somebody else drafts: a lead nobody has named yet. Whoever sends is checked by name.
_DECIDER = Actor(kind="system", id="", roles=frozenset({Role.LEAD}))


def send(
    *,
    case: Case,
    code: LetterCode,
    elements: Elements,
    now: datetime,
    outcome: Outcome = Outcome.GRANTED,
    paragraph: str = "",
    actor: Actor = SYSTEM,
    mail: str = "new_letter",
    to: Mapping[str, Any] | None = None,
    language: str = "",
) -> Letter:
    """Send a letter within the caller's transaction: it stands in the portal at once, its PDF follows, a mail announces it.

    `elements` are sentences in the language of the request (or in `language`, where another one was chosen) for what `dsr.law.letter_standing.to_write` leaves open. A
    draft with exactly these words is the one that leaves, with the file that was previewed; other drafts of the letter
    are void, and so is one with enclosures that nobody approves now: files leave by `dispatch` alone. `to` (name and address lines) is whom a notice to others goes to, by post. `mail` is the kind of mail that announces it; empty when a mail has said it before. IncompleteLetterError when a mandatory element is missing.
    """
    said = letter_content.compose(
        case=case,
        code=code,
        elements=elements,
        outcome=outcome,
        paragraph=paragraph,
        now=now,
        to=to,
        language=language,
    )
    # A draft of another text may be written: she reads it, and says whether it may leave.
    if not _rehearsing.get() and opinions.other_text(case=case, code=code, said=said):
        raise RefusedError(Refusal("opinion_on_other_text", {}))
    letter = _waiting(case, code, letter_content.digest(said)) or _draft(case, said, actor=actor, now=now)
    _leave(letter, actor=actor, now=now)
    if not letter.pdf_sha256:
        tasks.ensure(case=case, operation=OPERATION, letter=letter, now=now)
    _announce(case, "" if code in TO_OTHERS else mail, now)
    return letter


def _waiting(case: Case, code: LetterCode, content_sha256: str) -> Letter | None:
    rows = Letter.objects.filter(case=case, code=code.value, status=Status.DRAFT, content_sha256=content_sha256)
    # The person herself, the tick or another verb may say the same words: nobody looked at the files then.
    rows = rows.exclude(pk__in=enclosures.drafts_with_files(case, but=_approved.get()))
    found: Letter | None = rows.order_by("created_at").first()
    return found


def _draft(
    case: Case,
    said: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    columns: Mapping[str, Any] | None = None,
    **sealed: Any,
) -> Letter:
    letter = Letter(
        controller=case.controller,
        case=case,
        code=said["code"],
        outcome=said["outcome"],
        language=said["head"]["language"],
        content_sha256=letter_content.digest(said),
        drafted_by_id=staff_id(actor),
        created_at=now,
        **(columns or {}),
    )
    letter.put({"said": dict(said), **sealed})
    letter.save(force_insert=True)
    return letter


def _leave(letter: Letter, *, actor: Actor, now: datetime) -> None:
    """Claim the draft, void the others of its kind, and put its hashes into the chain. ConflictError when it is gone."""
    case = letter.case
    channel = Letter.Channel.POST if letter.code in TO_OTHERS else channel_of(case)
    decided = {"approved_by_id": staff_id(actor), "approved_at": now} if letter.approved_at is None else {}
    mine = Letter.objects.filter(pk=letter.pk, status__in=[Status.DRAFT, Status.APPROVED])
    if not mine.update(status=Status.SENT, sent_at=now, channel=channel, **decided):
        raise ConflictError
    letter.refresh_from_db()
    files = enclosures.of_letter(letter)
    if files and letter.pk != _approved.get():  # added since the draft was looked for
        raise ConflictError
    void(case=case, code=LetterCode(letter.code), now=now)
    record(
        case_id=case.pk,
        kind="letter_sent",
        actor=actor,
        now=now,
        data=facts_of_letter(letter) | {"channel": channel.value} | enclosures.facts(files),
    )


def facts_of_letter(letter: Letter) -> dict[str, str]:
    """What the chain says of a letter: its code, language and hashes, never a word of it (4.4)."""
    facts = {"letter": letter.code, "language": letter.language, "letter_sha256": letter.content_sha256}
    return facts | ({"pdf_sha256": letter.pdf_sha256} if letter.pdf_sha256 else {})


def channel_of(case: Case) -> Letter.Channel:
    """How the person hears of a letter: by mail, by post when she gave an address only, else in the portal."""
    if messages.contact_of(case.request):
        return Letter.Channel.MAIL
    return Letter.Channel.POST if case.request.content().get("contact_post") else Letter.Channel.PORTAL


def _announce(case: Case, mail: str, now: datetime) -> None:
    to = messages.contact_of(case.request) if mail else ""
    if to:
        name = str(case.request.content().get("name", ""))
        messages.queue_mail(request=case.request, kind=mail, to=to, now=now, context={"name": name})


def _drafts(case: Case, code: LetterCode) -> QuerySet[Letter]:
    rows: QuerySet[Letter] = Letter.objects.filter(
        case=case, code=code.value, status__in=[Status.DRAFT, Status.APPROVED]
    )
    return rows


def void(*, case: Case, code: LetterCode, now: datetime, but: Letter | None = None) -> None:
    """Give up the drafts of one letter, except `but`; their files go with the next clearing."""
    rows = _drafts(case, code)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    found = dict(rows.values_list("pk", "artifact_id"))
    files = [artifact for artifact in found.values() if artifact is not None]
    rows.update(status=Status.VOID)
    enclosures.let_go(letters=found, now=now)
    Artifact.objects.filter(pk__in=files, kind=Artifact.Kind.WRITTEN).update(superseded_at=now)


# --- preview = approval = sending ---------------------------------------------------------------------------------------


def prepare(
    *,
    case_id: RowId,
    action: str,
    fields: Mapping[str, Any],
    run: Callable[[Actor], object],
    actor: Actor,
    now: datetime,
) -> Letter:
    """Draft the letter that `run` (a verb, given who acts) would send, and have it laid out for a preview.

    `fields` are what was typed into the form of `action`; they are sealed with the draft, so that sending needs nothing
    typed again. Whoever handles cases may draft what a lead decides. RefusedError, ConflictError and
    IncompleteLetterError are those of the verb.
    """
    insist(actor, Duty.DRAFT)
    case = Case.objects.select_related("controller", "request__account").get(pk=case_id)
    said = _rehearsed(case, run, actor)
    with transaction.atomic():
        earlier = list(_drafts(case, LetterCode(said["code"])).values_list("pk", flat=True))
        void(case=case, code=LetterCode(said["code"]), now=now)
        letter = _draft(case, said, actor=actor, now=now, columns={"action": action}, fields=dict(fields))
        enclosures.carry(old=earlier, new=letter)
        record(case_id=case.pk, kind="letter_drafted", actor=actor, now=now, data=facts_of_letter(letter))
        tasks.ensure(case=case, operation=OPERATION, letter=letter, now=now)
    return letter


def rehearse(*, case_id: RowId, run: Callable[[Actor], object], actor: Actor) -> dict[str, Any]:
    """What `run` would send, for a look while it is still being written; nothing is kept. The errors are those of the verb."""
    insist(actor, Duty.DRAFT)
    return _rehearsed(Case.objects.select_related("controller", "request__account").get(pk=case_id), run, actor)


def _rehearsed(case: Case, run: Callable[[Actor], object], actor: Actor) -> dict[str, Any]:
    """What `run` would send. It runs by the drafter when the step is hers, and else by the lead whom it waits for."""
    try:
        return _rehearse(case, run, actor)
    except RefusedError as error:
        if error.refusal.code != "role":
            raise
    said = _rehearse(case, run, _DECIDER)
    if approval(LetterCode(said["code"])) in {Approval.AUTOMATIC, Approval.HANDLER}:
        raise RefusedError(Refusal("role", {"roles": Role.LEAD.value}))
    return said


def _rehearse(case: Case, run: Callable[[Actor], object], actor: Actor) -> dict[str, Any]:
    """Run a verb to its end, read what it sent, and take everything back."""
    mark = _rehearsing.set(True)
    try:
        return _taken_back(case, run, actor)
    finally:
        _rehearsing.reset(mark)


def _taken_back(case: Case, run: Callable[[Actor], object], actor: Actor) -> dict[str, Any]:
    before = set(Letter.objects.filter(case=case, status=Status.SENT).values_list("pk", flat=True))
    with transaction.atomic():
        run(actor)
        made = Letter.objects.filter(case=case, status=Status.SENT).exclude(pk__in=before)
        said: dict[str, Any] = made.select_related("case__request").get().content()["said"]
        transaction.set_rollback(True)
    return said


@transaction.atomic
def dispatch(
    *,
    letter_id: RowId,
    content_sha256: str,
    pdf_sha256: str,
    run: Callable[[], object],
    actor: Actor,
    now: datetime,
    enclosed: str = "",
) -> Letter:
    """Approve exactly the words and the file that were on the screen, and send them: `run` is the verb once more.

    `enclosed`: the hash of what goes along (dsr.cases.enclosures.digest), empty for nothing. RefusedError `letter_changed` when the draft, its file or anything it says is another one by now (an address, a
    date, the controller's own words, the day); `letter_not_laid_out` while there is no file to look at.
    """
    insist(actor, Duty.DRAFT)
    letter: Letter = Letter.objects.select_related("case__request").get(pk=letter_id)
    if letter.status != Status.DRAFT:
        raise RefusedError(Refusal("letter_settled", {}))
    if not letter.pdf_sha256:
        raise RefusedError(Refusal("letter_not_laid_out", {}))
    shown = (content_sha256, pdf_sha256, enclosed)
    if shown != (letter.content_sha256, letter.pdf_sha256, enclosures.digest(letter)):
        raise RefusedError(Refusal("letter_changed", {}))
    # Two previews asked for at the same moment leave two drafts, perhaps with the same words: the one on the screen leaves.
    void(case=letter.case, code=LetterCode(letter.code), now=now, but=letter)
    mark = _approved.set(letter.pk)
    try:
        run()
    finally:
        _approved.reset(mark)
    letter.refresh_from_db()
    if letter.status != Status.SENT or enclosures.digest(letter) != enclosed:
        raise RefusedError(Refusal("letter_changed", {}))
    return letter


@transaction.atomic
def discard(*, letter_id: RowId, actor: Actor, now: datetime) -> None:
    """Give up a draft. RefusedError when it is none any more."""
    insist(actor, Duty.DRAFT)
    letter = Letter.objects.select_related("case").get(pk=letter_id)
    if letter.status != Status.DRAFT:
        raise RefusedError(Refusal("letter_settled", {}))
    void(case=letter.case, code=LetterCode(letter.code), now=now)
    record(case_id=letter.case_id, kind="letter_discarded", actor=actor, now=now, data=facts_of_letter(letter))


def receipt(*, case: Case, identity_open: bool, now: datetime) -> Letter:
    """L-01 within the transaction that opens the request: what was understood, by when it is answered (4.2 no. 1).

    Its hash belongs into the event of the receipt. It is laid out when somebody asks for it. `identity_open`: she still
    has to show who she is.
    """
    said = letter_content.frame(
        case=case,
        code=LetterCode.ACKNOWLEDGEMENT,
        outcome=Outcome.GRANTED,
        paragraph="",
        now=now,
        due_on=case.due_on,
    )
    return _draft(
        case,
        said | {"identity_open": identity_open},
        actor=SYSTEM,
        now=now,
        columns={"status": Status.SENT, "sent_at": now, "channel": channel_of(case)},
    )
