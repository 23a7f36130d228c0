"""What a monty that has been taken over finds around it: another program is put in its place, held by the same cage."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

ATTACKS = {
    "read a file": "open('/etc/passwd').read()",
    "write a file": "open('/tmp/ptc-monty-attack', 'w')",
    "list a folder": "os.listdir('/tmp')",
    "start a program": "os.execv('/bin/sh', ['sh', '-c', 'echo REACHED'])",
    "connect": "socket.create_connection(('127.0.0.1', PORT), 2)",
    "raise a limit again": "resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))",
}

ATTACKER = """
import os, resource, socket, sys
sys.path.insert(0, {root!r})
if {held}:
    from ptc_cli.worker.monty.cage import confine
    held = confine("/bin/true")
    assert not held.missing, held.missing
{attack}
print("REACHED")
"""


def attempt(attack: str, *, held: bool) -> str:
    source = ATTACKER.format(root=os.getcwd(), held=held, attack=attack)
    environment = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, env=environment, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", ATTACKS)
def test_what_gets_out_of_the_interpreter_gets_no_further(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        attack = ATTACKS[name].replace("PORT", str(listener.getsockname()[1]))

        assert "REACHED" in attempt(attack, held=False)
        said = attempt(attack, held=True)
    assert "REACHED" not in said
    assert "Error" in said
    assert "AssertionError" not in said
