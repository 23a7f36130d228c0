import json
import os
import re
import sys
from pathlib import Path

import pytest

from tests.integration.cli.conftest import PLAIN, Ptc

SERVER = (sys.executable, str(PLAIN))


def test_from_nothing_to_a_call_in_three_commands(fresh: Ptc) -> None:
    assert fresh("init").returncode == 0
    assert fresh("servers", "add", "plain", "--", *SERVER).returncode == 0
    done = fresh("tools", "call", "plain.add", "a=1", "b=2")

    assert (done.returncode, done.stdout) == (0, '{\n  "sum": 3\n}\n')


def test_init_overwrites_nothing(fresh: Ptc) -> None:
    fresh("init")
    before = (fresh.project / "ptc.toml").read_text()
    done = fresh("init")

    assert done.returncode == 4
    assert (fresh.project / "ptc.toml").read_text() == before


def test_a_server_is_added_listed_tested_and_removed(fresh: Ptc) -> None:
    fresh("servers", "add", "plain", "--env", "A=b", "--", *SERVER)
    fresh("servers", "add", "web", "--url", "http://127.0.0.1:9/mcp", "--header", "X-Key=${KEY:-none}", "--user")
    listed = json.loads(fresh("servers", "list", "--json").stdout)["servers"]
    tested = fresh("servers", "test", "plain")
    all_tested = fresh("servers", "test")

    assert [(server["server"], server["status"], server["transport"]) for server in listed] == [
        ("plain", "ok", "stdio"),
        ("web", "failed", "http"),
    ]
    assert (tested.returncode, all_tested.returncode) == (0, 4)
    assert tested.stdout.startswith("plain  ok  7 tools  MCP ")
    assert fresh("servers", "remove", "plain").returncode == 0
    assert fresh("servers", "remove", "web", "--user").returncode == 0
    assert json.loads(fresh("servers", "list", "--json").stdout)["servers"] == []


def test_a_server_that_was_fine_and_went_away_fails_its_test(fresh: Ptc) -> None:
    script = fresh.project / "server"
    script.write_text(f"#!/bin/sh\nexec {' '.join(SERVER)}\n")
    script.chmod(0o755)
    fresh("servers", "add", "plain", "--", str(script))
    assert fresh("servers", "test", "plain").returncode == 0
    script.unlink()

    assert fresh("servers", "test", "plain").returncode == 4


def test_a_mistyped_server_is_suggested(fresh: Ptc) -> None:
    fresh("servers", "add", "plain", "--", *SERVER)
    done = fresh("servers", "test", "plian")

    assert done.returncode == 2
    assert "Did you mean 'plain'?" in done.stderr


def test_a_project_file_is_inert_until_it_is_trusted(fresh: Ptc) -> None:
    marker = fresh.project / "started"
    (fresh.project / "ptc.toml").write_text(f"[servers.evil]\ncommand = 'touch'\nargs = ['{marker}']\n")
    listed = fresh("servers", "list")
    refused = fresh("servers", "trust")

    assert "untrusted" in listed.stdout
    assert "ptc servers trust" in listed.stderr
    assert (refused.returncode, marker.exists()) == (4, False)
    assert f"touch {marker}" in refused.stderr


def test_a_person_looks_at_a_file_and_trusts_it(fresh: Ptc) -> None:
    (fresh.project / "ptc.toml").write_text(f"[servers.plain]\ncommand = '{SERVER[0]}'\nargs = ['{SERVER[1]}']\n")
    for answer, is_trusted in (("n\r", False), ("y\r", True)):
        with fresh.on_a_terminal("servers", "trust") as screen:
            screen.expect("[y/N]: ")
            assert str(PLAIN) in screen.seen
            screen.type(answer)
            screen.rest()
            assert screen.exit_code() == 0
        assert ("plain.add" in fresh("tools", "list", "--names").stdout) is is_trusted


def test_settings_are_shown_with_secrets_hidden(fresh: Ptc) -> None:
    fresh("servers", "add", "plain", "--env", "TOKEN=hunter2-hunter2", "--env", "REF=${REF}", "--", *SERVER)
    fresh("servers", "add", "other", "--env", "KEY=${KEY:-hunter2}", "--", *SERVER)
    shown = fresh("config", "show").stdout

    assert "hunter2" not in shown
    assert json.loads(shown)["servers"][0]["env"] == {"TOKEN": "***", "REF": "${REF}"}
    assert str(fresh.project / "ptc.toml") in fresh("config", "path").stdout
    assert json.loads(fresh("config", "schema").stdout)["type"] == "object"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[servers.a\n", "ptc.toml:1"),
        ("[servers.a]\ncomand = 'x'\n", "Did you mean 'command'?"),
        ("\0\0", "ptc.toml"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_said_by_every_command(fresh: Ptc, text: str, said: str) -> None:
    (fresh.project / "ptc.toml").write_text(text)
    for arguments in (("tools", "list"), ("run", "-c", "1"), ("servers", "list"), ("config", "show"), ("doctor",)):
        done = fresh(*arguments)
        assert done.returncode == 4, arguments
        assert said in done.stderr + done.stdout, arguments


def test_the_doctor_is_content_with_what_works(ptc: Ptc, fresh: Ptc) -> None:
    fresh("servers", "add", "plain", "--", *SERVER)
    done = fresh("doctor", "--json")
    document = json.loads(done.stdout)

    assert (done.returncode, document["passed"]) == (0, True), document
    said = {(finding["subject"], finding["level"]) for finding in document["findings"]}
    assert {("servers", "ok"), ("checker", "ok"), ("sandbox", "ok"), ("folders", "ok")} <= said


ODD = str(PLAIN.with_name("odd.py"))
ILL = {
    "missing": ({"command": "no-such-command-here"}, "no command 'no-such-command-here'", "Install it"),
    "closed": ({"url": "http://127.0.0.1:9/mcp"}, "nothing answers at http://127.0.0.1:9/mcp", "Start the server"),
    "unset": ({"command": "x", "env": {"T": "${NO_SUCH_VARIABLE}"}}, "NO_SUCH_VARIABLE is not set", "Set NO_SUCH"),
    "era": (
        {"command": sys.executable, "args": ["-S", ODD, "ancient"]},
        "no revision of MCP that",
        "Update the server",
    ),
    "rubbish": (
        {"command": sys.executable, "args": ["-S", ODD, "rubbish"], "connect_timeout": 2},
        "not MCP: 'Welcome to my server!'",
        "logs go to standard error",
    ),
    "stray": (
        {"command": sys.executable, "args": ["-S", str(PLAIN.with_name("leaky.py"))]},
        "writes to its standard output what is not MCP",
        "Have it log to standard error",
    ),
    "token": (
        {"url": "VENDOR/mcp", "headers": {"Authorization": "Bearer expired"}},
        "does not accept the Authorization header that is configured (HTTP 401)",
        "Renew what",
    ),
    "login": ({"url": "VENDOR/mcp"}, "wants you to log in (HTTP 401)", "ptc servers login login"),
}


def test_the_doctor_names_what_does_not_work_and_the_fix(fresh: Ptc, vendor: str) -> None:
    servers = {name: entry for name, (entry, _, _) in ILL.items()}
    text = json.dumps({"mcpServers": servers}).replace("VENDOR", vendor)
    (fresh.project / "servers.json").write_text(text)
    done = fresh("--config", "servers.json", "doctor", "--json")
    findings = [each for each in json.loads(done.stdout)["findings"] if each["subject"] == "servers"]

    assert done.returncode == 4
    for name, (_, said, fix) in ILL.items():
        mine = [each for each in findings if said in each["message"] and name in each["message"]]
        assert [each["level"] for each in mine] == ["warn" if name == "stray" else "fail"], (name, findings)
        assert fix in mine[0]["fix"], name


def test_the_doctor_names_a_line_that_is_not_json(fresh: Ptc) -> None:
    (fresh.project / ".mcp.json").write_text('{\n "mcpServers": {,}\n}')
    done = fresh("doctor")

    assert done.returncode == 4
    assert re.search(r"fail +configuration +.*mcp\.json:2: not valid JSON", done.stdout)
    assert "help: Mend the file" in done.stdout


@pytest.mark.skipif(os.geteuid() == 0 and not hasattr(os, "fork"), reason="needs a POSIX system")
def test_the_doctor_names_a_home_that_cannot_be_written_to(fresh: Ptc) -> None:
    (fresh.folder / "home").write_text("a file")
    done = fresh("doctor")

    assert done.returncode == 4
    assert "PTC_HOME" in done.stdout


def test_the_demo_really_happens_and_leaves_nothing_behind(
    fresh: Ptc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))

    done = fresh("demo")

    assert done.returncode == 0, done.stderr
    assert "wrong.py:1:43: error:" in done.stdout
    assert "help: Did you mean 'open'?" in done.stdout
    assert "rejected · 0 calls" in done.stdout
    assert '"T-102": "Export to CSV drops the last row"' in done.stdout
    assert "ok · 6 calls" in done.stdout
    assert "ptc mcp start" in done.stdout
    assert "\x1b" not in done.stdout
    assert [path.name for path in (fresh.folder / "home").rglob("*")] == ["cache", "checker"]
    assert list(fresh.project.iterdir()) == []
    assert list((tmp_path / "temporary").iterdir()) == []


def test_stubs_are_exported_for_an_editor(ptc: Ptc) -> None:
    done = ptc("stubs", "export", "stubs", "--face", "async")

    assert done.returncode == 0
    assert "async def add(" in (ptc.project / "stubs/tools/plain.pyi").read_text()
    assert ptc("stubs", "export", ".").returncode == 4
