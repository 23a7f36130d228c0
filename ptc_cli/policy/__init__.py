"""Who may call what, how often, and who is asked."""

from ptc_cli.policy.budgets import Spending
from ptc_cli.policy.taint import Reading, Readings, stakes, told
from ptc_cli.policy.verdict import (
    Approvals,
    Standing,
    Verdict,
    foreseen,
    judge,
    judge_resource,
    sees_server,
    sees_tool,
)

__all__ = [
    "Approvals",
    "Reading",
    "Readings",
    "Spending",
    "Standing",
    "Verdict",
    "foreseen",
    "judge",
    "judge_resource",
    "sees_server",
    "sees_tool",
    "stakes",
    "told",
]
