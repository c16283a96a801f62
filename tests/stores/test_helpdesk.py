"""The conformance kit on the schema of django-helpdesk in PostgreSQL, which its own migrations and forms wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from exporters.contract import Identifier, IdentifierKind, MatchStatus, Subject
from exporters.testing.sql import SqlKit
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.stores
class TestHelpdesk(SqlKit):
    """Two people called Ada Moen, one of them by two spellings; Bo has no account."""

    data_map = str(HERE / "helpdesk.yaml")
    claim_sql = "UPDATE helpdesk_ticket SET submitter_email = 'bo@example.com' WHERE id = 1"
    grow_sql = (
        f"INSERT INTO helpdesk_ticketchange (id, field, old_value, followup_id) VALUES (:n, 'Title', '{'x' * 180}', 1)"
    )
    server: servers.Server
    database: str

    @pytest.fixture(autouse=True)
    def _helpdesk(self) -> Iterator[None]:
        self.server = servers.postgresql()
        with self.server.database() as self.database:
            self.server.execute((HERE / "schemas" / "helpdesk.sql").read_text(encoding="utf-8"), database=self.database)
            yield

    def url(self) -> str:
        return self.server.url(self.database)

    def known(self) -> Subject:
        return Subject("Ada", (Identifier(IdentifierKind.EMAIL, "ada@example.com"),))

    def namesake(self) -> Subject:
        return Subject("the other Ada", (Identifier(IdentifierKind.EMAIL, "ada@example.net"),))

    def test_tickets_in_either_spelling_and_all_that_hangs_on_them(self) -> None:
        rows = self.rows(self.known())

        found = {name: sum(1 for dataset, _ in rows if dataset == name) for name, _ in rows}
        assert found == {
            "users": 1,
            "settings": 1,
            "tickets": 2,
            "followups": 5,
            "attachments": 1,
            "copies": 2,
            "custom_values": 2,
            "dependencies": 1,
            "checklists": 1,
            "checklist_tasks": 1,
            "votes": 1,
        }

    def test_who_has_no_account_is_found_by_the_ticket(self) -> None:
        bo = Subject("Bo", (Identifier(IdentifierKind.EMAIL, "Bo@Example.com"),))

        assert self.exporter().locate(bo).status is MatchStatus.FOUND
        assert {dataset for dataset, _ in self.rows(bo)} == {"tickets", "followups", "custom_values", "copies"}

    def test_staff_are_nobody_here(self) -> None:
        sten = Subject("Sten", (Identifier(IdentifierKind.EMAIL, "sten@example.org"),))

        assert self.exporter().locate(sten).status is MatchStatus.NONE
