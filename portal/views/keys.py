"""The keys with which packages are checked, and the schemas of what is in them: public, the same for everybody.

One address for people, one for programs; both speak only of the controller of this host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from dsr.fulfil.signing import published
from dsr.output.manifest import manifest_schema
from dsr.output.portable_data import portable_schema
from dsr.output.schema import general_schema
from dsr.output.signing import grouped, keys_document

if TYPE_CHECKING:
    from django.http import HttpResponse

SCHEMAS = {"data": general_schema, "manifest": manifest_schema, "dsr-portable-1": portable_schema}
_MINUTES = 5
# A retired key must be seen soon, and a check by many people must not ask the database for each.
_shared = cache_control(public=True, max_age=_MINUTES * 60)


@require_safe
def page(request: Any) -> HttpResponse:
    """Every key with its fingerprint and dates, and how to check a package with it."""
    keys = [
        {"fingerprint": grouped(key.key_id), "valid_from": key.valid_from, "valid_to": key.valid_to}
        for key in published(request.controller)
    ]
    return render(request, "portal/keys.html", {"nav": "help", "keys": keys, "schemas": SCHEMAS})


@require_safe
@_shared
def document(request: Any) -> HttpResponse:
    """The same for programs: what `package verify --key` takes."""
    keys = keys_document(request.controller.legal_name, published(request.controller))
    response = JsonResponse(keys, json_dumps_params={"indent": 1})
    response["Content-Disposition"] = 'attachment; filename="keys.json"'
    return response


@require_safe
@_shared
def schema(request: Any, name: str) -> HttpResponse:
    """The JSON Schema that all packages share; each package holds the exact one of its own data."""
    if name not in SCHEMAS:
        raise Http404
    return JsonResponse(SCHEMAS[name](), json_dumps_params={"indent": 1}, content_type="application/schema+json")
