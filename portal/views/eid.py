"""To the website of an electronic identity and back. Nothing it says is shown, logged or kept in the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dsr import limits
from dsr.addresses import base_url
from dsr.carriers import eid
from dsr.cases import identity_checks
from dsr.cases.perform import ConflictError
from dsr.limits import limited
from dsr.oidc import NotProvenError, ProviderDownError
from dsr.work import wake
from portal import access

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import Request

_LEFT = "eid"


def _back_url(asked: Request) -> str:
    """One address for all requests, because gateways want to know it beforehand."""
    return f"{base_url(asked.controller)}{reverse('portal:eid-back')}"


@require_POST
@limited(limits.find)
@access.own_proof
def start(request: Any, asked: Request) -> HttpResponse:
    """Send the browser to the service; the session remembers for which request."""
    here, service = reverse("portal:identity", args=[asked.reference]), eid.service_of(asked.controller)
    if service is None:
        return HttpResponseRedirect(here)
    try:
        url, remembered = service.start(back=_back_url(asked), now=timezone.now())
    except ProviderDownError:
        messages.error(request, _("This way does not work at the moment. Please choose another one, or try later."))
        return HttpResponseRedirect(here)
    request.session[_LEFT] = {"reference": asked.reference, "remembered": remembered}
    return HttpResponseRedirect(url)


@require_safe
@limited(limits.code_entry, methods=("GET",))
def back(request: Any) -> HttpResponse:
    """The browser comes back; what the service vouches for is sealed at once, and weighed by a worker."""
    left = request.session.pop(_LEFT, None)
    if not left:
        return HttpResponseRedirect(reverse("portal:find"))
    found = access.requests_of(request, now=timezone.now()).filter(reference=left["reference"]).first()
    service = eid.service_of(request.controller)
    if found is None or service is None:
        return access.unknown(request)
    here = HttpResponseRedirect(reverse("portal:identity", args=[found.reference]))
    now = timezone.now()
    try:
        claims = service.finish(left["remembered"], request.GET.dict(), back=_back_url(found), now=now)
        check = identity_checks.ask_comparison(request=found, service="eid", claims=claims, now=now)
    except ProviderDownError:
        messages.error(request, _("This way does not work at the moment. Please choose another one, or try later."))
        return here
    except (NotProvenError, ConflictError):
        messages.error(
            request, _("The electronic identity did not confirm who you are. Try again, or choose another way.")
        )
        return here
    wake.nudge("dsr.work.jobs.weigh_claims", str(check.pk), service.store)
    messages.success(
        request, _("Thank you. We compare what the electronic identity told us, and you see here how it ends.")
    )
    return here
