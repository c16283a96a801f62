"""Boxes at the desk with plain forms: percent in, a black place out; who may not decide sees, and a stranger sees nothing."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from PIL import Image

from dsr.fulfil.attached import attached_of
from dsr.fulfil.redact import redact
from dsr.models import Case, RedactionBox, RedactionItem
from tests.desk.conftest import ROLES, text
from tests.factories import MONDAY, make_staff
from tests.fulfil.test_attachments import NUMBER, collected
from tests.fulfil.tree_of_files import Tree
from tests.redaction.test_boxes import FACE, near, photo, scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

# Collects from stores of the demo first.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PLACE = {"box-left": "25", "box-top": "25", "box-width": "25", "box-height": "50", "box-reason": "other_person"}


def with_files(demo_stores: Any, drain: Callable[[], Any]) -> Case:
    """A case in drafting whose files are a picture and a scan of two pages, looked through as building its answer does."""
    Tree(demo_stores).put(NUMBER, {"passport.png": photo("PNG"), "scan.pdf": scan()})
    made = collected(drain)
    case: Case = Case.objects.select_related("controller", "request").get(pk=made.pk)
    left = redact(case, found=(), attached=attached_of(case)[0], now=MONDAY, check=lambda: None)
    assert left.keep(now=MONDAY)
    return case


@pytest.fixture
def case(demo_stores: Any, drain: Callable[[], Any]) -> Case:
    return with_files(demo_stores, drain)


def at(name: str, item: RedactionItem, *more: Any) -> str:
    return reverse(f"desk:{name}", args=[item.case_id, item.pk, *more])


def send(client: Client, item: RedactionItem, do: str, **values: Any) -> Any:
    item.refresh_from_db()
    return client.post(at("redaction-item", item), {"version": item.version, "do": do, **values})


def shown(client: Client, item: RedactionItem, sheet: int, side: str) -> Image.Image:
    got = client.get(at("redaction-sheet", item, sheet, side))
    assert (got.status_code, got["Content-Type"], got["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert got["Content-Security-Policy"].startswith("sandbox")
    return Image.open(io.BytesIO(got.content)).convert("RGB")


def test_a_place_is_blacked_out_and_given_back_with_plain_forms(case: Case, client: Client) -> None:
    client.force_login(make_staff())
    face, scanned = RedactionItem.objects.filter(case=case).order_by("position")
    assert (face.sheets, scanned.sheets) == (1, 2)
    page = text(client.get(at("redaction-item", face)))
    for name in ("left", "top", "width", "height"):
        assert re.search(rf'<input type="number" name="box-{name}"', page)
    assert "Must not be spoken of" not in page.partition('name="box-reason"')[2].partition("</select>")[0]

    wrong = send(client, face, "box", **{**PLACE, "box-width": "80"})
    assert (wrong.status_code, "reaches beyond the edge" in text(wrong)) == (422, True)
    for name, value in (("box-left", "-1"), ("box-width", "0"), ("box-top", "x"), ("box-reason", "undisclosable")):
        assert send(client, face, "box", **{**PLACE, name: value}).status_code == 422
    # A page that is not there, and an old page.
    assert send(client, face, "box", **PLACE, **{"box-sheet": "2"}).status_code == 409
    assert client.post(at("redaction-item", face), {"version": 9, "do": "box", **PLACE}).status_code == 409
    assert not RedactionBox.objects.exists()

    assert send(client, face, "box", **PLACE)["Location"].endswith("#boxes")
    box = RedactionBox.objects.get()
    assert (box.left, box.top, box.width, box.height, box.decided_by) == (2500, 2500, 2500, 5000, make_staff())
    assert near(shown(client, face, 1, "original").getpixel((75, 50)), FACE, 30)
    assert near(shown(client, face, 1, "result").getpixel((75, 50)), (0, 0, 0), 12)
    assert "25 / 25 / 25 / 50" in text(client.get(at("redaction-item", face)))
    finished = client.get(at("redaction-file", face))
    assert Image.open(io.BytesIO(finished.content)).getpixel((75, 50)) == (0, 0, 0)
    assert finished["Content-Disposition"].endswith('-redacted.png"')

    # On the second page of the scan, and only there; what is not there is not there.
    place = {**PLACE, "box-left": "20.25", "box-sheet": "2"}
    assert "?sheet=2#boxes" in send(client, scanned, "box", **place)["Location"]
    assert scanned.boxes.get().left == 2025
    assert "Page 2 of 2" in text(client.get(at("redaction-item", scanned) + "?sheet=2"))
    assert near(shown(client, scanned, 1, "result").getpixel((300, 200)), (255, 0, 0), 30)
    assert near(shown(client, scanned, 2, "result").getpixel((300, 200)), (0, 0, 0), 12)
    for sheet, side in ((3, "original"), (0, "original"), (1, "finished")):
        assert client.get(at("redaction-sheet", scanned, sheet, side)).status_code == 404

    # Another item's box is not there; its own is taken away.
    assert send(client, scanned, f"unbox:{box.pk}").status_code == 404
    assert send(client, face, f"unbox:{box.pk}").status_code == 302
    assert not face.boxes.exists()
    send(client, face, "withhold", **{"whole-reason": "security"})
    assert client.get(at("redaction-sheet", face, 1, "result")).status_code == 404
    assert client.get(at("redaction-sheet", face, 1, "original")).status_code == 200

    # Who only reviews sees and decides nothing.
    client.force_login(make_staff("rita", *ROLES["rita"]))
    page = text(client.get(at("redaction-item", scanned)))
    assert 'name="box-left"' not in page
    assert send(client, scanned, "box", **PLACE).status_code in {403, 409}
    assert scanned.boxes.count() == 1
