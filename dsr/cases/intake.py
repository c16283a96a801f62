"""Opening a request: counted on receipt, whatever the channel, before anybody proves anything (T-02, T-03, T-27)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F

from dsr import audit
from dsr.cases import at_once, clock, closeness, letters, messages, stop_mail
from dsr.cases.finding import values_of_told
from dsr.law.rights import IDENTITY_MINIMUM, IdentityLevel
from dsr.law.workflow import Actor, Refusal, State
from dsr.models import Case, Channel, Controller, IndexToken, ReferenceCounter, Request, User
from dsr.vault import blind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dsr.law.rights import Right

MAX_WORDS = 10_000
REFERENCE = "DSR-{year}-{number:06d}"


class InvalidRequestError(Exception):
    """What was sent cannot be opened; `refusal` says what to change."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, {})


@dataclass(frozen=True, slots=True)
class Told:
    """What a person told us: name, words, contact, identifiers by kind (customer_number, email, phone, …), scope choices.

    Of several rights in one sitting, `words` and `scope` hold everything and `by_right` what belongs to which, as
    `{right: {"words", "scope"}}`; it is kept only where there are several.
    """

    name: str
    words: str = ""
    contact_email: str = ""
    contact_post: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    scope: dict[str, Any] = field(default_factory=dict)
    by_right: dict[str, Any] = field(default_factory=dict)


def open_request(
    *,
    controller: Controller,
    rights: Sequence[Right],
    channel: str,
    told: Told,
    language: str,
    received_at: datetime,
    actor: Actor,
    now: datetime,
    account: User | None = None,
    submission_key: str | None = None,
    unclassified: bool = False,
) -> Request:
    """Open a request with one case per right, start the clock, queue the acknowledgement L-01.

    `unclassified`: her words do not say which right it is. `rights` is then the widest one, access, until somebody has
    sorted it (4.1, `dsr.cases.triage`); the clock runs all the same.

    `received_at` is the instant it reached the controller, which may be before `now` (a letter, a phone note), never
    after. The same `submission_key` twice gives the first request again. InvalidRequestError says what to change.
    """
    if not rights or len(set(rights)) != len(rights):
        raise InvalidRequestError("rights_missing")
    if received_at > now:
        raise InvalidRequestError("received_in_future")
    if channel not in Channel.values:
        raise InvalidRequestError("channel_unknown")
    if not told.name.strip() and account is None:
        raise InvalidRequestError("name_missing")
    try:
        with transaction.atomic():
            return _open(
                controller,
                rights,
                channel,
                told,
                language,
                received_at,
                actor,
                now,
                account,
                submission_key,
                unclassified=unclassified,
            )
    except IntegrityError:
        first: Request | None = Request.objects.of(controller).filter(submission_key=submission_key or "").first()
        if first is None:
            raise
        return first


def _open(  # noqa: PLR0917 -- the one caller above names them all
    controller: Controller,
    rights: Sequence[Right],
    channel: str,
    told: Told,
    language: str,
    received_at: datetime,
    actor: Actor,
    now: datetime,
    account: User | None,
    submission_key: str | None,
    *,
    unclassified: bool,
) -> Request:
    year = clock.local_date(controller, received_at).year
    request = Request(
        controller=controller,
        reference=REFERENCE.format(year=year, number=_next_number(controller, year)),
        account=account,
        channel=channel,
        language=language,
        received_at=received_at,
        created_at=now,
        submission_key=submission_key,
    )
    request.put(
        {
            "name": told.name.strip(),
            "words": told.words.strip()[:MAX_WORDS],
            "contact_email": told.contact_email.strip(),
            "contact_post": told.contact_post.strip(),
            "identifiers": [[kind, value.strip()] for kind, value in told.identifiers if value.strip()],
            "scope": told.scope,
            **({"by_right": told.by_right} if len(told.by_right) > 1 else {}),
        }
    )
    request.save(force_insert=True)
    _index(request, told)
    proved = account is not None and account.links.filter(revoked_at__isnull=True).exists()
    level = IdentityLevel.STRONG if proved else IdentityLevel.NONE
    for right in rights:
        # Who asks for somebody else proves another thing, in another way (3.9).
        identity_open = not told.scope.get("for") and level < IDENTITY_MINIMUM[right]
        open_case(
            request=request, right=right, actor=actor, now=now, identity_open=identity_open, unclassified=unclassified
        )
    closeness.look(request=request, now=now)
    stopped = at_once.begin_all(request=request, now=now)
    to = messages.contact_of(request)
    if to and len(stopped) == len(rights):
        stop_mail.tell(request=request, to=to, now=now)
    elif to:
        due = max((d for d in request.cases.values_list("due_on", flat=True) if d), default=None)
        messages.queue_mail(
            request=request, kind="acknowledgement", to=to, now=now, context={"name": told.name.strip(), "due_on": due}
        )
    return request


def _next_number(controller: Controller, year: int) -> int:
    """Claim the next number of the year of receipt; the row lock of the update orders those who ask at once."""
    counter, _ = ReferenceCounter.objects.get_or_create(controller=controller, year=year)
    ReferenceCounter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    return int(ReferenceCounter.objects.values_list("last", flat=True).get(pk=counter.pk))


def _index(request: Request, told: Told) -> None:
    """Blind-index what the desk searches by: words of the name, the contact, the identifiers, for whom it is asked."""
    slug = request.controller.slug
    found = values_of_told(asdict(told), country=request.controller.country)
    rows = {(kind, blind.token(slug, kind, value)) for kind, value in found}
    IndexToken.objects.bulk_create(
        IndexToken(controller=request.controller, request=request, kind=kind, token=token)
        for kind, token in sorted(rows)
    )


def open_case(
    *, request: Request, right: Right, actor: Actor, now: datetime, identity_open: bool, unclassified: bool = False
) -> Case:
    """Open one case of a request inside the caller's transaction; its clock runs from the receipt of the request (T-26)."""
    given = clock.clock_input(controller=request.controller, received_at=request.received_at, right=right)
    dates = clock.columns(given, today=clock.local_date(request.controller, now))
    case = Case(
        controller=request.controller,
        request=request,
        right=right.value,
        unclassified=unclassified,
        version=1,
        regime=request.controller.regime,
        told_due_on=dates["due_on"],
        next_rung_on=dates["received_on"],
        **dates,
    )
    case.vault_key()
    case.save(force_insert=True)
    receipt = letters.receipt(case=case, identity_open=identity_open, now=now)
    data = {
        "channel": request.channel,
        "right": right.value,
        **({"unclassified": True} if unclassified else {}),
        **clock.dates_data(dates),
        "letter": receipt.code,
        "letter_sha256": receipt.content_sha256,
    }
    audit.append(case=case, at=now, actor=actor, action="received", from_state="", to_state=State.RECEIVED, data=data)
    return case
