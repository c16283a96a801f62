"""Identity by risk (rules.md 3.8, ux.md 1.6): proven links of accounts, codes to the contact on file, no copies of passports.

The levels are those of dsr.law.rights.IdentityLevel. A code to the contact on file makes a request KNOWN; together with
a signed-in account it is a second factor, so a proven link is STRONG (I-02). The package asks for a fresh proof again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dsr.cases import clock, closeness, identity_checks, letters, notices_on_file, pauses
from dsr.cases.actors import SYSTEM
from dsr.cases.facts import identified
from dsr.cases.identifiers import add_identifiers
from dsr.cases.perform import RefusedError, perform, record
from dsr.law import identity as law
from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode
from dsr.law.rights import IdentityLevel
from dsr.law.workflow import Action, Actor, Refusal, Role, State
from dsr.models import AccountLink, Case, Request, RowId, User
from dsr.vault import blind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet


@transaction.atomic
def link(
    *,
    user: User,
    store: str,
    customer_number: str,
    contact: str,
    method: str,
    now: datetime,
    level: int = IdentityLevel.STRONG,
    firm_from: datetime | None = None,
) -> AccountLink:
    """Store a proven link (by code, hand-over or OIDC claim) and identify the account's open requests with it.

    `level` is how sure the way was; a later, weaker proof of the same number does not make a standing link weaker.
    `firm_from` (UTC): the contact that proved it is a new one, so that until then the link alone is not enough for what
    a thief would ask for (ux.md 1.6).
    """
    token = blind.token(user.controller.slug, f"customer_number:{store}", customer_number)
    found = AccountLink.objects.filter(user=user, store=store, token__in=_tokens(user, store, customer_number)).first()
    proven: AccountLink = found or AccountLink(controller=user.controller, user=user, store=store, token=token)
    standing = found is not None and found.revoked_at is None
    proven.level = max(proven.level, level) if standing else level
    proven.firm_from = None if standing and _is_firm(proven, now) else firm_from
    proven.method, proven.proven_at, proven.revoked_at = method, now, None
    proven.put({"customer_number": customer_number, "contact": contact})
    proven.save()
    for request in open_requests(user):
        if request.content().get("scope", {}).get("for"):
            continue  # asked for a child or somebody else: the account's own number says nothing about that person
        by_links(request=request, user=user, now=now)
    return proven


def open_requests(user: User) -> QuerySet[Request]:
    """The requests of an account that still owe something."""
    rows: QuerySet[Request] = Request.objects.of(user.controller).filter(account=user, cases__closed_at__isnull=True)
    return rows.distinct()


def by_links(*, request: Request, user: User, now: datetime, second_factor: bool = False) -> bool:
    """Identify a request by what its account has proved (I-02); False when nothing is proved.

    Links that are not firm yet prove less, and count only while there is no firm one.
    """
    rows = list(_live(user))
    firm = [row for row in rows if _is_firm(row, now)]
    if not rows:
        return False
    level = min(_level(firm or rows, second_factor), law.reached(law.Way.ACCOUNT, contact_is_new=not firm))
    known = tuple((row.store, str(row.content()["customer_number"])) for row in firm or rows)
    identify(request=request, level=level, method="link", known=known, actor=SYSTEM, now=now, contact_is_new=not firm)
    return True


def _level(rows: Sequence[AccountLink], second_factor: bool) -> IdentityLevel:
    weakest = IdentityLevel(min((row.level for row in rows), default=IdentityLevel.NONE))
    return IdentityLevel.STRONG if second_factor and weakest >= IdentityLevel.KNOWN else weakest


def _live(user: User) -> QuerySet[AccountLink]:
    rows: QuerySet[AccountLink] = user.links.filter(revoked_at__isnull=True)
    return rows.order_by("store", "proven_at").select_related("user")


def _is_firm(row: AccountLink, now: datetime) -> bool:
    return row.firm_from is None or row.firm_from <= now


def _tokens(user: User, store: str, customer_number: str) -> tuple[str, ...]:
    return blind.tokens(user.controller.slug, f"customer_number:{store}", customer_number)


def links_of(user: User) -> tuple[tuple[str, str], ...]:
    """The (store, customer number) pairs this account has proved."""
    return tuple((row.store, str(row.content()["customer_number"])) for row in _live(user))


def firm_links_of(user: User, *, now: datetime) -> tuple[tuple[str, str], ...]:
    """The same without links whose contact on file is a new one: whoever changed it a few days ago may be somebody else."""
    return tuple((row.store, str(row.content()["customer_number"])) for row in _live(user) if _is_firm(row, now))


def links_level(user: User, *, second_factor: bool = False) -> IdentityLevel:
    """How sure the account's proven links are: as the weakest of them, because an answer is about all of them.

    A link that another portal vouched for is KNOWN; in a session with a second factor it is STRONG (I-02). NONE without links.
    """
    return _level(list(_live(user)), second_factor)


@transaction.atomic
def unlink(*, user: User, link_id: RowId, now: datetime) -> bool:
    """Take a link back: it identifies nothing from now on. What was identified by it stays so. False when there is none.

    The row stays: it is the record of why earlier requests were answered.
    """
    return bool(user.links.filter(pk=link_id, revoked_at__isnull=True).update(revoked_at=now))


def contact_on_file(user: User) -> str:
    """The contact that the last link was proved with; where a fresh proof goes."""
    row = user.links.filter(revoked_at__isnull=True).order_by("-proven_at").select_related("user").first()
    return str(row.content().get("contact", "")) if row else ""


@transaction.atomic
def identify(
    *,
    request: Request,
    level: int,
    method: str,
    known: tuple[tuple[str, str], ...],
    actor: Actor,
    now: datetime,
    contact_is_new: bool = False,
    data: dict[str, Any] | None = None,
) -> None:
    """Note who the person is: customer numbers go to the sealed subject, waiting cases move on, a paused clock runs again.

    `contact_is_new`: all of it rests on a contact that changed lately. `data` goes into the events: codes, never words.
    """
    surer = level == request.identity_level and request.contact_is_new and not contact_is_new
    if level > request.identity_level or surer:
        columns = {"identity_level": level, "identity_method": method, "contact_is_new": contact_is_new}
        Request.objects.filter(pk=request.pk).update(identified_at=now, **columns)
        request.refresh_from_db()
    add_identifiers(
        request=request,
        found=[
            {"kind": "customer_number", "value": number, "store": store, "link": "proof"} for store, number in known
        ],
    )
    closeness.look(request=request, now=now)
    for case in request.cases.all():
        _go_on(case, data={"method": method, "level": level, **(data or {})}, actor=actor, now=now)
    if method not in {"callback", "eid"}:  # theirs are closed as confirmed, by whoever knows what was seen
        identity_checks.drop(request=request, now=now)


def _go_on(case: Case, *, data: dict[str, Any], actor: Actor, now: datetime) -> None:
    if not identified(case):
        record(case_id=case.pk, kind="identity_partly", actor=actor, now=now, data=data)
    elif case.state == State.ID_PENDING:
        changes = pauses.resume(case=case, now=now)
        data |= clock.dates_data(changes)
        perform(case_id=case.pk, action=Action.CONFIRM_IDENTITY, actor=actor, now=now, changes=changes, data=data)
        pauses.tell(case=case, kind="identified", due_on=changes["due_on"], now=now)
    elif case.state == State.RECEIVED and not case.unclassified:
        perform(case_id=case.pk, action=Action.ACCEPT, actor=actor, now=now, data=data)
    elif case.is_open:
        record(case_id=case.pk, kind="identified", actor=actor, now=now, data=data)


IN_PERSON_METHODS = ("shop", "callback", "letter", "eid")


@transaction.atomic
def confirm(
    *,
    request: Request,
    method: str,
    known: tuple[tuple[str, str], ...],
    actor: Actor,
    now: datetime,
    seen: str = "",
    checked_at: datetime | None = None,
) -> None:
    """A member of staff has established who the person is: in a shop, by calling back, by a coded letter, by eID.

    `known` are the (store, customer number) pairs that she was found to be; `seen` is what was looked at, a code of
    law.identity.SEEN; `checked_at` (UTC) is when, not after `now`. Only the method, who, when and that code are kept,
    never a copy, a number of a document or a picture (I-04).
    """
    if method not in IN_PERSON_METHODS or (seen and seen not in law.SEEN[method]):
        raise RefusedError(Refusal("method_unknown", {}))
    if not actor.roles & {Role.HANDLER, Role.LEAD}:
        raise RefusedError(Refusal("role", {"roles": "handler,lead"}))
    at = checked_at or now
    if at > now:
        raise RefusedError(Refusal("checked_in_future", {}))
    data = {"seen": seen, "checked_at": at.isoformat()} if seen else {}
    level = IdentityLevel.STRONG
    identify(request=request, level=level, method=method, known=known, actor=actor, now=now, data=data)
    identity_checks.done(request=request, kind=method, actor=actor, now=now)
    notices_on_file.tell(request=request, kind=notices_on_file.USED, known=known, now=now)


@transaction.atomic
def ask(
    *, case_id: RowId, doubt: str, seen_version: int | None, actor: Actor, now: datetime, paragraph: str = ""
) -> Case:
    """Ask the person to show who she is, for a concrete doubt that she reads; the clock pauses (T-10), L-02 asks (I-01)."""
    if not doubt.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    changes = pauses.begin(case=case, kind="identity", now=now)
    case = perform(
        case_id=case_id,
        action=Action.ASK_IDENTITY,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes=changes,
        data={"letter": LetterCode.IDENTITY_REQUEST.value, **clock.dates_data(changes)},
        note=doubt,
        extra_facts={"reason_given": True, "suspension_open": False},
    )
    with translation.override(case.request.language):
        elements: dict[Element, str | tuple[str, ...]] = {
            Element.CONCRETE_DOUBT: doubt.strip(),
            Element.WHAT_IS_NEEDED: _(
                "Open the page of your request and choose “Show us it is you”. With your customer number we send a code to"
                " the contact that stands on your contract. Enter that code on the page."
            ),
            Element.ALTERNATIVES: (
                _("Link your account with your customer number."),
                _("Come to one of our shops. We look at your identity card and make no copy."),
                _("Ask us to call you back on the number that stands on your contract."),
                _("Ask us for a code by letter to the address on your contract."),
            ),
        }
    letters.send(
        case=case,
        code=LetterCode.IDENTITY_REQUEST,
        elements=elements,
        paragraph=paragraph,
        actor=actor,
        now=now,
        mail="identity_query",
    )
    return case
