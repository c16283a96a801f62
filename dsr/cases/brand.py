"""Changing what a brand looks like and where it can be reached: checked, and written down with who and when.

Colours are refused when they cannot be read (WCAG 1.4.3), rights when the regime demands a form for them (dsr.law.offers).
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from PIL import Image, UnidentifiedImageError

from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, RefusedError, insist, staff_id
from dsr.cases.setup import record_setup
from dsr.colours import DARK, LIGHT, problem
from dsr.law.offers import required
from dsr.law.rights import ALL_RIGHTS
from dsr.law.workflow import Refusal
from dsr.models import BrandChange, Controller, Logo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsr.law.workflow import Actor

FIELDS: Final = (
    "name", "phone", "account_url", "contract_url", "notice_url", "office_hours", "languages", "rights_offered", "colour_light",
    "colour_dark",
)  # fmt: skip
_ONE_LINE: Final = frozenset({"name", "phone"})
"""Fields that stand in a line of their own, the name in the sender of every mail: a line break there would stop all of them."""
LOGO_BYTES: Final = 1024 * 1024
LOGO_SIDE: Final = 4000  # pixels of what is uploaded
LOGO_BOX: Final = (320, 96)  # pixels of what is handed out: twice the height it is shown in
_FORMATS: Final = ("PNG", "JPEG", "WEBP")


@transaction.atomic
def change(
    *, controller: Controller, values: Mapping[str, Any], actor: Actor, now: datetime, logo: bytes | None = None
) -> BrandChange | None:
    """Change fields of FIELDS and, with `logo`, the picture; None when nothing differs. An empty `logo` takes it away.

    RefusedError: role, a colour that cannot be read, no language, a right the regime demands, a picture that is none.
    """
    insist(actor, Duty.BRAND)
    row = Controller.objects.select_for_update().get(pk=controller.pk)
    wanted = {name: values[name] for name in FIELDS if name in values}
    for name in _ONE_LINE & wanted.keys():
        wanted[name] = " ".join(str(wanted[name]).split())
    if logo is not None:
        wanted["logo_sha256"] = _kept(row, drawn(logo), now) if logo else ""
    _check(row, wanted)
    changed = {name: [getattr(row, name), value] for name, value in wanted.items() if getattr(row, name) != value}
    if not changed:
        return None
    if not Controller.objects.filter(pk=row.pk).update(**{name: value for name, (_, value) in changed.items()}):
        raise ConflictError
    found: BrandChange = BrandChange.objects.create(controller=row, at=now, by_id=staff_id(actor), changes=changed)
    record_setup(controller=row, kind="brand_changed", actor=actor, now=now, data={"changes": changed})
    return found


def _check(row: Controller, wanted: Mapping[str, Any]) -> None:
    light, dark = (str(wanted.get(name, getattr(row, name))) for name in ("colour_light", "colour_dark"))
    if dark and not light:
        raise RefusedError(Refusal("colour_light_first"))
    for colour, theme in ((light, LIGHT), (dark, DARK)):
        try:
            found = problem(colour, theme) if colour else None
        except ValueError:
            raise RefusedError(Refusal("colour_unknown")) from None
        if found is not None:
            params = {
                "colour": colour,
                "measured": f"{found.measured:.1f}",
                "needed": f"{found.needed:.1f}",
                "nearest": found.nearest,
            }
            raise RefusedError(Refusal(f"colour_unreadable_{theme.name}", params))
    if "languages" in wanted and not wanted["languages"]:
        raise RefusedError(Refusal("language_missing"))
    chosen = set(wanted.get("rights_offered", row.rights_offered))
    if not chosen <= {right.value for right in ALL_RIGHTS}:
        raise RefusedError(Refusal("rights_missing"))
    left_out = sorted(right.value for right in required(row.regime) if right.value not in chosen)
    if chosen and left_out:
        raise RefusedError(Refusal("right_demanded", {"right": left_out[0]}))


def drawn(data: bytes) -> bytes:
    """The picture drawn anew as a small PNG: what was hidden in the file stays behind. RefusedError when it is none, or too large."""
    if len(data) > LOGO_BYTES:
        raise RefusedError(Refusal("logo_too_large"))
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as found:
            if max(found.size) > LOGO_SIDE:
                raise RefusedError(Refusal("logo_too_large"))
            picture = found.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise RefusedError(Refusal("logo_unknown")) from None
    picture.thumbnail(LOGO_BOX)
    clean = Image.new("RGBA", picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()


def _kept(row: Controller, png: bytes, now: datetime) -> str:
    sha256 = hashlib.sha256(png).hexdigest()
    Logo.objects.get_or_create(controller=row, sha256=sha256, defaults={"png": png, "created_at": now})
    return sha256
