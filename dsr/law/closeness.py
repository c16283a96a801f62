"""How somebody of the office can be close to the person who asks: staff never handle such a request (rules 4.3)."""

from __future__ import annotations

from enum import StrEnum


class Bond(StrEnum):
    """What makes a colleague too close."""

    ONESELF = "oneself"
    RELATIVE = "relative"  # and whoever lives with her, or is a friend
    COLLEAGUE = "colleague"  # of the same team
