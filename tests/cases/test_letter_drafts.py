"""Drafts of letters that came at the same moment."""

from __future__ import annotations

import pytest

from dsr.models import Letter
from tests.cases.test_letters import dispatched, drafted, handled

pytestmark = pytest.mark.django_db


def test_of_two_drafts_with_the_same_words_the_one_on_the_screen_leaves(drain):
    """Two clicks on the preview at the same moment: neither sees the other's draft, and both are laid out."""
    case = handled()
    first = drafted(case)
    second = drafted(case)
    Letter.objects.filter(pk=first.pk).update(status="draft")
    drain()

    assert dispatched(second).status == "sent"

    first.refresh_from_db()
    assert first.status == "void"
