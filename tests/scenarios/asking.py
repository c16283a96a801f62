"""What billing, dunning and retention jobs do in the scenarios: they ask whether somebody is restricted before they act."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from dsr.cases import actors, api_keys, identity
from tests.factories import make_request, make_staff

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from django.test import Client

    from dsr.law.rights import Right
    from dsr.models import Case, Controller


class Program:
    """A program of the controller with a key of its own."""

    def __init__(self, client: Client, controller: Controller, now: datetime) -> None:
        _row, self.secret = api_keys.make(controller=controller, name="Program", scopes=["restricted"], now=now)
        self.client = client

    def not_allowed(self, number: str) -> list[str]:
        """What must not be done with the data of this customer."""
        body = json.dumps({"identifiers": [{"customer_number": number}]})
        headers = {"authorization": f"Bearer {self.secret}"}
        got = self.client.post("/api/v1/restricted", body, content_type="application/json", headers=headers)
        (answer,) = got.json()["answers"]
        found: list[str] = answer.get("not_allowed", [])
        return found


def cases(controller: Controller, rights: tuple[Right, ...], number: str, at: datetime) -> dict[str, Case]:
    """A request of an identified subscriber with these rights: right -> case."""
    request = make_request(controller=controller, rights=rights, at=at)
    known = (("billing", number),)
    identity.identify(request=request, level=3, method="link", known=known, actor=actors.SYSTEM, now=at)
    return {case.right: case for case in request.cases.select_related("controller", "request").order_by("right")}


def actor(name: str, *roles: str) -> Any:
    """A colleague who acts."""
    return actors.staff(make_staff(name, *roles))


def rows(folder: Path, store: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    """What a store holds, or what a job of the store's owner does there."""
    with sqlite3.connect(folder / f"{store}.sqlite3") as db:
        return db.execute(query, values).fetchall()
