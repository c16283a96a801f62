"""Boxes on pictures and pages: pixels under them are gone, and so is all that is no pixel; the same again the next time."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from dsr.cases import actors, redactions
from dsr.cases.perform import ConflictError, RefusedError
from dsr.fulfil.redact import redact
from dsr.fulfil.redact_apply import decisions_of
from dsr.law.redaction import Reason
from dsr.models import Case, RedactionBox, RedactionItem, RedactionMark
from dsr.redaction import pdf, picture
from dsr.redaction.boxes import SLACK, Box, pixels
from dsr.redaction.extract import Extracted, WhyWhole, extract
from dsr.redaction.rebuild import UnsafeError, rebuild, redrawn, sheets
from exporters.files.content import FileKind
from tests.factories import MONDAY, make_case, make_staff
from tests.redaction import documents
from tests.redaction.documents import SECRET, everything_in
from tests.redaction.test_files import file

if TYPE_CHECKING:
    from dsr.output.attached import Attached

FACE = (250, 20, 20)
"""The colour of what must go: it is nowhere else."""
GREEN = (40, 200, 90)
BOX = Box(1, 2500, 2500, 2500, 5000, Reason.OTHER_PERSON)
"""Over the face of `photo`, exactly."""


def photo(form: str, *, size: tuple[int, int] = (200, 100), mode: str = "RGB", turned: int = 1) -> bytes:
    """A green picture with a red face, and the name in whatever the form has room for."""
    image = Image.new("RGB", size, GREEN)
    image.paste(FACE, (size[0] // 4, size[1] // 4, size[0] // 2, size[1] * 3 // 4))
    image = image.convert(mode)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x013B] = turned, SECRET, SECRET
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", SECRET)
    about.add_itxt("XML:com.adobe.xmp", f"<x>{SECRET}</x>")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET.encode()
    every: dict[str, dict[str, Any]] = {
        "PNG": {"pnginfo": about, "exif": exif, "icc_profile": profile},
        "JPEG": {"exif": exif, "icc_profile": profile, "comment": SECRET.encode(), "quality": 95},
        "WEBP": {"exif": exif, "icc_profile": profile, "lossless": True},
        "GIF": {"comment": SECRET.encode()},
        "TIFF": {"description": SECRET, "artist": SECRET},
        "BMP": {},
    }
    out = io.BytesIO()
    image.save(out, form, **every[form])
    return out.getvalue() + SECRET.encode()  # and behind the end of the picture


def near(pixel: Any, colour: tuple[int, int, int], by: int) -> bool:
    return all(abs(one - other) <= by for one, other in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"])
def test_X_02_nothing_under_a_box_and_nothing_but_pixels_is_left(form: str) -> None:
    data = photo(form)
    assert SECRET.encode() in data
    assert sheets(data, FileKind.PICTURE, WhyWhole.PICTURE) == 1
    made = redrawn(data, WhyWhole.PICTURE, [BOX])
    lossy = form in {"JPEG", "WEBP"}
    assert (made.media_type, made.ending) == (("image/jpeg", ".jpg") if lossy else ("image/png", ".png"))
    assert not [word for word in SECRET.encode().split() if word in made.data]
    with Image.open(io.BytesIO(made.data)) as image:
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not image.getexif()
        shown = image.convert("RGB")
    assert shown.size == (200, 100)
    slack = 60 if lossy else 0
    for x in range(50 - SLACK, 100 + SLACK):
        for y in range(25 - SLACK, 75 + SLACK):
            assert near(shown.getpixel((x, y)), (0, 0, 0), slack), (x, y)
    assert not [pixel for _n, pixel in shown.getcolors(20_000) or [] if near(pixel, FACE, 90)]
    assert near(shown.getpixel((20, 50)), GREEN, 12)
    assert redrawn(data, WhyWhole.PICTURE, [BOX]).data == made.data  # replay: the same in, the same out


def test_a_box_lies_where_one_sees_it_although_the_camera_was_turned() -> None:
    data = photo("JPEG", turned=6)  # shown a quarter to the right: 100 wide, 200 high
    seen = Image.open(io.BytesIO(picture.preview(data)))
    assert seen.size == (100, 200)
    assert near(seen.getpixel((50, 75)), FACE, 30)
    box = Box(1, 2500, 2500, 5000, 2500, Reason.OTHER_PERSON)
    shown = Image.open(io.BytesIO(redrawn(data, WhyWhole.PICTURE, [box]).data)).convert("RGB")
    assert shown.size == (100, 200)
    assert not [pixel for _n, pixel in shown.getcolors(20_000) or [] if near(pixel, FACE, 90)]


def test_what_lies_behind_a_transparent_pixel_was_not_seen_and_does_not_leave() -> None:
    image = Image.new("RGBA", (60, 40), (*FACE, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    made = Image.open(io.BytesIO(picture.boxed(out.getvalue(), [Box(1, 0, 0, 100, 100, Reason.SECURITY)]).data))
    assert (made.mode, made.getpixel((50, 30))) == ("RGB", (255, 255, 255))


def test_a_box_grows_to_whole_pixels_and_stays_on_the_picture() -> None:
    assert pixels(Box(1, 1, 1, 1, 1, Reason.SECURITY), (1000, 500)) == (0, 0, 1 + SLACK, 1 + SLACK)
    assert pixels(Box(1, 0, 0, 10_000, 10_000, Reason.SECURITY), (7, 3)) == (0, 0, 6, 2)


def test_what_cannot_be_drawn_can_only_be_withheld_as_a_whole() -> None:
    several = io.BytesIO()
    frames = [Image.new("L", (20, 20), shade) for shade in (0, 255)]
    frames[0].save(several, "GIF", save_all=True, append_images=frames[1:])
    huge = io.BytesIO()
    Image.new("1", (10_000, 6_001)).save(huge, "PNG")
    broken = photo("PNG")[:40]
    for data in (several.getvalue(), huge.getvalue(), b"\x89PNG\r\n\x1a\n" + b"0" * 20, b""):
        assert sheets(data, FileKind.PICTURE, WhyWhole.PICTURE) == 0
        with pytest.raises(UnsafeError):
            redrawn(data, WhyWhole.PICTURE, [BOX])
    with pytest.raises(UnsafeError):
        redrawn(broken, WhyWhole.PICTURE, [BOX])
    with pytest.raises(UnsafeError):
        redrawn(photo("PNG"), WhyWhole.ARCHIVE, [BOX])
    # A drawing of lines is a web page to a program: nobody draws on it.
    assert sheets(b"<svg/>", FileKind.PAGE, WhyWhole.PICTURE) == 0


def scan(pages: int = 2) -> bytes:
    """A PDF of pictures: a red face in the same place of every page, and a note."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(400, 200))
        page = made.pages[-1]
        page.Contents = made.make_stream(b"1 0 0 rg 100 50 100 100 re f")
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[1, 1, 9, 9], Contents=SECRET
        )
        page.Annots = pikepdf.Array([made.make_indirect(note)])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def drawn(data: bytes, page: int) -> Image.Image:
    document = pypdfium2.PdfDocument(data)
    try:
        image: Image.Image = document[page].render(scale=1).to_pil().convert("RGB")
        return image
    finally:
        document.close()


def test_X_02_a_box_on_one_page_of_a_scan_is_black_and_the_other_page_as_it_was() -> None:
    data = scan()
    found = extract(data, kind=FileKind.PDF, name="a.pdf", media_type="")
    assert found is WhyWhole.SCAN
    assert sheets(data, FileKind.PDF, found) == 2
    made = redrawn(data, WhyWhole.SCAN, [replace(BOX, sheet=2)])
    assert (made.kind, made.ending) == (FileKind.PDF, ".pdf")
    assert b"Byrne" not in everything_in(made.data)
    first, second = drawn(made.data, 0), drawn(made.data, 1)
    assert near(first.getpixel((150, 100)), (255, 0, 0), 20)
    assert near(second.getpixel((150, 100)), (0, 0, 0), 8)
    assert not [pixel for _n, pixel in second.getcolors(80_000) or [] if near(pixel, (255, 0, 0), 90)]
    assert pdf.page_picture(data, 2, (), [replace(BOX, sheet=2)]).getpixel((300, 200)) == (0, 0, 0)
    with pytest.raises(pdf.BrokenError):
        pdf.page_picture(data, 3, (), [])


def test_a_pdf_with_text_has_words_and_boxes_taken_out_and_other_texts_no_boxes() -> None:
    data = documents.pdf("Kept.", f"Neighbour {SECRET} called.")
    found = extract(data, kind=FileKind.PDF, name="a.pdf", media_type="")
    assert isinstance(found, Extracted)
    assert sheets(data, FileKind.PDF, found) == 1
    made = rebuild(data, found, (), str, [Box(1, 0, 0, 10_000, 10_000, Reason.OTHER_PERSON)])
    assert drawn(made.data, 0).getextrema() == ((0, 0), (0, 0), (0, 0))
    plain = extract(b"Words.", kind=FileKind.TEXT, name="a.txt", media_type="")
    assert isinstance(plain, Extracted)
    assert sheets(b"Words.", FileKind.TEXT, plain) == 0
    with pytest.raises(UnsafeError):
        rebuild(b"Words.", plain, (), str, [BOX])


@pytest.fixture
def case(db: None) -> Any:
    made = make_case()
    Case.objects.filter(pk=made.pk).update(state="drafting")
    return Case.objects.select_related("controller", "request").get(pk=made.pk)


PHOTO, SCAN, TEXT = file("Tom Byrne.png", photo("PNG")), file("scan.pdf", scan()), file("a.txt", b"An order.")


def looked(case: Case, *files: Attached) -> Any:
    left = redact(case, found=(), attached=files or (PHOTO, SCAN, TEXT), now=MONDAY, check=lambda: None)
    assert left.keep(now=MONDAY)
    return left


def put(item: RedactionItem, box: Box = BOX, *, seen: int = 0) -> None:
    item.refresh_from_db()
    actor = actors.staff(make_staff())
    redactions.add_box(item_id=item.pk, box=box, seen=seen or item.version, actor=actor, now=MONDAY)


def test_X_07_boxes_are_rows_that_take_out_the_same_again_and_void_what_was_approved(case: Case) -> None:
    before = looked(case)
    assert [one.sha256 for one in before.attached] == [one.sha256 for one in (PHOTO, SCAN, TEXT)]
    picture_, scan_, text_ = RedactionItem.objects.filter(case=case).order_by("position")
    assert [one.sheets for one in (picture_, scan_, text_)] == [1, 2, 0]

    fingerprint = decisions_of(case).fingerprint
    Case.objects.filter(pk=case.pk).update(manifest_sha256="a" * 64, approved_sha256="a" * 64)
    put(picture_)
    case.refresh_from_db()
    assert (case.manifest_sha256, case.approved_sha256) == ("", "")
    assert decisions_of(case).fingerprint != fingerprint
    put(scan_, replace(BOX, sheet=2, reason=Reason.HOUSEHOLD_MEMBER))
    left = looked(case)
    assert [one.name for one in left.attached] == ["redacted-1.png", "redacted-2.pdf", "a.txt"]
    for one in left.attached[:2]:
        data = b"".join(one.read())
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one.size, one.sha256)
        assert b"Byrne" not in everything_in(data)
    assert sorted((one.count, one.what) for one in left.left_out) == [(1, ""), (1, "")]
    assert [one.sha256 for one in looked(case).attached] == [one.sha256 for one in left.attached]

    # A file that changed is asked about anew, and the old box is not put on it.
    other = file("Tom Byrne.png", photo("PNG", size=(201, 100)))
    assert looked(case, other).attached[0].sha256 == other.sha256
    # The whole goes: no box is counted any more. Then the box is taken back.
    looked(case)
    picture_.refresh_from_db()
    mara = actors.staff(make_staff())
    redactions.withhold(item_id=picture_.pk, reason=Reason.SECURITY, seen=picture_.version, actor=mara, now=MONDAY)
    assert [one.name for one in looked(case).attached] == ["redacted-1.pdf", "a.txt"]
    picture_.refresh_from_db()
    redactions.withhold(item_id=picture_.pk, reason=None, seen=picture_.version, actor=mara, now=MONDAY)
    picture_.refresh_from_db()
    Case.objects.filter(pk=case.pk).update(manifest_sha256="a" * 64, approved_sha256="a" * 64)
    redactions.remove_box(box_id=picture_.boxes.get().pk, seen=picture_.version, actor=mara, now=MONDAY)
    case.refresh_from_db()
    assert (case.manifest_sha256, case.approved_sha256) == ("", "")
    assert looked(case).attached[0].sha256 == PHOTO.sha256


def test_X_07_what_is_seen_again_is_read_again(case: Case) -> None:
    """A check is about what was read: neither a place passed over with the whole nor one under a box that went is in it."""
    looked(case)
    picture_, _, text_ = RedactionItem.objects.filter(case=case).order_by("position")
    mara = actors.staff(make_staff())

    def checked(item: RedactionItem) -> bool:
        item.refresh_from_db()
        return item.checked_at is not None

    def act(verb: Any, item: RedactionItem, **more: Any) -> None:
        item.refresh_from_db()
        verb(item_id=item.pk, seen=item.version, actor=mara, now=MONDAY, **more)

    suggested = RedactionMark.objects.create(
        controller=case.controller, item=text_, start=0, end=2, reason=Reason.OTHER_PERSON, found_by="names"
    )
    act(redactions.withhold, text_, reason=Reason.SECURITY)
    act(redactions.check, text_)
    assert checked(text_)
    act(redactions.withhold, text_, reason=None)
    suggested.refresh_from_db()
    assert (suggested.state, suggested.decided_by_id) == (RedactionMark.State.SUGGESTED, None)
    assert not checked(text_)
    with pytest.raises(RefusedError) as refused:
        act(redactions.check, text_)
    assert refused.value.refusal.code == "redaction_undecided"

    put(picture_)
    act(redactions.check, picture_)
    assert checked(picture_)
    redactions.remove_box(box_id=picture_.boxes.get().pk, seen=picture_.version, actor=mara, now=MONDAY)
    assert not checked(picture_)


def test_a_box_that_is_not_on_the_page_or_would_tell_what_it_must_not_is_refused(case: Case) -> None:
    looked(case)
    picture_, scan_, text_ = RedactionItem.objects.filter(case=case).order_by("position")
    wrong = [
        (picture_, replace(BOX, sheet=2), "redaction_outside"),
        (picture_, replace(BOX, left=9_000, width=1_001), "redaction_outside"),
        (picture_, replace(BOX, height=0), "redaction_outside"),
        (scan_, replace(BOX, sheet=3), "redaction_outside"),
        (text_, BOX, "redaction_whole_only"),
        # X-06: a black box tells that something was there.
        (picture_, replace(BOX, reason=Reason.UNDISCLOSABLE), "redaction_whole_only"),
    ]
    for item, box, code in wrong:
        with pytest.raises(RefusedError) as refused:
            put(item, box)
        assert refused.value.refusal.code == code
    with pytest.raises(ConflictError):
        put(picture_, seen=99)
    Case.objects.filter(pk=case.pk).update(state="review")
    with pytest.raises(RefusedError):
        put(picture_)
    assert not RedactionBox.objects.exists()
    picture_.refresh_from_db()
    assert picture_.version == 1
