"""The official conformance suite, in front of a server of ours behind a gateway with plain names."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.outside.conftest import Ptc
from tests.outside.packages import node, script

UNAVOIDABLE: dict[str, dict[str, str]] = {"2025-11-25": {}, "2026-07-28": {}}
"""Required scenarios that fail, with the reason."""

_TASKS = "an extension that the SDK does not have, and that no revision requires"

NOT_REQUIRED: dict[str, str] = {
    **dict.fromkeys(
        (
            "tasks-lifecycle",
            "tasks-capability-negotiation",
            "tasks-wire-fields",
            "tasks-request-state-removal",
            "tasks-mrtr-input",
            "tasks-request-headers",
            "tasks-dispatch-and-envelope",
            "tasks-required-task-error",
            "tasks-mrtr-composition",
        ),
        _TASKS,
    ),
    "json-schema-2020-12": "pending in the suite; it wants a tool that our server does not have",
    "server-sse-polling": "pending in the suite; runs are not resumed over a new stream",
    "http-custom-header-server-validation": "pending in the suite; it wants a tool that our server does not have",
}
"""Scenarios that the suite runs beside those that a revision requires, and that fail, with the reason."""


@pytest.mark.parametrize("revision", list(UNAVOIDABLE))
def test_what_a_revision_requires_is_met(ptc: Ptc, tmp_path: Path, revision: str) -> None:
    judge = [node(), script("@modelcontextprotocol", "conformance", "dist", "index.js"), "server"]
    with ptc.serving("sidecar", "--names", "plain") as address:
        done = subprocess.run(
            [*judge, "--url", address, "--requirements", revision, "-o", str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )

    passed = set(re.findall(r"^✓ ([\w-]+): [1-9]", done.stdout, re.MULTILINE))
    failed = set(re.findall(r"^✗ ([\w-]+):", done.stdout, re.MULTILINE))
    assert len(passed) > 25, done.stdout[-3000:] + done.stderr[-1000:]
    assert failed - NOT_REQUIRED.keys() == UNAVOIDABLE[revision].keys(), done.stdout[-3000:]
    assert (done.returncode == 0) is (not UNAVOIDABLE[revision])
