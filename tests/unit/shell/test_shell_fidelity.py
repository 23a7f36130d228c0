"""The shell against bash 5.2 and the GNU programs, command by command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import pytest

from ptc_cli.shell import Shell

DATA = Path(__file__).parents[2] / "data" / "shell"
FILES = ("commands.jsonl", "more_commands.jsonl", "agent_commands.jsonl")
GENERATED = "generated_commands.jsonl"
KNOWN: dict[str, str] = json.loads((DATA / "known_failures.json").read_text())


class Recorded(TypedDict):
    id: str
    category: str
    cmd: str
    stdout: str
    stderr: str
    exit: int
    cmp: str


def recorded(name: str) -> list[Recorded]:
    return [json.loads(line) for line in (DATA / name).read_text().splitlines()]


def passes(shell: Shell, command: Recorded) -> bool:
    result = shell.run_blocking(command["cmd"], shell.session())
    wanted, given = command["stdout"], result.stdout
    if command["cmp"] == "sorted":
        wanted, given = "\n".join(sorted(wanted.split("\n"))), "\n".join(sorted(given.split("\n")))
    return (wanted, command["exit"]) == (given, result.exit_code)


@pytest.mark.parametrize("name", FILES)
def test_exactly_the_known_commands_differ_from_bash(recorded_shell: Shell, name: str) -> None:
    failed = {command["id"] for command in recorded(name) if not passes(recorded_shell, command)}

    assert failed == {command["id"] for command in recorded(name) if command["id"] in KNOWN}


@pytest.mark.parametrize("name", ["commands.jsonl", "agent_commands.jsonl"])
def test_at_least_97_of_100_recorded_commands_are_right(recorded_shell: Shell, name: str) -> None:
    commands = recorded(name)

    assert sum(passes(recorded_shell, command) for command in commands) >= 0.97 * len(commands)


def test_a_tree_that_ptc_generated_is_explored_as_bash_would(generated_shell: Shell) -> None:
    failed = {command["id"] for command in recorded(GENERATED) if not passes(generated_shell, command)}

    assert failed == {command["id"] for command in recorded(GENERATED) if command["id"] in KNOWN}


def test_every_known_failure_has_a_reason_and_a_command() -> None:
    ids = {command["id"] for name in (*FILES, GENERATED) for command in recorded(name)}

    assert set(KNOWN) <= ids
    assert all(len(reason) > 10 for reason in KNOWN.values())
