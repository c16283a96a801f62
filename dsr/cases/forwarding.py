"""Not us, or not us alone: a request passed on to the controller we process for (Art. 28(3)(e)), or shared with a joint one (Art. 26).

The partner hears the reference and the dates, and by which way it can get the rest: never a name, a word of the
person or a file by mail. The person is told what happens, who answers and by when. A processor's case ends here with reasons,
authority and court (Art. 12(4)); a joint controller answers as well as we do (Art. 26(3)), so our case goes on.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases import messages, pauses, tasks
from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, RefusedError, insist, perform, record, staff_id
from dsr.cases.setup import differences, record_setup
from dsr.law.workflow import RUNNING, Action, Actor, Refusal, State
from dsr.models import Case, Partner, User

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.models import Controller, RowId

Bond = Partner.Bond


class Means(StrEnum):
    """How the partner got, or gets, what it needs beside the reference."""

    PORTAL = "portal"  # its own portal for partners
    PHONE = "phone"
    POST = "post"
    HAND = "hand"  # handed over in person
    FETCH = "fetch"  # it asks us, by the way agreed


# --- the register of partners -------------------------------------------------------------------------------------------


@transaction.atomic
def keep_partner(
    *,
    controller: Controller,
    name: str,
    bond: str,
    email: str,
    way: str,
    about: str,
    actor: Actor,
    now: datetime,
    partner_id: RowId | None = None,
) -> Partner:
    """Enter a partner, or change one. `way` is how details reach it, `about` what the person is told of the arrangement.

    RefusedError: the role, no name, no way, an unknown bond, a name that another partner has.
    """
    insist(actor, Duty.PARTNERS)
    values = {"name": name.strip(), "bond": bond, "email": email.strip(), "way": way.strip(), "about": about.strip()}
    if not values["name"] or not values["way"] or bond not in Bond.values:
        raise RefusedError(Refusal("partner_incomplete"))
    rows = Partner.objects.of(controller).filter(ended_at=None)
    found: Partner | None = rows.filter(pk=partner_id).first() if partner_id else None
    if partner_id and found is None:
        raise ConflictError
    before = {field: getattr(found, field) for field in values} if found else {}
    partner = found or Partner(controller=controller)
    for field, value in values.items():
        setattr(partner, field, value)
    try:
        with transaction.atomic():
            partner.save()
    except IntegrityError:
        raise RefusedError(Refusal("partner_name")) from None
    data = {"partner": str(partner.pk), "changes": differences(before, values)}
    record_setup(controller=controller, kind="partner_kept", actor=actor, now=now, data=data)
    return partner


@transaction.atomic
def end_partner(*, partner: Partner, actor: Actor, now: datetime) -> None:
    """Nothing is passed on to this partner any more; what was stays in the histories. ConflictError when it was ended before."""
    insist(actor, Duty.PARTNERS)
    if not Partner.objects.filter(pk=partner.pk, ended_at=None).update(ended_at=now):
        raise ConflictError
    data = {"partner": str(partner.pk), "name": partner.name}
    record_setup(controller=partner.controller, kind="partner_ended", actor=actor, now=now, data=data)


def partners(controller: Controller) -> list[Partner]:
    """Those to whom something can be passed on, by name."""
    return list(Partner.objects.of(controller).filter(ended_at=None).order_by("name"))


# --- passing on ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def forward(
    *,
    case_id: RowId,
    partner_id: RowId,
    means: str,
    reason: str,
    closes: bool,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> Case:
    """Pass a request on. `closes`: we are only a processor, and the case ends here; else both answer and it goes on.

    `reason` is one sentence to the person, in her language: why it is passed on. RefusedError: the role or the table, no
    such partner, a joint controller's case that should end, no reason. ConflictError when the case moved meanwhile.
    """
    case: Case = Case.objects.select_related("controller", "request__account", "request__controller").get(pk=case_id)
    partner: Partner | None = Partner.objects.of(case.controller).filter(pk=partner_id, ended_at=None).first()
    if partner is None or means not in set(Means):
        raise RefusedError(Refusal("partner_unknown"))
    if not reason.strip():
        raise RefusedError(Refusal("reason_missing"))
    if closes and partner.bond != Bond.PROCESSOR_FOR:
        raise RefusedError(Refusal("joint_answers_too"))
    data = {"partner": str(partner.pk), "bond": partner.bond, "means": means}
    flags = {"processor_forwarded": True} if partner.bond == Bond.PROCESSOR_FOR else {"joint_controller": True}
    due_on = case.due_on
    if closes:
        case = _end(case, flags, data, reason=reason, actor=actor, now=now, seen_version=seen_version)
    else:
        insist(actor, Duty.FORWARD)
        if State(case.state) not in RUNNING:
            raise RefusedError(Refusal("wrong_state", {"state": case.state, "right": case.right}))
        case = record(
            case_id=case.pk,
            kind="forwarded",
            actor=actor,
            now=now,
            changes=flags,
            data=data,
            note=reason.strip(),
            seen_version=seen_version,
        )
    _tell_partner(case, partner, due_on, now)
    _tell_person(case, partner, reason=reason, due_on=due_on, actor=actor, now=now, closes=closes)
    return case


def _end(
    case: Case,
    flags: dict[str, bool],
    data: dict[str, str],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None,
) -> Case:
    pauses.end(case=case, now=now)
    ended = perform(
        case_id=case.pk,
        action=Action.FORWARD,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={**flags, "unclassified": False, "decider_id": staff_id(actor)},
        data=data,
        note=reason.strip(),
        extra_facts={"reason_given": True},
    )
    tasks.cancel_open(case=ended)
    return ended


def _tell_partner(case: Case, partner: Partner, due_on: Any, now: datetime) -> None:
    """A mail with the reference only; a partner without an address is told by whoever passes it on."""
    if not partner.email:
        return
    context = {
        "partner": partner.name,
        "received_on": case.received_on,
        "due_on": due_on,
        "joint": partner.bond == Bond.JOINT,
    }
    messages.queue_mail(request=case.request, kind="partner_notice", to=partner.email, now=now, context=context)


def _tell_person(
    case: Case, partner: Partner, *, reason: str, due_on: Any, actor: Actor, now: datetime, closes: bool
) -> None:
    request, controller = case.request, case.controller
    with translation.override(request.language):
        names = {"partner": partner.name, "authority": controller.authority_name}
        said = [reason.strip(), partner.about]
        if partner.bond == Bond.PROCESSOR_FOR:
            said.append(
                _("We have passed your request on to %(partner)s, which decides about these data. We only work for it.")
                % names
            )
        else:
            said.append(
                _(
                    "We decide about these data together with %(partner)s, and have told it of your request. You can turn to either."
                )
                % names
            )
        said.append(_("It was told the reference and the dates, and gets the rest in a protected way only."))
        if due_on:
            day = wording.day(due_on)
            said.append(_("It knows that the answer is due on %(day)s.") % {"day": day})
        if closes:
            said.append(
                _(
                    "It answers you directly, so we have closed the request here. If you do not agree, tell us on this page. You"
                    " can also complain to %(authority)s, and you can go to court."
                )
                % names
            )
    text = "\n\n".join(one for one in said if one)
    messages.from_office(request=request, text=text, author=User.objects.get(pk=actor.id), now=now)
