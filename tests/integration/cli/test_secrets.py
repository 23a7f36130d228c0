"""Secrets, planted wherever one can stand and told on by a server that says all it knows, turn up nowhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.integration.cli.conftest import ROOT, Ptc
from tests.integration.cli.test_login import BROWSER
from tests.processes import command_lines

LEAKY = ROOT / "tests" / "servers" / "leaky.py"

PLACES = ("variable", "literal", "default", "command", "keychain", "env-file", "input", "argument", "header", "query")
SECRETS = {place: f"{place}-s3cr3t-0123456789" for place in PLACES}

KEYRING = f"""\
class _Backend:
    priority = 5.0
    kept = {{("ptc", "vendor"): {SECRETS["keychain"]!r}}}
def get_keyring(): return _Backend
def get_password(service, name): return _Backend.kept.get((service, name))
def set_password(service, name, password): raise errors.KeyringError()
def delete_password(service, name): raise errors.KeyringError()
from keyring import errors
"""

PROGRAM = """\
import ptc
for tool in (leaky.fail, leaky.refuse, vendor.leak, leaky.die):
    try:
        tool()
    except ptc.ToolError as error:
        print(error)
leaky.fail()
"""


def configuration(vendor: str, folder: Path) -> str:
    env = {
        "A": "${PLANTED}",
        "B_TOKEN": SECRETS["literal"],
        "C": "${UNSET_TOKEN:-" + SECRETS["default"] + "}",
        "D": "${command:cat " + str(folder / ".secret") + "}",
        "E": "${keychain:vendor}",
        "F": "${envFile:" + str(folder / ".env") + "#SECRET}",
        "G": "${input:token}",
    }
    pairs = ", ".join(f"{name} = {json.dumps(value)}" for name, value in env.items())
    return f"""
[servers.leaky]
command = {json.dumps(sys.executable)}
args = ["-S", {json.dumps(str(LEAKY))}, "${{ARGUMENT}}"]
env = {{ {pairs} }}
[servers.vendor]
url = "{vendor}/mcp"
[servers.refused]
url = "{vendor}/mcp?key=${{QUERY}}"
headers = {{ Authorization = "Bearer ${{HEADER}}" }}
[servers.gone]
command = "/no/such/${{ARGUMENT}}"
args = ["${{PLANTED}}"]
"""


@pytest.fixture
def planted(fresh: Ptc, vendor: str, tmp_path: Path) -> Ptc:
    package = fresh.project / "keyring"
    package.mkdir()
    (package / "__init__.py").write_text(KEYRING)
    (package / "errors.py").write_text("class KeyringError(Exception): pass\n")
    (fresh.project / ".env").write_text(f"SECRET={SECRETS['env-file']}\n")
    (fresh.project / ".secret").write_text(SECRETS["command"])
    (fresh.project / "browser").write_text(BROWSER)
    (fresh.project / "browser").chmod(0o755)
    config = tmp_path / "planted.toml"
    config.write_text(configuration(vendor, fresh.project))
    places = {"PLANTED": "variable", "ARGUMENT": "argument", "HEADER": "header", "QUERY": "query"}
    also = {name: SECRETS[place] for name, place in {**places, "PTC_INPUT_TOKEN": "input"}.items()}
    return Ptc(folder=fresh.folder, config=config, also={**also, "BROWSER": f"{fresh.project}/browser %s"})


def leaks(text: str, secrets: dict[str, str]) -> list[str]:
    return [place for place, secret in secrets.items() if secret in text]


def files_of(home: Path) -> Iterator[Path]:
    """Give what ptc keeps, but for the logins, which are there to keep tokens."""
    for path in home.rglob("*"):
        if path.is_file() and path.parent.name != "logins" and "checker" not in path.parts:
            yield path


COMMANDS = (
    ("servers", "login", "vendor", "--json"),
    ("servers", "list", "--refresh", "--json"),
    ("config", "show"),
    ("tools", "show", "leaky.fail"),
    ("tools", "call", "leaky.fail"),
    ("run", "-c", PROGRAM, "--json"),
    ("doctor",),
    ("--debug", "servers", "test", "gone"),
    ("servers", "logout", "vendor"),
)


def test_secrets_turn_up_nowhere(planted: Ptc) -> None:
    secrets = dict(SECRETS)
    said: dict[tuple[str, ...], str] = {}
    for arguments in COMMANDS:
        done = planted(*arguments)
        said[arguments] = done.stdout + done.stderr
        for login in (planted.folder / "home" / "state" / "logins").glob("*.json"):
            secrets |= {
                f"{name} of a login": value for name, value in json.loads(login.read_text())["secrets"].items() if value
            }

    assert len(secrets) == len(SECRETS) + 3, "nobody logged in"
    assert "Knows" in said[("tools", "show", "leaky.fail")]
    assert '"failed"' in said[("run", "-c", PROGRAM, "--json")]
    assert {arguments: found for arguments, text in said.items() if (found := leaks(text, secrets))} == {}
    home = planted.folder / "home"
    kept = {str(path): path.read_bytes().decode("latin-1") for path in files_of(home)}
    assert any("leaky.log" in path for path in kept)
    assert {path: found for path, text in kept.items() if (found := leaks(text, secrets))} == {}


def test_no_process_but_the_server_shows_a_secret_in_its_arguments(planted: Ptc) -> None:
    running = planted.start("run", "-c", "import time; leaky\nprint('up', flush=True)\ntime.sleep(20)")
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "up\n"
        process = psutil.Process(running.pid)
        lines = [process.cmdline(), *command_lines(process)]
    finally:
        running.terminate()
        running.communicate(timeout=20)
    ours = [" ".join(line) for line in lines if str(LEAKY) not in line]

    assert len(ours) >= 2
    assert [found for line in ours if (found := leaks(line, SECRETS))] == []
