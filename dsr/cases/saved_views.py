"""Saved views: the address of a narrowed queue under a name, one's own or, by a privacy lead, everybody's (ux.md 2.2).

A search is never part of one: it would keep the name of a person longer than her case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from dsr.cases.duties import Duty
from dsr.cases.perform import RefusedError, insist
from dsr.cases.setup import record_setup
from dsr.law.workflow import Refusal, Role
from dsr.models import DeskSettings, SavedView

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.law.workflow import Actor
    from dsr.models import RowId, User

LONGEST = 60
MOST = 15
"""Own views of one colleague: each is a line in the side bar, with a count."""


def views_of(user: User) -> QuerySet[SavedView]:
    """The colleague's own views and the shared ones of her controller, by name."""
    rows: QuerySet[SavedView] = SavedView.objects.of(user.controller).filter(Q(owner=user) | Q(shared=True))
    return rows.order_by("shared", "name", "pk")


@transaction.atomic
def save(*, user: User, name: str, query: str, shared: bool, actor: Actor, now: datetime) -> SavedView:
    """Keep a view under a name; one of the same name and owner gets the new address.

    RefusedError: a name that is empty, too long or taken by a shared view; too many views; sharing by somebody who may not.
    """
    words = _words(name)
    own = SavedView.objects.of(user.controller).filter(owner=user, name=words).first()
    if own is None and SavedView.objects.of(user.controller).filter(owner=user).count() >= MOST:
        raise RefusedError(Refusal("view_too_many", {"most": MOST}))
    view: SavedView = own or SavedView(controller=user.controller, owner=user, name=words, created_at=now)
    if shared or view.shared:
        insist(actor, Duty.SHARE_VIEW)
        _insist_free(view, words)
    view.query, view.shared = query, shared
    view.save()
    if shared:
        record_setup(
            controller=user.controller, kind="view_shared", actor=actor, now=now, data={"view": words, "query": query}
        )
    return view


@transaction.atomic
def rename(*, view: SavedView, name: str, actor: Actor, now: datetime) -> SavedView:
    """Another name; RefusedError as for `save`, and for a view that is somebody else's."""
    _insist_own(view, actor)
    words = _words(name)
    others = SavedView.objects.of(view.controller).filter(owner=view.owner_id, name=words).exclude(pk=view.pk)
    if others.exists():
        raise RefusedError(Refusal("view_name", {}))
    if view.shared:
        _insist_free(view, words)
        data = {"changes": {"view": [view.name, words]}}
        record_setup(controller=view.controller, kind="view_renamed", actor=actor, now=now, data=data)
    view.name = words
    view.save(update_fields=["name"])
    return view


@transaction.atomic
def delete(*, view: SavedView, actor: Actor, now: datetime) -> None:
    """Forget a view; whoever had it as the first page gets all open cases again."""
    _insist_own(view, actor)
    if view.shared:
        record_setup(controller=view.controller, kind="view_deleted", actor=actor, now=now, data={"view": view.name})
    readers = DeskSettings.objects.of(view.controller).filter(start=view.query)
    (readers if view.shared else readers.filter(user=view.owner_id)).update(start="")
    view.delete()


def may_change(view: SavedView, actor: Actor) -> bool:
    """Whether this colleague renames and deletes the view: a shared one is the leads', any other its owner's."""
    return Role.LEAD in actor.roles if view.shared else str(view.owner_id) == actor.id


def of_id(user: User, view_id: RowId) -> SavedView | None:
    """One of the views this colleague sees."""
    return views_of(user).filter(pk=view_id).first()


def _words(name: str) -> str:
    words = " ".join(name.split())
    if not words or len(words) > LONGEST:
        raise RefusedError(Refusal("view_name", {}))
    return words


def _insist_own(view: SavedView, actor: Actor) -> None:
    if not may_change(view, actor):
        raise RefusedError(Refusal("not_own_view", {}))


def _insist_free(view: SavedView, words: str) -> None:
    if SavedView.objects.of(view.controller).filter(shared=True, name=words).exclude(pk=view.pk).exists():
        raise RefusedError(Refusal("view_name", {}))
