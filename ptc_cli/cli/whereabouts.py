"""Where this `ptc` is, for what is told to people and written down for other programs."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path


def command(started_as: str | None = None, path: str | None = None) -> list[str]:
    """Return the words that start this ptc from any folder: `ptc` alone only where the search path finds it."""
    script = _script(sys.argv[0] if started_as is None else started_as)
    if script is None:
        return whole_command(started_as)
    found = shutil.which("ptc", path=path)
    return ["ptc"] if found is not None and os.path.samefile(found, script) else [str(script)]  # noqa: PTH121


def whole_command(started_as: str | None = None) -> list[str]:
    """Return the words that start this ptc from any folder, whatever the search path is."""
    script = _script(sys.argv[0] if started_as is None else started_as)
    return [sys.executable, "-m", "ptc_cli"] if script is None else [str(script)]


def _script(started_as: str) -> Path | None:
    """Return the script that was started, or the one beside the interpreter that ran us as a module."""
    asked = Path(started_as)
    candidates = [asked.absolute(), Path(sys.executable).with_name("ptc")]
    return next((each for each in candidates if each.name == "ptc" and os.access(each, os.X_OK)), None)
