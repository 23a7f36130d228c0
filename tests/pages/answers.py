"""The reference of what `--json` answers, from real answers on the demo servers."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from ptc_cli.cli.main import invoke
from tests.homes import home
from tests.offers import ADD, NARROWED, Offer

ROOT = Path(__file__).parents[2]
_DEEPEST = 3
_OPEN = {"value": "any JSON", "input_schema": "JSON Schema", "output_schema": "JSON Schema or null"}
_PROGRAM = "examples/programs/stale_bugs.py"
_MISTAKE = 'tickets.list_tickets(status="opened")'

FAILED = "a command that cannot do its job"
ASKED: Mapping[str, Sequence[Sequence[str]]] = {
    "init": [["init"]],
    "servers add": [["servers", "add", "time", "--", "uvx", "mcp-server-time"]],
    "servers remove": [["servers", "remove", "time"]],
    "servers trust": [["servers", "trust", "ptc.toml", "--yes"]],
    "servers list": [["servers", "list"]],
    "servers test": [["servers", "test", "tickets"]],
    "servers scan": [["servers", "scan"]],
    "servers diff": [["servers", "diff"]],
    "servers reject": [["servers", "reject", "s.add"]],
    "servers approve": [["servers", "approve", "s.add", "--yes"]],
    "servers grants": [["servers", "grants"]],
    "servers revoke": [["servers", "revoke", "tickets.close_ticket"]],
    "servers login": [["servers", "login", "vendor"]],
    "servers logout": [["servers", "logout", "vendor"]],
    "servers import": [["servers", "import", "--from", "claude-code", "--file", "other.json", "--dry-run"]],
    "tools list": [["tools", "list"]],
    "tools search": [["tools", "search", "ticket"]],
    "tools show": [["tools", "show", "tickets.get_ticket"]],
    "tools call": [
        ["tools", "call", "tickets.get_ticket", "ticket=T-101"],
        ["tools", "call", "tickets.get_ticket", "ticket=T-999"],
        ["tools", "call", "team.get_avatar", "name=ada"],
        ["tools", "call", "team.list_channels"],
    ],
    "tools pin-output": [["tools", "pin-output", "team.list_channels"]],
    "tools forget-output": [["tools", "forget-output", "--all"]],
    "stubs export": [["stubs", "export", "exported"]],
    "stubs lock": [["stubs", "lock"]],
    "stubs diff": [["stubs", "diff"]],
    "shell": [["shell", "-c", "ls"]],
    "check": [["check", _PROGRAM], ["check", "-c", _MISTAKE]],
    "run": [
        ["run", _PROGRAM],
        ["run", "-c", _MISTAKE],
        ["run", "-c", "1/0"],
        ["run", "-c", 'open("kept.txt", "w").write("x")', "--keep", "--workspace", "notes"],
    ],
    "runs list": [["runs", "list"]],
    "runs show": [["runs", "show", "last"]],
    "runs files": [["runs", "files", "last"]],
    "runs prune": [["runs", "prune"]],
    "workspaces list": [["workspaces", "list"]],
    "workspaces remove": [["workspaces", "remove", "notes"]],
    "mcp config": [["mcp", "config", "--client", "claude"]],
    "doctor": [["doctor"]],
    "config path": [["config", "path"]],
    "config show": [["config", "show"]],
    "daemon start": [["daemon", "start"]],
    "daemon status": [["daemon", "status"]],
    "daemon stop": [["daemon", "stop"]],
    "daemon logs": [["daemon", "logs"]],
    FAILED: [["tools", "show", "tickets.nothing"]],
}
"""Command lines whose answers together show what a command can answer, in the order in which they are run."""

WITHOUT: Mapping[str, str] = {
    "repl": "a prompt",
    "mcp start": "serves until it is ended, and says what happens on stderr",
    "demo": "a tour for people",
    "config schema": "is JSON by itself: a JSON Schema",
    "completion": "is a script",
}
"""What answers otherwise, and why."""

_HEAD = """\
# What `--json` answers

<!-- Made by `make docs`. -->

One document on stdout, whatever the outcome; talk stays on stderr, and the exit code says how it went. Fields may be
added under `schema_version` 1; none goes or changes its meaning. Below are the fields beside it: `?` marks what is not
always there, `null` alone a field that was empty where these answers come from, and what lies deeper than three levels
is only said to be an `object` or a `list`.

Every command has it but these: %s.
"""


def answers_page() -> str:
    """Return the page."""
    with _somewhere():
        shapes = {name: [_answered(line) for line in lines] for name, lines in ASKED.items()}
    others = ", ".join(f"`ptc {name}` ({why})" for name, why in WITHOUT.items())
    parts = [_HEAD.replace("%s", others)]
    for name, answers in shapes.items():
        fields = "\n".join(_written(_merged([_shape(answer, _DEEPEST) for answer in answers])))
        title = name if name == FAILED else f"ptc {name} --json"
        parts.append(f"## {title}\n\n```\n{fields}\n```\n")
    return "\n".join(parts)


@contextmanager
def _somewhere() -> Iterator[None]:
    """Stand in a new folder with what a clone has, as somebody who has not used ptc before."""
    before, environ = Path.cwd(), dict(os.environ)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, _vendor() as port:
        folder = Path(name)
        shutil.copytree(ROOT / "examples", folder / "examples")
        (folder / "mine.toml").write_text((ROOT / "examples" / "ptc.toml").read_text() + _APPROVED)
        (folder / "vendor.toml").write_text(_VENDOR.format(port=port))
        (folder / "other.json").write_text('{"mcpServers": {"weather": {"command": "uvx", "args": ["weather"]}}}')
        os.environ |= {"PTC_HOME": home(folder / "home"), "HOME": name, "PTC_PYTHON": sys.executable}
        os.environ |= {"PTC_DAEMON": "never", "PYTHONPATH": str(ROOT)}
        os.environ.pop("PTC_CONFIG", None)
        os.chdir(folder)
        try:
            _hold_back(folder)
            yield
        finally:
            os.chdir(before)
            os.environ.clear()
            os.environ |= environ


_APPROVED = '\n[servers.tickets.tools.close_ticket]\napproved = "as it was once"\n'

_VENDOR = """\
[servers.vendor]
url = "http://127.0.0.1:{port}/mcp"
auth = {{ grant = "client_credentials", client_id = "by-hand", client_secret = "by-hand-s3cr3t" }}
"""


@contextmanager
def _vendor() -> Iterator[int]:
    """Serve what wants a login, and give its port."""
    server = ROOT / "tests" / "servers" / "vendor.py"
    with subprocess.Popen([sys.executable, str(server)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _hold_back(folder: Path) -> None:
    """Have a tool held back: it was listed, and is not what it was any more."""
    offer = Offer(folder=folder)
    (folder / "changed.toml").write_text(offer.configuration())
    for tool in (ADD, NARROWED):
        offer.be(tool)
        _ended(["--config", "changed.toml", "tools", "list", "--refresh"])


def _config(line: Sequence[str]) -> list[str]:
    """Return what names the configuration of a command; what edits a file edits the folder's own."""
    match line:
        case ["init" | "workspaces", *_] | ["servers", "add" | "remove" | "trust" | "import", *_]:
            return []
        case ["servers", "diff" | "approve" | "reject", *_]:
            return ["--config", "changed.toml"]
        case ["servers", "login" | "logout", *_]:
            return ["--config", "vendor.toml"]
        case _:
            return ["--config", "mine.toml"]


def _answered(line: Sequence[str]) -> object:
    end = line.index("--") if "--" in line else len(line)
    code, text, talk = _ended([*_config(line), *line[:end], "--json", *line[end:]])
    assert text, (line, code, talk)
    assert code in (0, 1, 2, 3), (line, code, talk)
    answer = json.loads(text)
    assert answer.pop("schema_version") == 1
    return answer


def _ended(line: Sequence[str]) -> tuple[int, str, str]:
    """Return how a command line ended, and what it wrote to both streams."""
    answered, said = io.BytesIO(), io.BytesIO()
    stream, talk = io.TextIOWrapper(answered, encoding="utf-8"), io.TextIOWrapper(said, encoding="utf-8")
    with redirect_stdout(stream), redirect_stderr(talk):
        code = invoke(line)
    return code, answered.getvalue().decode(), said.getvalue().decode()


def _shape(value: object, depth: int) -> object:
    """Return what a value is made of: a word, `{field: shape}`, or `[shape]`."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return [_merged([_shape(each, depth - 1) for each in value])] if depth and value else "list"
        case dict():
            fields = {name: _OPEN.get(name) or _shape(each, depth - 1) for name, each in value.items()}
            return fields if depth and value else "object"
        case _:
            raise TypeError(type(value))


def _merged(shapes: Sequence[object]) -> object:
    """Return what all of some values are made of together."""
    objects = [each for each in shapes if isinstance(each, dict)]
    lists = [each[0] for each in shapes if isinstance(each, list)]
    covered = {"object" if objects else "", "list" if lists else ""}
    words = sorted({str(each) for each in shapes if isinstance(each, str)} - covered)
    whole: list[object] = [*words]
    if objects:
        names = dict.fromkeys(name for each in objects for name in each)
        whole.insert(
            0, {_marked(name, objects): _merged([each[name] for each in objects if name in each]) for name in names}
        )
    if lists:
        whole.insert(0, [_merged(lists)])
    return whole[0] if len(whole) == 1 else tuple(whole)


def _marked(name: str, objects: Sequence[dict[str, object]]) -> str:
    return name if all(name in each for each in objects) else f"{name}?"


def _written(shape: object, indent: str = "") -> Iterator[str]:
    assert isinstance(shape, dict), shape
    for name, each in shape.items():
        words, inner = _said(each)
        yield f"{indent}{name}: {words}"
        if inner is not None:
            yield from _written(inner, f"{indent}    ")


def _said(shape: object) -> tuple[str, object | None]:
    """Return what a field is in words, and the fields inside of it."""
    match shape:
        case str():
            return shape, None
        case dict():
            return "object", shape
        case [inner] if isinstance(shape, list):
            words, fields = _said(inner)
            return f"list of {words}", fields
        case tuple():
            said = [_said(each) for each in shape]
            inside = [fields for _, fields in said if fields is not None]
            return " or ".join(words for words, _ in said), inside[0] if inside else None
        case _:
            raise TypeError(type(shape))
