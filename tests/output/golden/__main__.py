"""`python -m tests.output.golden`: write the golden texts of all letters anew."""

from __future__ import annotations

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.output import golden

    golden.write()
