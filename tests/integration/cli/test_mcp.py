import json
import signal
import sys
import urllib.error
import urllib.request

import pytest

from tests.integration.cli.conftest import ROOT, Ptc


def test_a_server_without_configuration_says_where_it_listens_and_ends_when_asked(fresh: Ptc) -> None:
    running = fresh.start("mcp", "start", "--transport", "http", "--port", "0")
    assert running.stderr is not None
    line = running.stderr.readline()
    assert line.startswith("serving MCP at http://127.0.0.1:"), line
    address = line.split()[3].rstrip(";")
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(address, timeout=10)

    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=30)
    assert "Traceback" not in said


def test_an_address_that_others_reach_demands_a_token(fresh: Ptc) -> None:
    done = fresh("mcp", "start", "--transport", "http", "--host", "0.0.0.0", "--port", "0")

    assert done.returncode == 4
    assert "--token" in done.stderr


def test_a_ptc_that_has_itself_among_its_servers_does_not_start_itself_without_end(fresh: Ptc) -> None:
    config = fresh.folder / "itself.json"
    environ = {"PTC_HOME": fresh.environ["PTC_HOME"], "PYTHONPATH": str(ROOT)}
    arguments = ["-m", "ptc_cli", "--config", str(config), "mcp", "start", "--mode", "sidecar"]
    server = {"command": sys.executable, "args": arguments, "env": environ}
    config.write_text(json.dumps({"mcpServers": {"ptc": server}}))

    done = fresh("--config", str(config), "servers", "test")

    assert (done.returncode, done.stdout.split()[:4]) == (0, ["ptc", "ok", "1", "tools"])
    said = (fresh.folder / "home" / "state" / "logs" / "ptc.log").read_text()
    assert "behind a ptc" in said


def test_an_entry_for_a_client_is_shown_added_and_not_added_twice(fresh: Ptc) -> None:
    file = fresh.folder / "mcp.json"
    file.write_text('{\n  "mcpServers": {"other": {"env": {"TOKEN": "s3cret"}}}\n}\n')

    printed = fresh("mcp", "config", "--client", "cursor", "--file", str(file))
    written = fresh("mcp", "config", "--client", "cursor", "--file", str(file), "--write")
    again = fresh("mcp", "config", "--client", "cursor", "--file", str(file), "--write")

    assert json.loads(printed.stdout)["mcpServers"]["ptc"]["args"][-2:] == ["mcp", "start"]
    servers = json.loads(file.read_text())["mcpServers"]
    assert servers["ptc"] == json.loads(printed.stdout)["mcpServers"]["ptc"]
    assert servers["other"] == {"env": {"TOKEN": "s3cret"}}
    assert '+    "ptc": {' in written.stdout
    assert "mcp.json.bak" in written.stderr
    assert "s3cret" in (fresh.folder / "mcp.json.bak").read_text()
    assert (again.stdout, again.returncode) == ("", 0)
    assert "says so already" in again.stderr


def test_a_file_that_nobody_may_write_to_stays_as_it_is(fresh: Ptc) -> None:
    file = fresh.folder / "mcp.json"
    file.write_text("{}")
    file.chmod(0o444)

    refused = fresh("mcp", "config", "--client", "cursor", "--file", str(file), "--write")

    assert (refused.returncode, file.read_text()) == (4, "{}")
    assert "mcp.json: is read-only\n  help: Add the entry yourself" in refused.stderr
