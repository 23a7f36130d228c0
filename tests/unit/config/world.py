"""A home, a project and an environment of a test's own."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from ptc_cli.config import TrustStore, folders, load, review
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.server import ServerConfig
from ptc_cli.core.settings import Settings


class World:
    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self.project = self.home / "code" / "project"
        self.project.mkdir(parents=True)
        self.environ = {"HOME": str(self.home), "PTC_HOME": str(self.home / ".ptc")}
        self.folders = folders(self.environ)
        self.trust = TrustStore(self.folders.state)
        self.user_file = Path(self.folders.config) / "config.toml"

    def write(self, name: str | Path, text: str) -> Path:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def write_trusted(self, name: str, text: str) -> Path:
        path = self.write(name, text)
        self.trust_file(path)
        return path

    def trust_file(self, path: Path) -> None:
        seen = review(str(path), environ=self.environ)
        self.trust.trust(seen.path, seen.digest)

    def load(self, *, explicit: Path | str | None = None, cwd: Path | None = None, **environ: str) -> Settings:
        return load(
            explicit=None if explicit is None else str(explicit),
            cwd=cwd or self.project,
            environ={**self.environ, **environ},
            folders=self.folders,
        )

    def load_text(self, text: str, name: str = "named.toml") -> Settings:
        return self.load(explicit=self.write(name, text))

    def mistakes(self, text: str, name: str = "named.toml") -> list[str]:
        """Return what is wrong with a file, without the file's name."""
        path = self.write(name, text)
        with pytest.raises(ConfigError) as caught:
            self.load(explicit=path)
        return [line.removeprefix(f"{path}:").removeprefix(" ") for line in caught.value.message.split("\n")]


def server(settings: Settings, name: str) -> ServerConfig:
    return next(each for each in settings.servers if each.name == name)


def names(settings: Settings) -> list[str]:
    return [each.name for each in settings.servers]
