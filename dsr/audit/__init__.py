"""The event chain: appended in the transaction of the change it reports, verified link by link."""

from dsr.audit.chain import append, next_link
from dsr.audit.verify import Fault, verify_case, verify_tombstones

__all__ = ["Fault", "append", "next_link", "verify_case", "verify_tombstones"]
