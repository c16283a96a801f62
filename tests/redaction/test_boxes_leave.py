"""A box from the desk to the file the person gets: submitted, approved by somebody else, released, and only pixels are in it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from dsr.cases import actors, answer, redactions
from dsr.law.redaction import Reason
from dsr.models import RedactionItem
from dsr.redaction.boxes import Box
from tests.factories import ATTESTED, MONDAY, make_staff
from tests.fulfil.test_attachments import NUMBER, archive_of, drafted
from tests.fulfil.tree_of_files import Tree
from tests.redacting import settle
from tests.redaction.documents import SECRET
from tests.redaction.test_boxes import GREEN, near, photo

if TYPE_CHECKING:
    from collections.abc import Callable

# Lays out letter and report twice.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FOLDER = "attachments/recordings/recordings/"
CAMERA, MAKER, PLACE = b"Examplecam 7", 0x010F, 0x8825


def with_place() -> bytes:
    """A photo of hers with what a camera writes into it: its make and where it stood."""
    image = Image.new("RGB", (200, 100), GREEN)
    exif = Image.Exif()
    exif[MAKER] = CAMERA.decode()
    exif.get_ifd(PLACE)[1] = "N"
    exif.get_ifd(PLACE)[2] = (53.0, 20.0, 59.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_X_02_X_07_what_is_approved_and_released_has_the_pixels_only_and_an_untouched_photo_stays_as_held(
    demo_stores: Any, drain: Callable[[], Any]
) -> None:
    """The one with a box is drawn anew; the one without leaves byte for byte, its camera and place with it (decision 060)."""
    boxed, whole = photo("JPEG"), with_place()
    assert SECRET.encode() in boxed
    assert CAMERA in whole
    Tree(demo_stores).put(NUMBER, {"two-people.jpg": boxed, "garden.jpg": whole})
    case, mara = drafted(drain), actors.staff(make_staff())
    assert archive_of(case).read(f"{FOLDER}two-people.jpg") == boxed  # nobody has put a box on it yet
    first, _second = RedactionItem.objects.filter(case=case, kind="file").order_by("position")
    box = Box(1, 2500, 2500, 2500, 5000, Reason.OTHER_PERSON)
    redactions.add_box(item_id=first.pk, box=box, seen=first.version, actor=mara, now=MONDAY)

    case = settle(case.pk, actor=mara, now=MONDAY, drain=drain)
    answer.submit(case_id=case.pk, actor=mara, now=MONDAY)
    otto = actors.staff(make_staff("otto", "lead"))
    approved = case.manifest_sha256
    answer.approve(case_id=case.pk, manifest_sha256=approved, attested=ATTESTED, actor=otto, now=MONDAY)
    answer.release(case_id=case.pk, actor=mara, now=MONDAY)
    drain()

    case.refresh_from_db()
    assert (case.state, case.approved_sha256) == ("completed", approved)
    archive = archive_of(case)
    files = {name.removeprefix(FOLDER): archive.read(name) for name in archive.namelist() if name.startswith(FOLDER)}
    assert sorted(files) == ["garden.jpg", "redacted-1.jpg"]
    made = files["redacted-1.jpg"]
    with Image.open(io.BytesIO(made)) as image:
        assert near(image.getpixel((75, 50)), (0, 0, 0), 12)
        assert near(image.getpixel((150, 50)), GREEN, 12)
        assert not image.getexif()
    assert not [word for word in SECRET.encode().split() if word in made]
    assert b"two-people" not in archive.read("attachments/files.csv")
    assert files["garden.jpg"] == whole
    with Image.open(io.BytesIO(files["garden.jpg"])) as image:
        assert image.getexif().get_ifd(PLACE)[2] == (53.0, 20.0, 59.0)
