"""`ptc doctor`: what does not work here, and how to mend it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import click

from ptc_cli.cli.diagnosis import Finding, examine
from ptc_cli.cli.invocation import Invocation, pass_invocation, perform
from ptc_cli.cli.options import json_option
from ptc_cli.console import talk
from ptc_cli.console.terminal import styled, visible, write_json, write_lines
from ptc_cli.core.codec import to_json
from ptc_cli.core.exits import UNUSABLE_EXIT_CODE

_STYLES = {"ok": "good", "warn": "warning", "fail": "error"}
_SUBJECT_WIDTH = 14


@click.command()
@json_option
@pass_invocation
def command(invocation: Invocation, as_json: bool) -> int:
    """Try everything ptc needs, for real: configuration, servers, checker, sandbox, folders.

    Each line is ok, warn or fail, with the fix. Ends with 0 only if nothing fails.
    """
    findings = perform(_examine(examine(invocation.config), show=not as_json))
    failed = sum(finding.level == "fail" for finding in findings)
    if as_json:
        write_json(sys.stdout, passed=failed == 0, findings=[to_json(finding) for finding in findings])
    else:
        warned = sum(finding.level == "warn" for finding in findings)
        talk.note(sys.stderr, f"{failed} failed, {warned} to look at, {len(findings) - failed - warned} ok")
    return UNUSABLE_EXIT_CODE if failed else 0


async def _examine(findings: AsyncIterator[Finding], *, show: bool) -> list[Finding]:
    found: list[Finding] = []
    async for finding in findings:
        found.append(finding)
        if show:
            _write(finding)
    return found


def _write(finding: Finding) -> None:
    level = styled(finding.level.ljust(4), _STYLES[finding.level], sys.stdout)
    write_lines(sys.stdout, f"{level}  {finding.subject.ljust(_SUBJECT_WIDTH)}  {visible(finding.message)}")
    for line in (finding.fix or "").splitlines():
        write_lines(sys.stdout, f"      {' ' * _SUBJECT_WIDTH}  {styled('help:', 'hint', sys.stdout)} {visible(line)}")
