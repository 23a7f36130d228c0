"""`ptc check`: the type check alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import click

from ptc_cli.cli import reports
from ptc_cli.cli.invocation import Invocation, pass_invocation, perform
from ptc_cli.cli.options import daemon_option, json_option
from ptc_cli.cli.sarif import sarif_log
from ptc_cli.cli.sources import SourceError, read_program
from ptc_cli.cli.warm import performed
from ptc_cli.cli.watching import changes
from ptc_cli.console import diagnostics, effects, talk
from ptc_cli.console.reloading import reloading
from ptc_cli.console.terminal import json_text, write_foreign, write_json
from ptc_cli.core.check import CheckReport
from ptc_cli.core.program import Program
from ptc_cli.core.result import EXIT_CODES

Checked: TypeAlias = tuple[Program, CheckReport]


@click.command()
@click.argument("files", nargs=-1, type=click.Path(), metavar="[FILE]...")
@click.option("-c", "code", metavar="CODE", help="The program itself.")
@click.option("--strict", is_flag=True, help="Let warnings reject a program too.")
@click.option("--effects", "with_effects", is_flag=True, help="Show which tools each program can reach.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C.")
@click.option(
    "--output-format",
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    show_default=True,
)
@json_option
@daemon_option
@pass_invocation
def command(
    invocation: Invocation,
    files: tuple[str, ...],
    code: str | None,
    strict: bool,
    with_effects: bool,
    watch: bool,
    output_format: str,
    as_json: bool,
) -> int:
    """Type-check programs against your servers' tools; nothing runs."""
    shape = _Shape(output_format="json" if as_json else output_format, with_effects=with_effects)
    if watch:
        if not files or "-" in files:
            raise click.UsageError("--watch wants files")
        return perform(_watch(invocation, files, shape, strict=strict))
    programs = _programs(files, code)
    checked = performed(invocation, lambda verbs: verbs.check(programs, strict=strict))
    _write(list(zip(programs, checked, strict=True)), shape)
    return 0 if all(report.passed for report in checked) else EXIT_CODES["rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """How reports are written."""

    output_format: str
    with_effects: bool


def _programs(files: Sequence[str], code: str | None) -> list[Program]:
    if bool(files) == (code is not None):
        raise click.UsageError("give programs: FILE..., - for stdin, or -c CODE")
    return [Program.of(code, name="<command>")] if code is not None else [read_program(file) for file in files]


async def _watch(invocation: Invocation, files: Sequence[str], shape: _Shape, *, strict: bool) -> int:
    """Check files, and those that change again, with one checker that stays warm; Ctrl-C is the end."""
    async with invocation.engine() as engine, reloading(engine):
        async for changed in changes(files):
            try:
                programs = [read_program(file) for file in changed]
            except SourceError as error:
                talk.error(sys.stderr, error.message, error.hint)
                continue
            _write([(each, await engine.check(each, invocation.caller, strict=strict)) for each in programs], shape)
    return 0


def _write(checked: Sequence[Checked], shape: _Shape) -> None:
    output_format = shape.output_format
    if output_format == "json":
        write_json(
            sys.stdout,
            passed=all(report.passed for _, report in checked),
            reports=[reports.report_as_json(report, program) for program, report in checked],
        )
        return
    if output_format == "sarif":
        write_foreign(sys.stdout, json_text(sarif_log(checked), sys.stdout))
        return
    for program, report in checked:
        write = reports.write_github if output_format == "github" else diagnostics.report
        write(sys.stdout, report, program)
        if shape.with_effects and output_format == "text":
            effects.show(sys.stdout, report.effects, program.name)
        reports.warn_if_cold(report)
    errors = sum(len(report.errors) for _, report in checked)
    warnings = sum(len(report.warnings) for _, report in checked)
    talk.note(
        sys.stderr, f"{_count(len(checked), 'program')}, {_count(errors, 'error')}, {_count(warnings, 'warning')}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
