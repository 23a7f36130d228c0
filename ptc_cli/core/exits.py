"""Exit codes that mean the same at every front door."""

from __future__ import annotations

USAGE_EXIT_CODE = 2
REJECTED_EXIT_CODE = 3
UNUSABLE_EXIT_CODE = 4
DENIED_EXIT_CODE = 6
FAULT_EXIT_CODE = 70
CANCELLED_EXIT_CODE = 130
