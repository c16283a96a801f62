"""The event chains of cases and of the set-up: appended in the transaction of the change they report, verified link by link."""

from dsr.audit.chain import append, next_link
from dsr.audit.setup import append_setup, verify_setup
from dsr.audit.verify import Fault, verify_case, verify_tombstones

__all__ = ["Fault", "append", "append_setup", "next_link", "verify_case", "verify_setup", "verify_tombstones"]
