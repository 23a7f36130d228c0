"""Mangle recorded commands and run them: `python tests/fuzz_shell.py [--seconds 60 | --rounds N] [--seed N]`.

Fails where the shell raises, panics, leaks an internal message, overstays its deadline or loses a file.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ptc_cli.core.stub import StubTree
from ptc_cli.shell import Shell
from ptc_cli.vfs import VirtualTree

DATA = Path(__file__).parent / "data" / "shell"
NOISE = "'\"$`(){}[]|&;<>\\*?!#\n~=\té\u202e"
TIMEOUT_SECONDS = 1.0
GRACE_SECONDS = 10.0
INTERNAL = ("panic", "internal error", "Traceback", "builtin failed", "the interpreter broke", "thread '")


def mangled(commands: list[str], chance: random.Random) -> str:
    """Return a recorded command after one to three mishaps."""
    command = chance.choice(commands)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(command) + 1)
        match chance.randrange(4):
            case 0:
                command = command[:at]
            case 1:
                command = command[:at] + command[at + 1 :]
            case 2:
                command = command[:at] + chance.choice(NOISE) + command[at:]
            case _:
                command += chance.choice((" | ", " && ", "; ", " 2>&1 | ")) + chance.choice(commands)
    return command


def rounds(arguments: argparse.Namespace) -> Iterator[int]:
    """Yield numbers for as long as asked."""
    until = time.monotonic() + arguments.seconds
    number = 0
    while number < arguments.rounds if arguments.rounds else time.monotonic() < until:
        yield number
        number += 1


def fault(shell: Shell, command: str) -> str | None:
    """Return what is wrong with how the shell took a command, or None."""
    began = time.monotonic()
    try:
        result = shell.run_blocking(command, shell.session())
    except BaseException as error:  # noqa: BLE001 - a panic of the interpreter is not an Exception
        return f"raised {error!r}"
    if time.monotonic() - began > TIMEOUT_SECONDS + GRACE_SECONDS:
        return "overstayed its deadline"
    return next((f"leaked {word!r}: {result.stderr[:300]}" for word in INTERNAL if word in result.stderr), None)


def main() -> int:
    """Fuzz, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    made = json.loads((DATA / "tree.json").read_text())
    tree = VirtualTree(StubTree(files=made["files"], modified_at=made["modified_at"]))
    shell = Shell(tree, mount="/tools", timeout_seconds=TIMEOUT_SECONDS)
    commands = [json.loads(line)["cmd"] for line in (DATA / "commands.jsonl").read_text().splitlines()]
    chance = random.Random(arguments.seed)
    faults: list[tuple[str, str]] = []
    count = 0
    for count in rounds(arguments):  # noqa: B007 - printed below
        command = mangled(commands, chance)
        found = fault(shell, command)
        if found is not None:
            faults.append((command, found))
    print(f"{count + 1} commands, {len(faults)} faults")
    for command, found in faults[:20]:
        print(f"{command!r}: {found}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
