"""Colleagues and their roles (rules 4.3): the list, one colleague, the invitation and the way in for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr import limits, wording
from dsr.accounts import FACTORS
from dsr.cases import staffing
from dsr.cases.duties import Duty, duty_refusal
from dsr.cases.perform import ConflictError, RefusedError
from dsr.desk.access import DeskRequest, staff_required
from dsr.desk.doors import ask_again
from dsr.desk.forms.people import FIELD_OF, CloseForm, DetailsForm, InviteForm, RolesForm, WelcomeForm
from dsr.desk.shell import page
from dsr.law.workflow import Role
from dsr.limits import limited
from dsr.models import Kind, StaffInvitation, User

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from dsr.forms import UiForm
    from dsr.models import RowId

NAME = "people"


def may_manage(request: DeskRequest) -> bool:
    """Whether this colleague manages people."""
    return duty_refusal(request.actor, Duty.PEOPLE) is None


def _colleagues(request: DeskRequest) -> QuerySet[User]:
    return User.objects.in_scope(controller=request.controller, kind=Kind.STAFF).order_by("-is_active", "handle")


def _one(request: DeskRequest, user_id: RowId) -> User:
    return get_object_or_404(_colleagues(request).select_related("controller"), pk=user_id)


@staff_required
@require_safe
def people(request: DeskRequest) -> HttpResponse:
    """Everybody at work here with her roles; whoever manages people sees what is missing and changes it."""
    found = list(_colleagues(request))
    invited = set(
        StaffInvitation.objects.of(request.controller).filter(used_at__isnull=True).values_list("user", flat=True)
    )
    protected = set(
        Authenticator.objects.filter(user__in=found, type__in=FACTORS).values_list("user", flat=True).distinct()
    )
    rows = [
        {
            "user": one,
            "roles": ", ".join(wording.say(Role(role)) for role in one.roles),
            "teams": ", ".join(one.teams),
            "languages": ", ".join(one.languages),
            "factor": one.pk in protected,
            "invited": one.pk in invited and not one.is_active,
            "me": one.pk == request.staff.pk,
        }
        for one in found
    ]
    return page(request, "people", {"rows": rows, "may_manage": may_manage(request)}, current=NAME)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: DeskRequest) -> HttpResponseBase:
    """Invite a colleague by mail."""
    if again := _refuse(request):
        return again
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def send() -> None:
            staffing.invite(
                controller=request.controller,
                email=said["email"],
                name=said["name"],
                roles=said["roles"],
                teams=said["teams"],
                languages=said["languages"],
                actor=request.actor,
                now=timezone.now(),
            )

        if _done(request, form, send, _("The invitation is on its way.")):
            return redirect("desk:people")
    return page(request, "person_invite", {"form": form}, current=NAME)


def _refuse(request: DeskRequest) -> HttpResponseBase | None:
    """403 for whoever does not manage people; and roles change only while it is surely she who changes them."""
    if not may_manage(request):
        return _closed(request, wording.refusal(_why(request)), 403)
    return ask_again(request, where=request.get_full_path() if request.method == "GET" else "/desk/people/")


def _closed(request: DeskRequest, why_not: str, status: int) -> HttpResponse:
    return page(request, "refused", {"title": _("People"), "why_not": why_not}, current=NAME, status=status)


def _why(request: DeskRequest) -> Any:
    return duty_refusal(request.actor, Duty.PEOPLE)


def _done(request: DeskRequest, form: UiForm, verb: Callable[[], object], words: str) -> bool:
    """Do it; a refusal stands at the field it is about."""
    try:
        verb()
    except RefusedError as error:
        field = FIELD_OF.get(error.refusal.code)
        form.add_error(field if field in form.fields else None, wording.refusal(error.refusal))
        return False
    messages.success(request, words)
    return True


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: DeskRequest, user_id: RowId) -> HttpResponseBase:
    """One colleague: roles, teams, languages; closing the account, the factors, the invitation. Nobody changes herself here."""
    if again := _refuse(request):
        return again
    user = _one(request, user_id)
    others = [one for one in _colleagues(request) if one.is_active and one.pk != user.pk]
    act = request.POST.get("act", "") if request.method == "POST" else ""
    forms: dict[str, UiForm] = {
        "roles": RolesForm(request.POST if act == "roles" else None, initial={"roles": user.roles}),
        "details": DetailsForm.of(user, request.POST if act == "details" else None),
        "close": CloseForm(request.POST if act == "close" else None, people=others),
    }
    if act in forms and forms[act].is_valid() and _change(request, user, act, forms[act]):
        return redirect("desk:people") if act == "close" else redirect("desk:person", user.pk)
    context: Mapping[str, Any] = {
        "person": user,
        "me": user.pk == request.staff.pk,
        "forms": forms,
        "form": forms.get(act),
        "cases": staffing.open_cases(user),
        "factors": Authenticator.objects.filter(user=user, type__in=FACTORS).count(),
        "invited": not user.is_active and user.invitations.filter(used_at__isnull=True).exists(),
    }
    return page(request, "person", context, current=NAME)


def _change(request: DeskRequest, user: User, act: str, form: UiForm) -> bool:
    said, who, now = form.cleaned_data, request.actor, timezone.now()
    if act == "roles":
        words = _("The roles are changed. The colleague is signed out everywhere and told by mail.")
        return _done(
            request, form, lambda: staffing.set_roles(user_id=user.pk, roles=said["roles"], actor=who, now=now), words
        )
    if act == "details":
        changed = {name: said[name] for name in ("name", "teams", "languages")}
        return _done(
            request, form, lambda: staffing.set_details(user_id=user.pk, actor=who, now=now, **changed), _("Saved.")
        )
    assert isinstance(form, CloseForm)  # noqa: S101 -- for the type checker
    count, to = staffing.open_cases(user), form.to
    words = ngettext(
        "The account is closed. %(count)s open case was handed over.",
        "The account is closed. %(count)s open cases were handed over.",
        count,
    ) % {"count": count}
    return _done(request, form, lambda: staffing.close(user_id=user.pk, hand_to=to, actor=who, now=now), words)


_VERBS: Mapping[str, tuple[Callable[..., object], Any]] = {
    "invite-again": (staffing.invite_again, lambda: _("Another invitation is on its way. The older link has ended.")),
    "reset-factor": (
        staffing.reset_factor,
        lambda: _("The second factors are removed. The colleague is signed out everywhere and told by mail."),
    ),
    "reopen": (staffing.reopen, lambda: _("The account is open again. The colleague chooses a new password by mail.")),
}


@staff_required
@require_POST
def act_on(request: DeskRequest, user_id: RowId, act: str) -> HttpResponseBase:
    """What needs no form: another invitation, taking factors away, opening a closed account."""
    if again := _refuse(request):
        return again
    user, found = _one(request, user_id), _VERBS.get(act)
    if found is None:
        return _closed(request, _("There is no such button."), 404)
    verb, words = found
    try:
        verb(user_id=user.pk, actor=request.actor, now=timezone.now())
        messages.success(request, words())
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
    return redirect("desk:person", user.pk)


@limited(limits.code_entry, methods=("GET", "POST"))
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: Any, token: str) -> HttpResponse:
    """The link of an invitation: choose a password, then sign in with it. Opening the page uses nothing up."""
    now = timezone.now()
    invited = staffing.invitation(controller=request.controller, token=token, now=now)
    if invited is None:
        return render(request, "desk/welcome_over.html", status=410)
    form = WelcomeForm(request.POST or None, user=invited.user)
    if request.method == "POST" and form.is_valid():
        try:
            staffing.accept(invited=invited, password=form.cleaned_data["password"], now=now)
        except ConflictError:
            return render(request, "desk/welcome_over.html", status=410)
        messages.success(request, _("Your account is open. Sign in with your password."))
        return redirect("desk:login")
    response = render(request, "desk/welcome.html", {"form": form, "me": invited.user})
    response["Referrer-Policy"] = "same-origin"
    return response
