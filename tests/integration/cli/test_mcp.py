import signal
import urllib.error
import urllib.request

import pytest

from tests.integration.cli.conftest import Ptc


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
