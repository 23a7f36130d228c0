"""Which daemon fits: whatever could change what a command does is part of its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ptc_cli.config import References
from ptc_cli.core.server import Origin, ServerConfig
from ptc_cli.core.settings import Folders, JournalSettings, Settings
from ptc_cli.daemon.identity import identity

SERVER = ServerConfig(
    name="hub", transport="stdio", command="hub", args=("--token", "${TOKEN}"), origin=Origin(path="ptc.toml")
)
SETTINGS = Settings(servers=(SERVER,))
FOLDERS = Folders(config="/c", cache="/k", state="/s")
ENVIRON = {"PATH": "/bin", "TOKEN": "first", "EDITOR": "vi"}
HERE = Path("/home/ada/project")


def named(
    settings: Settings = SETTINGS,
    environ: Mapping[str, str] = ENVIRON,
    cwd: Path = HERE,
    folders: Folders = FOLDERS,
    salt: bytes = b"salt",
) -> str:
    references = References(environ, cwd=cwd)
    return identity(
        settings,
        folders,
        texts=[text for server in settings.servers for text in references.told(server)],
        environ=environ,
        needs_all=any(references.asks(server) for server in settings.servers),
        cwd=cwd,
        salt=salt,
    )


def asking(command: str) -> Settings:
    return replace(SETTINGS, servers=(replace(SERVER, args=(command,)),))


def test_the_same_command_finds_the_same_daemon() -> None:
    assert named() == named()
    assert len(named()) == 32


@pytest.mark.parametrize(
    "other",
    [
        named(settings=replace(SETTINGS, journal=JournalSettings(keep_days=1))),
        named(settings=replace(SETTINGS, servers=(replace(SERVER, deny=("x",)),))),
        named(environ=ENVIRON | {"TOKEN": "second"}),
        named(environ={name: value for name, value in ENVIRON.items() if name != "TOKEN"}),
        named(environ=ENVIRON | {"PATH": "/usr/bin"}),
        named(environ=ENVIRON | {"LC_ALL": "C"}),
        named(environ=ENVIRON | {"https_proxy": "http://proxy"}),
        named(environ=ENVIRON | {"PTC_NESTING": "1"}),
        named(cwd=HERE.parent),
        named(folders=replace(FOLDERS, state="/other")),
        named(salt=b"other"),
    ],
)
def test_whatever_changes_what_it_does_is_another(other: str) -> None:
    assert other != named()


@pytest.mark.parametrize(
    "environ",
    [ENVIRON | {"EDITOR": "emacs"}, ENVIRON | {"COLUMNS": "80"}, ENVIRON | {"PTC_DAEMON": "auto", "SHLVL": "2"}],
)
def test_what_changes_nothing_does_not_count(environ: dict[str, str]) -> None:
    assert named(environ=environ) == named()


@pytest.mark.parametrize(
    "text", ["${command:pass show hub}", "${keychain:hub}", "${command:sh -c '{ echo $EDITOR; }'}"]
)
def test_where_a_command_is_run_every_variable_counts(text: str) -> None:
    other = ENVIRON | {"EDITOR": "emacs"}

    assert named(asking(text)) != named(asking(text), environ=other)
    assert named(asking(text)) == named(asking(text), environ=ENVIRON | {"SHLVL": "3"})


def test_no_command_is_run_to_find_out(tmp_path: Path) -> None:
    named(asking(f"${{command:touch {tmp_path / 'ran'}}}"))
    named(asking(f"${{command:sh -c '{{ touch {tmp_path / 'ran'}; }}'}}"))

    assert not (tmp_path / "ran").exists()


def test_a_file_of_variables_counts_by_what_it_sets(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    settings = asking(f"${{envFile:{path}#TOKEN}}")
    path.write_text("TOKEN=first\nOTHER=1\n")
    first = named(settings)
    path.write_text("TOKEN=first\nOTHER=2\n")
    same = named(settings)
    path.write_text("TOKEN=second\n")

    assert same == first
    assert named(settings) != first


def test_nothing_is_looked_up_for_a_file_that_nobody_trusts() -> None:
    settings = replace(SETTINGS, servers=(replace(SERVER, is_trusted=False),))

    assert named(settings) == named(settings, environ=ENVIRON | {"TOKEN": "second"})


def test_the_values_are_not_in_it() -> None:
    assert "first" not in named()
