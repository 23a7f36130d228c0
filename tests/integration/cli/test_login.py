"""Logging in from the command line, against a real authorisation server, with a browser of our own."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Ptc

BROWSER = f"""\
#!{sys.executable} -S
import sys, urllib.request
urllib.request.urlopen(sys.argv[1]).read()
"""


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "browser"
    script.write_text(BROWSER)
    script.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{script} %s")


def last_location(url: str) -> str:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: object) -> None:
            return None

    try:
        urllib.request.build_opener(Stay).open(url)
    except urllib.error.HTTPError as answer:
        return str(answer.headers["location"])
    raise AssertionError(url)


@pytest.mark.usefixtures("browser")
def test_a_person_logs_in_with_the_browser_and_out_again(fresh: Ptc, vendor: str) -> None:
    fresh("servers", "add", "vendor", "--url", f"{vendor}/mcp")
    called = fresh("tools", "call", "vendor.whoami")
    ran = fresh("run", "-c", "vendor.whoami()")
    logged_in = fresh("servers", "login", "vendor", "--json")
    again = fresh("run", "-c", "vendor.whoami()")
    left = fresh("servers", "logout", "vendor")

    assert [done.returncode for done in (called, ran, logged_in, again, left)] == [7, 7, 0, 0, 0]
    assert "ptc servers login vendor" in called.stderr
    assert "ptc servers login vendor" in ran.stderr
    told = json.loads(logged_in.stdout)
    assert (told["server"], told["issuer"], told["scopes"]) == ("vendor", vendor, ["read"])
    assert "access-" not in logged_in.stdout + logged_in.stderr
    assert again.stdout == '"somebody"\n'


def test_a_person_without_a_browser_pastes_where_another_one_ended(fresh: Ptc, vendor: str) -> None:
    fresh("servers", "add", "vendor", "--url", f"{vendor}/mcp")
    with fresh.on_a_terminal("servers", "login", "vendor", "--no-browser") as screen:
        screen.expect("Paste that address here: ")
        url = next(line for line in screen.seen.split() if "/authorize?" in line)
        screen.type(f"{last_location(url)}\r")
        screen.rest()
        assert screen.exit_code() == 0
    assert fresh("tools", "call", "vendor.whoami").returncode == 0


def test_a_server_that_is_started_here_has_no_login(ptc: Ptc) -> None:
    done = ptc("servers", "login", "plain")
    unknown = ptc("servers", "login", "plan")

    assert (done.returncode, unknown.returncode) == (4, 2)
    assert "has no login" in done.stderr
    assert "Did you mean 'plain'?" in unknown.stderr


def test_servers_of_another_client_are_shown_and_taken_over(fresh: Ptc) -> None:
    source = fresh.project / "mcp.json"
    source.write_text(json.dumps({"mcpServers": {"a": {"command": "x", "env": {"TOKEN": "s3cr3t-s3cr3t"}}}}))
    arguments = ("servers", "import", "--from", "cursor", "--file", str(source))
    shown = fresh(*arguments, "--dry-run")
    refused = fresh(*arguments)
    written = fresh(*arguments, "--yes")
    again = fresh(*arguments, "--yes")

    assert shown.stdout == '[servers.a]\ncommand = "x"\nenv = { TOKEN = "${TOKEN}" }\n'
    assert "0 servers written" in shown.stderr
    assert (shown.returncode, refused.returncode, written.returncode, again.returncode) == (0, 4, 0, 0)
    assert "Set these variables" in written.stderr
    assert "is there already" in again.stderr
    assert "s3cr3t" not in shown.stdout + shown.stderr + written.stdout + written.stderr
    assert [each["server"] for each in json.loads(fresh("servers", "list", "--json").stdout)["servers"]] == ["a"]
