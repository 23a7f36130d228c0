"""What works on Windows and macOS, and what says why it does not: with all taken away that they lack."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.homes import home

ROOT = Path(__file__).parents[3]
COMMANDS = (
    "--help",
    "tools list --names",
    "check -c 'len(4)'",
    "tools call team.list_channels --json",
    "shell -c 'ls /tools'",
    "run -c '1 + 1'",
    "daemon start",
    "mcp start",
)


def ended(platform: str, folder: Path) -> dict[str, tuple[str, str, str]]:
    """Return the exit code of each command, and what it wrote to both streams."""
    (folder / "ptc.toml").write_text(
        f"[servers.team]\ncommand = {json.dumps(sys.executable)}\nargs = ['-m', 'ptc_cli.demo.team']\n"
        f"env = {{ PYTHONPATH = {json.dumps(str(ROOT))} }}\n"
    )
    variables = {"PTC_HOME": home(folder / "home"), "PTC_CONFIG": str(folder / "ptc.toml"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("elsewhere.py")), platform, *COMMANDS],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    out, err = done.stdout.split("exit "), done.stderr.split("exit ")
    codes = [part.partition("\n")[0] for part in out[1:]]
    told, said = ([parts[0], *(part.partition("\n")[2] for part in parts[1:-1])] for parts in (out, err))
    return dict(zip(COMMANDS, zip(codes, told, said, strict=True), strict=True))


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_all_but_running_programs_works_without_what_only_linux_has(platform: str, tmp_path: Path) -> None:
    done = ended(platform, tmp_path)

    assert "error: a fault of ours" not in str(done), done
    helped, listed, checked, called, looked, ran, daemon, served = done.values()
    assert (helped[0], "Programs:" in helped[1]) == ("0", True)
    assert (listed[0], "team.find_person" in listed[1]) == ("0", True)
    assert (checked[0], 'incompatible type "int"' in checked[1]) == ("3", True), checked
    assert (called[0], json.loads(called[1])["is_error"]) == ("0", False)
    assert (looked[0], looked[1]) == ("0", "__init__.pyi\nteam.pyi\n")
    assert (daemon[0], "the daemon needs Linux" in daemon[2]) == ("4", True)
    assert served[0] == "0"
    if platform == "win32":
        assert (ran[0], "there is no backend for Windows" in ran[2], "WSL 2" in ran[2]) == ("4", True, True)
    else:
        assert (ran[0], ran[1]) == ("0", "2\n")
