"""The identifiers of a request's subject: added once each, with the link that taught them, and findable by customer number."""

from __future__ import annotations

from dsr.models import IndexToken, Request, Subject
from dsr.vault import blind
from exporters.contract import IdentifierKind


def add_identifiers(*, request: Request, found: list[dict[str, str]]) -> Subject:
    """Add identifiers to the request's subject; each carries the link that taught it, none is kept twice."""
    subject = Subject.objects.filter(request=request).select_related("request").first()
    if subject is None:
        subject = Subject(controller=request.controller, request=request)
    content = subject.content()
    known = content.setdefault("identifiers", [])
    seen = {(item["kind"], item["value"], item["store"]) for item in known}
    known.extend(item for item in found if (item["kind"], item["value"], item["store"]) not in seen)
    subject.put(content)
    subject.save()
    _index_numbers(request, found)
    return subject


def _index_numbers(request: Request, found: list[dict[str, str]]) -> None:
    """Make the request findable by the customer numbers proved for it: her later answers name it (`own_records`)."""
    kind = IdentifierKind.CUSTOMER_NUMBER.value
    tokens = {blind.token(request.controller.slug, kind, item["value"]) for item in found if item["kind"] == kind}
    have = set(IndexToken.objects.filter(request=request, kind=kind).values_list("token", flat=True))
    IndexToken.objects.bulk_create(
        IndexToken(controller=request.controller, request=request, kind=kind, token=token)
        for token in sorted(tokens - have)
    )
