"""Changes to the set-up of a controller are events (rules 4.4): one hash chain per controller, shown at the desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.audit import append_setup
from dsr.cases.duties import DUTIES, Duty
from dsr.law.terms import Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import Controller, SetupEvent

READERS: Final = DUTIES[Duty.SEE_SETUP] | {Role.AUDITOR}
"""Who reads the chain of changes: whoever may see the set-up, and the auditor, who reads log and metadata (4.3)."""
KIND: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")


@transaction.atomic
def record_setup(
    *,
    controller: Controller,
    kind: str,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any],
    note: str = "",
) -> SetupEvent:
    """Append one event to the controller's set-up chain; call it in the transaction of the change it reports, last.

    `kind` is a code such as `calendar_day_set`. `data` holds settings, codes and colleagues by id; under `changes` it has each
    field as `[before, after]` (see `differences`), which the page of changes shows. Nothing of a subscriber belongs here.
    `note` is sealed. ValueError for a kind that is no code or a text above 4000 characters, TypeError for what JSON cannot say.
    """
    if not KIND.fullmatch(kind):
        raise ValueError("the kind of a set-up event is a code in lower case")
    return append_setup(controller=controller, at=now, actor=actor, kind=kind, data=data, note=note)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Each field of `after` whose value differs, as `[before, after]`; for `data={"changes": …}`."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
