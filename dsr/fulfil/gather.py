"""From rows and spools to the frozen inputs of dsr.output: who writes, to whom, about what, and what was found where."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from dsr.addresses import base_url
from dsr.cases.clock import local_date
from dsr.cases.scope import stores_of
from dsr.fulfil.keep import keeper
from dsr.fulfil.lines import batches_of
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.own_records import own_searched
from dsr.fulfil.spool import read_raw_lines
from dsr.fulfil.statements import statements_of
from dsr.fulfil.stores import label_of, open_by_name
from dsr.law.rights import Right
from dsr.models import Artifact, Case, Controller, Task
from dsr.models import Subject as SubjectRow
from dsr.output.inputs import Addressee, CaseHead, Found, Inquiry, Searched, Sender
from exporters.contract import Batch, DatasetInfo, Describes, IdentifierKind, Text
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


def sender_of(controller: Controller) -> Sender:
    """The controller as its letters show it."""
    return Sender(
        name=controller.name,
        legal_name=controller.legal_name,
        address=_lines(controller.address),
        contact=controller.privacy_email,
        dpo=controller.dpo_name,
        dpo_contact=controller.dpo_email,
        authority=controller.authority_name,
        authority_address=_lines(controller.authority_address),
        authority_url=controller.authority_url,
        phone=controller.phone,
        notice_url=controller.notice_url,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def addressee_of(case: Case) -> Addressee:
    """The person, by the name she gave."""
    content = case.request.content()
    name = content.get("name") or (case.request.account.display_name if case.request.account else "")
    return Addressee(name=str(name), address=_lines(str(content.get("contact_post", ""))))


def head_of(case: Case, *, written_at: datetime) -> CaseHead:
    """The facts every letter repeats; `written_at` is the instant the draft was asked for, so that a retry gives the same bytes."""
    return CaseHead(
        reference=case.request.reference,
        right=case.right,
        regime=case.regime,
        received_on=case.received_on,
        channel=case.request.channel,
        due_on=case.due_on,
        language=case.request.language,
        written_at=written_at.astimezone(ZoneInfo(case.controller.timezone)),
        account_url=f"{base_url(case.controller)}/requests/{case.request.reference}/",
    )


def found_of(case: Case) -> tuple[Found, ...]:
    """Every dataset in which a store holds something about the person, in the order of stores and their data maps."""
    found = []
    spooled = {
        row.store: row for row in case.artifacts.filter(kind=Artifact.Kind.COLLECTED, superseded_at__isnull=True)
    }
    for store, config in stores_of(case.controller).items():
        artifact = spooled.get(store)
        if artifact is None or not artifact.details.get("datasets"):
            continue
        exporter = open_by_name(case.controller, store)
        described = {info.name: info for info in exporter.describe()} if capable(exporter, Describes) else {}
        for name, info in described.items():
            if name in artifact.details["datasets"]:
                found.append(_found(store, config.label, info, artifact))
        undescribed = sorted(set(artifact.details["datasets"]) - set(described))
        if undescribed:
            raise NeedsPersonError("undescribed_dataset", f"{store}.{undescribed[0]}")
    return tuple(found)


def _found(store: str, label: Text, info: DatasetInfo, artifact: Artifact) -> Found:
    return Found(store=store, store_label=label, info=info, read=functools.partial(batches, artifact, info.name))


def batches(artifact: Artifact, dataset: str) -> Iterator[Batch]:
    """The batches of one dataset from a store's spool; lines of other datasets are skipped without being parsed."""
    return batches_of(read_raw_lines(artifact), dataset)


def inquiry_of(case: Case) -> Inquiry:
    """What was searched with which kinds of identifiers, and what the controller states beside the data (A-01, A-12, A-13)."""
    controller = case.controller
    automated, transfers = statements_of(controller, case.request.language)
    content = SubjectRow.objects.select_related("request").get(request=case.request).content()
    stores = stores_of(controller)
    answered = case.tasks.filter(operation="collect", status=Task.Status.DONE).values_list("store", "result")
    asked = {store: bool(result.get("rows") or result.get("files")) for store, result in answered}
    kinds = {IdentifierKind(item["kind"]) for item in content["identifiers"] if not item.get("shared")} - {
        IdentifierKind.RECORD
    }
    located = case.request.subject.located_at or case.request.received_at
    paragraph = str(case.content().get("paragraph", ""))
    return Inquiry(
        searched=(
            *(
                Searched(store=name, label=config.label, found=bool(content.get("keys", {}).get(name)) or asked[name])
                for name, config in stores.items()
                if name in asked
            ),
            *((own_searched(case.request.language),) if case.right == Right.ACCESS else ()),
        ),
        kinds=tuple(sorted(kinds)),
        automated=automated,
        transfers=transfers,
        as_of=local_date(controller, located),
        remarks=(*_left_out(case, stores), *((paragraph,) if paragraph else ())),
        keep_until=keeper(controller),
    )


def _left_out(case: Case, stores: dict[str, Any]) -> Iterator[str]:
    """A store that could not be asked is named: an answer must not look complete when it is not (X-02, 12(4))."""
    for task in case.tasks.filter(operation="collect", status=Task.Status.WAIVED).order_by("store"):
        config = stores.get(task.store)
        label = label_of(config, case.request.language) if config else task.store
        yield _("We could not search one of our systems: %(system)s. You can ask us about it at any time.") % {
            "system": label
        }
