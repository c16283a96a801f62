"""Discovery of a whole store: look, find the persons, walk the links, judge the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.discover.graph import Graph
from exporters.discover.judge import Judge
from exporters.discover.known import Known
from exporters.discover.look import look
from exporters.discover.model import Discovery
from exporters.discover.persons import find_persons, known_persons, known_subjects
from exporters.discover.values import profile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import sqlalchemy as sa

    from exporters.contract import Subject


def discover(connection: sa.Connection, subjects: Sequence[Subject] = (), *, today: date) -> Discovery:
    """What a store of unknown schema holds about persons.

    `subjects` are subscribers the operator knows, with as many identifiers as he has: where their values stand is the
    best evidence there is. Without any, names, foreign keys and the look of values have to do. The connection only reads.
    """
    tables = look(connection, subjects)
    profiles = {
        (table.name, column.name): profile(table.texts(column.name), today=today)
        for table in tables.values()
        for column in table.columns
    }
    named = known_subjects(subjects)
    found = Discovery(tables, profiles, find_persons(tables, profiles, named))
    persons = Known()
    if found.person:
        persons = known_persons(tables[found.person.table], profiles)
        found.links = Graph(tables, profiles, found.person, persons).walk()
    Judge(found, named, persons).judge()
    return found
