"""What every letter says of its controller: names, addresses, data protection officer, supervisory authority (rules 5.1, C and N)."""

from __future__ import annotations

from typing import Final

FACTS: Final = (
    "legal_name",
    "address",
    "phone",
    "privacy_email",
    "dpo_name",
    "dpo_email",
    "authority_name",
    "authority_address",
    "authority_url",
    "notice_url",
)
"""Columns of the controller that letters print; `dsr.cases.controller_setup` changes them. A letter that was sent keeps what it said."""
