"""`manage.py vendor [--check]`: fetch the pinned third-party front-end files, or verify offline that none was changed.

Only a developer fetches; the files and the lock are committed. No script of a package runs, members are read by exact name.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from fontTools import subset

STATIC = settings.BASE_DIR / "dsr" / "static" / "vendor"
LOCK = STATIC / "lock.json"
ICONS = [
    "arrow-right",
    "calendar",
    "check",
    "chevron-left",
    "chevron-right",
    "circle-alert",
    "circle-check",
    "clock",
    "database",
    "download",
    "eye",
    "file-text",
    "history",
    "inbox",
    "info",
    "key-round",
    "list",
    "lock",
    "log-out",
    "mail",
    "message-square",
    "pause",
    "plus",
    "refresh-cw",
    "scale",
    "search",
    "send",
    "server",
    "shield-check",
    "triangle-alert",
    "user",
    "users",
    "x",
]
FONT = "files/source-sans-3-{}-wght-normal.woff2"
WANT: dict[str, dict[str, str]] = {
    "@fontsource-variable/source-sans-3@5.3.0": {
        FONT.format("latin"): "fonts/latin.woff2",
        FONT.format("latin-ext"): "fonts/latin-ext.woff2",
        FONT.format("greek"): "fonts/greek.woff2",
        FONT.format("cyrillic"): "fonts/cyrillic.woff2",
        "LICENSE": "fonts/OFL.txt",
    },
    "lucide-static@1.62.0": {
        "LICENSE": "icons/LICENSE",
        **{f"icons/{name}.svg": f"icons/{name}.svg" for name in ICONS},
    },
    "htmx.org@2.0.10": {"dist/htmx.min.js": "htmx.js", "LICENSE": "htmx.LICENSE"},
    "axe-core@4.14.1": {
        "axe.min.js": "../../../tests/vendor/axe.min.js",
        "LICENSE": "../../../tests/vendor/axe.LICENSE",
    },
}
# The European languages need a quarter of Latin Extended; the whole would triple what a phone has to load (ux.md 3.3).
SUBSET = {"fonts/latin-ext.woff2": "U+0100-017F,U+0218-021B,U+1E9E,U+20A0-20BF"}


def digest(algorithm: str, data: bytes) -> str:
    """`sha512-<base64>`, the spelling of npm and of subresource integrity."""
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def cut(data: bytes, unicodes: str) -> bytes:
    """The font with these characters only."""
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["*"]
    font = subset.load_font(io.BytesIO(data), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=subset.parse_unicodes(unicodes.replace("U+", "")))
    cutter.subset(font)
    out = io.BytesIO()
    subset.save_font(font, out, options)
    return out.getvalue()


class Command(BaseCommand):
    """The lock holds the tarball's sha512 and each file's sha384."""

    help = __doc__ or ""
    requires_system_checks: Any = []  # it touches files only and must work before anything else does

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="verify the committed files, without network")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fetch and write the lock, or compare with it."""
        if options["check"]:
            check()
            self.stdout.write("vendored files are as locked")
            return
        old = json.loads(LOCK.read_text()) if LOCK.exists() else {}
        lock = {spec: fetch(spec, files, old.get(spec, {}).get("integrity")) for spec, files in WANT.items()}
        LOCK.write_text(json.dumps(lock, indent=1, sort_keys=True) + "\n")


def fetch(spec: str, files: dict[str, str], known: str | None) -> dict[str, Any]:
    """Pack one package with npm, compare with the lock, write the wanted members."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", "--ignore-scripts", spec], cwd=folder, check=True, capture_output=True
        )
        blob = next(Path(folder).glob("*.tgz")).read_bytes()
    integrity = digest("sha512", blob)
    if known and known != integrity:
        raise CommandError(f"{spec}: the registry gives other bytes than the lock")
    hashes = {}
    with tarfile.open(fileobj=io.BytesIO(blob)) as archive:
        for member, name in files.items():
            source = archive.extractfile(f"package/{member}")
            if source is None:
                raise CommandError(f"{spec} has no {member}")
            data = source.read()
            data = cut(data, SUBSET[name]) if name in SUBSET else data
            target = STATIC / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            hashes[name] = digest("sha384", data)
    return {"integrity": integrity, "files": hashes}


def check() -> None:
    """CommandError when a file differs from the lock, is missing, or is not listed."""
    lock = json.loads(LOCK.read_text())
    listed = {name: sha for entry in lock.values() for name, sha in entry["files"].items()}
    for name, sha in listed.items():
        path = STATIC / name
        if not path.exists() or digest("sha384", path.read_bytes()) != sha:
            raise CommandError(f"{name} is not the file that was locked")
    present = {str(path.relative_to(STATIC)) for path in STATIC.rglob("*") if path.is_file()} - {"lock.json"}
    if present - set(listed):
        raise CommandError(f"not in the lock: {', '.join(sorted(present - set(listed)))}")
