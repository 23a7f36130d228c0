"""Drift: what of the tools differs from what a lock file says, and whether programs break of it."""

from ptc_cli.drift.compare import Change, changes
from ptc_cli.drift.lock import Lock, ServerFacts, ToolFacts, lock_of, parsed, written

__all__ = ["Change", "Lock", "ServerFacts", "ToolFacts", "changes", "lock_of", "parsed", "written"]
