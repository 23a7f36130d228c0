"""What is told to people works where they are."""

from __future__ import annotations

import sys
from pathlib import Path

from ptc_cli.cli import whereabouts


def script(folder: Path) -> Path:
    folder.mkdir()
    made = folder / "ptc"
    made.write_text("#!/bin/sh\n")
    made.chmod(0o755)
    return made


def test_the_name_alone_is_told_only_where_it_finds_this_ptc(tmp_path: Path) -> None:
    ours, other = script(tmp_path / "ours"), script(tmp_path / "other")

    assert whereabouts.command(str(ours), path=str(ours.parent)) == ["ptc"]
    assert whereabouts.command(str(ours), path=str(tmp_path)) == [str(ours)]
    assert whereabouts.command(str(ours), path=str(other.parent)) == [str(ours)]


def test_a_module_run_from_a_checkout_is_told_whole(tmp_path: Path) -> None:
    (told, *rest) = whereabouts.command(str(tmp_path / "__main__.py"), path=str(tmp_path))

    beside = Path(sys.executable).with_name("ptc")
    assert (told, rest) == ((str(beside), []) if beside.exists() else (sys.executable, ["-m", "ptc_cli"]))
