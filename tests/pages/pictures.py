"""Pictures of what a terminal shows: what the commands write for one, drawn by rich."""

from __future__ import annotations

import asyncio
import io
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from ptc_cli.cli.main import invoke
from ptc_cli.core.catalog import Caller
from ptc_cli.engine import open_engine
from ptc_cli.repl.here import DeskHere
from ptc_cli.repl.programs import Prompt
from tests.desks import session_at
from tests.homes import home
from tests.pages.answers import ROOT

_WIDTH = 100
_WRONG = 'for ticket in tickets.list_tickets(status="opened"):\n    print(ticket["age"])\n'
_ENTRIES = (
    'rows = tickets.list_tickets(status="waiting")',
    "rows?",
    '[{"id": row["id"], "days": row["days_open"], "title": row["title"]} for row in rows]',
    'rows[0]["titel"]',
    "%calls",
)


class _Screen(io.TextIOWrapper):
    """What a terminal would be sent."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def isatty(self) -> bool:
        return True

    @property
    def text(self) -> str:
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode()


class _Scripted:
    """Somebody who types, and is seen to."""

    def __init__(self, entries: Sequence[str]) -> None:
        self._entries = list(entries)

    async def read(self, proposed: str = "") -> str | None:
        if not self._entries:
            return None
        entry = self._entries.pop(0)
        Console(file=sys.stdout, force_terminal=True, width=_WIDTH).print(
            Text.assemble(("ptc> ", "bold"), Syntax("", "python", theme="ansi_dark").highlight(entry)), end=""
        )
        return entry


def pictures() -> dict[str, str]:
    """Return every picture as SVG, by name."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ |= {
            "PTC_HOME": home(Path(folder) / "home"),
            "PTC_CONFIG": str(ROOT / "examples" / "ptc.toml"),
            "PTC_PYTHON": sys.executable,
            "COLUMNS": str(_WIDTH),
            "LINES": "200",
            "FORCE_COLOR": "1",
            "PYTHONPATH": str(ROOT),
        }
        os.environ.pop("NO_COLOR", None)
        wrong = Path(folder) / "wrong.py"
        wrong.write_text(_WRONG, encoding="utf-8")
        try:
            return {
                "repl": _drawn("ptc repl", asyncio.run(_session())),
                "diagnostics": _drawn("ptc check wrong.py", _command("check", str(wrong)).replace(f"{folder}/", "")),
                "tree": _drawn("ptc shell -c tree", _command("shell", "-c", "tree -L 2")),
            }
        finally:
            os.environ.clear()
            os.environ |= before


async def _session() -> str:
    screen = _Screen()
    with redirect_stdout(screen), redirect_stderr(screen):
        async with open_engine() as engine:
            desk = DeskHere(engine, Caller(door="repl"))
            await Prompt(await session_at(desk), _Scripted(_ENTRIES)).serve()
    return screen.text


def _command(*arguments: str) -> str:
    screen = _Screen()
    with redirect_stdout(screen), redirect_stderr(screen):
        invoke(arguments)
    return screen.text


def _drawn(title: str, written: str) -> str:
    """Return what was written as a picture that is the same each time, but for what has changed."""
    steady = re.sub(r"\d+\.\d+(?= s\b|  )", "0.02", re.sub(r"\brun [0-9a-f]{21}", "run 1a1fd53c07e5bb4c3f9d2", written))
    steady = re.sub(r"\r?\x1b\[2K|[^\n]*in flight[^\n\r]*\r\x1b\[2K", "", steady)
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(steady.rstrip("\n")))
    return console.export_svg(title=title, unique_id=f"ptc-{title.split()[1]}")
