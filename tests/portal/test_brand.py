"""Brands: the host names one, and it has its own name, colours, logo, authority, languages and rights; nothing of one opens in another."""

from __future__ import annotations

import io
import re
from itertools import product
from typing import Any

import pytest
from django.test import Client
from PIL import Image, PngImagePlugin

from dsr.brand import sample
from dsr.cases import actors, brand
from dsr.cases.perform import RefusedError
from dsr.colours import DARK, LIGHT, MARK, TEXT, contrast, mixed, problem, readable, tokens
from dsr.law.offers import offered
from dsr.law.rights import Right
from dsr.models import BrandChange, Controller, Logo
from tests.factories import MONDAY, make_controller, make_staff
from tests.portal.walk import file_access
from tests.ui import stylesheet

pytestmark = pytest.mark.django_db


def picture(**options: Any) -> bytes:
    """A red PNG that carries a comment, as pictures from cameras and designers do."""
    out, told = io.BytesIO(), PngImagePlugin.PngInfo()
    told.add_text("Comment", "taken at home")
    Image.new("RGB", options.get("size", (600, 200)), "#aa0000").save(out, "PNG", pnginfo=told)
    return out.getvalue()


@pytest.fixture
def otto() -> Any:
    return actors.staff(make_staff("otto", "lead"))


@pytest.fixture
def two(settings: Any, otto: Any) -> tuple[Controller, Controller]:
    settings.DSR_HOSTS = {"north.example.com": "northwave", "south.example.com": "southwave"}
    settings.ALLOWED_HOSTS = ["*"]
    north, south = (
        make_controller(),
        make_controller("southwave", authority_name="Southern Authority", languages=["fr"]),
    )
    brand.change(
        controller=north,
        values={"colour_light": "#7a1fa2", "office_hours": {"en": "Monday to Friday"}},
        logo=picture(),
        actor=otto,
        now=MONDAY,
    )
    return Controller.objects.get(pk=north.pk), south


def test_two_hosts_show_two_brands_and_nothing_of_one_opens_in_the_other(two: Any) -> None:
    """Name, colours, logo, authority and language follow the host; a session, a draft and a reference of one do not open in the other."""
    north, south = two
    a, b = Client(headers={"host": "north.example.com"}), Client(headers={"host": "south.example.com"})
    page, other = a.get("/complain/").content.decode(), b.get("/complain/").content.decode()
    assert "Northwave" in page
    assert "Example Data Protection Authority" in page
    assert "(Monday to Friday)" in page
    assert "Southern Authority" in other
    assert '<html lang="fr" dir="ltr"' in other
    css, logo = re.search(r'href="(/brand/[^"]+\.css)"', page), re.search(r'src="(/brand/[^"]+\.png)"', page)
    assert css
    assert logo
    assert "/brand/" not in other
    sheet = a.get(css.group(1))
    assert "--brand: #7a1fa2;" in sheet.content.decode()
    assert "immutable" in sheet.headers["Cache-Control"]
    assert a.get(logo.group(1)).headers["Content-Type"] == "image/png"
    assert {b.get(one.group(1)).status_code for one in (css, logo)} == {404}
    reference = file_access(a)
    assert a.get(f"/requests/{reference}/").status_code == 200
    a.cookies["sessionid"], b.cookies = a.cookies.get("sessionid", ""), a.cookies
    assert "Maria" not in b.get(f"/requests/{reference}/", follow=True).content.decode()
    a.post("/new/what/", {"right": "access"})
    a.post("/new/who/", {"who": "me"})
    assert b.get("/new/account/").status_code == 302


def test_a_language_that_is_not_offered_falls_back_to_one_that_is(two: Any) -> None:
    """The browser's next wish, else the first of the controller; the switch offers nothing else."""
    b = Client(headers={"host": "south.example.com", "accept-language": "pl,de;q=0.8"})
    assert '<html lang="fr"' in b.get("/").content.decode()
    Controller.objects.filter(slug="southwave").update(languages=["fr", "de"])
    page = b.get("/").content.decode()
    assert '<html lang="de"' in page
    assert set(re.findall(r'name="language" value="(\w+)"', page)) == {"fr"}
    b.post("/language/setlang/", {"language": "pl", "next": "/"})
    assert '<html lang="de"' in b.get("/").content.decode()


def test_pages_of_a_language_from_right_to_left_say_so(settings: Any) -> None:
    """`<html dir>`: a controller that answers in Arabic gets pages that run from right to left."""
    settings.LANGUAGES = [("ar", "Arabic"), ("en", "English")]
    make_controller(languages=["ar", "en"])
    for address in ("/", "/new/what/", "/new/unsure/", "/help/"):
        assert '<html lang="ar" dir="rtl"' in Client(headers={"accept-language": "ar"}).get(address).content.decode()


def test_colours_are_those_of_the_stylesheet() -> None:
    """What we measure against is what ui.css says."""
    light = stylesheet.tokens(":root")
    dark = {**light, **stylesheet.tokens(':root[data-theme="dark"]', "screen")}
    for theme, known in ((LIGHT, light), (DARK, dark)):
        said = {**theme.grounds, **theme.inks, "--meter": theme.meter}
        assert {name: known[name] for name in said} == said
        boxes = sample("", "")  # no choice: the box of each theme shows what ui.css has, not what surrounds it
        assert f"--brand: {known['--brand']};" in boxes.partition(f".sample-{theme.name} ")[2].partition("}")[0]


def test_wcag_1_4_3_every_accepted_colour_is_readable_in_every_pair() -> None:
    """From 216 colours: refused with the nearest that passes, or readable wherever the tokens are used."""
    steps = ("00", "33", "66", "99", "cc", "ff")
    for theme, parts in product((LIGHT, DARK), product(steps, repeat=3)):
        colour = "#" + "".join(parts)
        found = problem(colour, theme)
        if found is not None:
            assert found.measured < found.needed
            colour = found.nearest
            assert problem(colour, theme) is None
        made = tokens(colour, theme)
        assert min(contrast(made["--brand-ink"], made[name]) for name in ("--brand", "--brand-strong")) >= TEXT
        assert (
            min(contrast(made["--link"], ground) for ground in (*theme.grounds.values(), made["--brand-soft"])) >= TEXT
        )
        assert min(contrast(ink, made["--brand-soft"]) for ink in theme.inks.values()) >= TEXT
        assert contrast(made["--meter-fill"], theme.meter) >= MARK
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
    assert readable("#7bcbe6", DARK) == "#7bcbe6"


def test_a_change_is_checked_and_written_down(otto: Any) -> None:
    """Refused with the measured contrast and a colour that would do; a handler changes nothing; who changed what stays."""
    controller = make_controller()

    def refused(actor: Any = otto, logo: bytes | None = None, **values: Any) -> Any:
        with pytest.raises(RefusedError) as error:
            brand.change(controller=controller, values=values, actor=actor, now=MONDAY, logo=logo)
        return error.value.refusal

    pale = refused(colour_light="#ffcc00")
    assert (pale.code, pale.params["nearest"], float(pale.params["measured"]) < 4.5) == (
        "colour_unreadable_light",
        "#806600",
        True,
    )
    assert refused(colour_light="#0b4f6c", colour_dark="#0b4f6c").code == "colour_unreadable_dark"
    assert refused(colour_light="teal").code == "colour_unknown"
    assert refused(languages=[]).code == "language_missing"
    assert refused(actors.staff(make_staff()), name="Other").code == "role"
    assert refused(logo=b"<svg onload=alert(1)>").code == "logo_unknown"
    assert refused(logo=picture(size=(5000, 10))).code == "logo_too_large"
    assert not BrandChange.objects.exists()
    made = brand.change(
        controller=controller, values={"name": "Nordwelle", "phone": ""}, actor=otto, now=MONDAY, logo=picture()
    )
    assert made is not None
    assert made.changes["name"] == ["Northwave", "Nordwelle"]
    kept = bytes(Logo.objects.get().png)
    assert Image.open(io.BytesIO(kept)).size == (288, 96)
    assert b"taken at home" not in kept
    fresh = Controller.objects.get()
    assert brand.change(controller=fresh, values={"name": "Nordwelle"}, actor=otto, now=MONDAY) is None


def test_12_2_what_the_regime_demands_is_always_offered(otto: Any) -> None:
    """Art. 12(2): under the GDPR only the form for automated decisions may be left out; tiles and the first question follow."""
    controller = make_controller()
    without = [right.value for right in Right if right is not Right.AUTOMATED_DECISION]
    with pytest.raises(RefusedError) as error:
        brand.change(controller=controller, values={"rights_offered": ["access"]}, actor=otto, now=MONDAY)
    assert error.value.refusal.code == "right_demanded"
    brand.change(controller=controller, values={"rights_offered": without}, actor=otto, now=MONDAY)
    page = Client().get("/new/what/").content.decode()
    assert 'value="erasure"' in page
    assert 'value="unsure"' in page
    assert 'value="automated_decision"' not in page
    assert "A computer refused my order" not in Client().get("/new/unsure/").content.decode()
    assert set(offered("US_CCPA", ["access"])) >= {Right.ERASURE, Right.PORTABILITY}
    assert Right.RESTRICTION not in offered("US_CCPA", ["access"])
    assert offered("SOME_LAW", ["access"]) == tuple(Right)


def test_the_page_of_the_brand(client: Client) -> None:
    """A lead saves it; a handler reads it; the sample follows what was typed; another brand's page is another brand's."""
    make_controller()
    client.force_login(make_staff("otto", "lead"))
    data = {
        "name": "Nordwelle",
        "languages": ["en", "de"],
        "office_hours_en": "Monday to Friday, 9 to 17",
        "colour_light": "#FFCC00",
    }
    refused = client.post("/desk/brand/", data)
    assert refused.status_code == 422
    assert "#806600" in refused.content.decode()
    tried = client.post("/desk/brand/", {**data, "try": "1"}).content.decode()
    assert "/desk/brand/sample.css?light=ffcc00" in tried
    assert ".sample-light" in client.get("/desk/brand/sample.css?light=ffcc00&dark=}x").content.decode()
    assert client.post("/desk/brand/", {**data, "colour_light": "#7A1FA2"}).status_code == 302
    assert Controller.objects.get().colour_light == "#7a1fa2"
    assert Controller.objects.get().office_hours == {"en": "Monday to Friday, 9 to 17"}
    assert "Otto Example" in client.get("/desk/brand/").content.decode()
    client.force_login(make_staff())
    assert client.get("/desk/brand/").status_code == 200
    assert client.post("/desk/brand/", {**data, "name": "Mine"}).status_code == 409
    assert Controller.objects.get().name == "Nordwelle"
