"""All files that take part, merged into one `Settings`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import TypeVar, cast

from ptc_cli.config import search
from ptc_cli.config.document import read
from ptc_cli.config.file import FileSettings, interpret
from ptc_cli.config.mistakes import Mistake, error_of, shown_path
from ptc_cli.config.narrow import loosening, narrowed, policy_of, strictest_taint
from ptc_cli.config.reader import Stated, build
from ptc_cli.config.search import Found, find, home
from ptc_cli.config.trust import TrustStore
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.limits import Limits
from ptc_cli.core.server import Origin, ServerConfig
from ptc_cli.core.settings import (
    Budget,
    DaemonSettings,
    Folders,
    JournalSettings,
    PolicySettings,
    SandboxSettings,
    ServeSettings,
    Settings,
    StubSettings,
    TokenSettings,
)

T = TypeVar("T")

_OTHER_FILE = "Mend the file, or use another configuration alone with --config FILE."


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A project file as a person sees it before trusting it."""

    path: str
    digest: str
    """What to hand to `TrustStore.trust`: the file may have changed since."""

    servers: tuple[ServerConfig, ...]
    sections: tuple[str, ...]
    """Names of the other tables that would come into force."""


def load(*, explicit: str | None, cwd: Path, environ: Mapping[str, str], folders: Folders) -> Settings:
    """Read every configuration file that takes part, and merge them; a stronger file's word holds.

    What narrows adds up over all files: denies, labels, budgets, a stricter word on taint. A project file that nobody
    has trusted, as it is now, gives that and nothing else: its servers are listed as untrusted, unless a trusted file
    has servers of these names.

    Raises:
        ConfigError: Files that cannot be read or say what makes no sense; every mistake is in the message.
    """
    trust = TrustStore(folders.state)
    mistakes: list[Mistake] = []
    errors: list[ConfigError] = []
    files: list[FileSettings] = []
    for found in find(explicit=explicit, cwd=cwd, environ=environ, folders=folders):
        if isinstance(found, ConfigError):
            errors.append(found)
        else:
            files.append(_interpret(found, trust, home(environ), mistakes))
    if mistakes or errors:
        raise _all_of(errors, mistakes)
    return _merge(files, trust)


def looked_at(*, explicit: str | None, cwd: Path, environ: Mapping[str, str], folders: Folders) -> tuple[Path, ...]:
    """Return every file on which it depends what `load` gives, there or not, but for those that settings name."""
    found = search.looked_at(explicit=explicit, cwd=cwd, environ=environ, folders=folders)
    return (*found, TrustStore(folders.state).path)


def review(path: str, *, environ: Mapping[str, str]) -> Review:
    """Return what a project file would bring into force, for a person to look at.

    Raises:
        ConfigError: The file cannot be read or says what makes no sense.
    """
    document = read(Path(path))
    mistakes: list[Mistake] = []
    origin = Origin(path=document.path, is_project=True)
    file = interpret(document, origin=origin, is_trusted=False, home=home(environ), mistakes=mistakes)
    if mistakes:
        raise error_of(mistakes)
    return Review(path=document.path, digest=document.digest, servers=file.servers, sections=tuple(file.sections))


def _all_of(errors: Iterable[ConfigError], mistakes: list[Mistake]) -> ConfigError:
    of_reading = list(errors)
    messages = [error.message for error in of_reading] + ([error_of(mistakes).message] if mistakes else [])
    hints = [error.hint for error in of_reading if error.hint] or [_OTHER_FILE]
    return ConfigError("\n".join(messages), hint="\n".join(hints))


def _interpret(found: Found, trust: TrustStore, home_folder: str, mistakes: list[Mistake]) -> FileSettings:
    document = found.document
    is_trusted = not found.is_project or trust.is_trusted(document.path, document.digest)
    origin = Origin(path=document.path, is_project=found.is_project)
    file = interpret(document, origin=origin, is_trusted=is_trusted, home=home_folder, mistakes=mistakes)
    return replace(file, only_denies=True, warnings=()) if found.only_denies else file


def _merge(files: list[FileSettings], trust: TrustStore) -> Settings:
    trusted = [file for file in files if file.is_trusted and not file.only_denies]
    inert = [file for file in files if not file.is_trusted]
    sandbox, cuts = _sandbox(trusted)
    taint, weaker = strictest_taint(files)
    warnings = [warning for file in files for warning in file.warnings]
    return Settings(
        servers=_servers([*trusted, *inert], files),
        policy=replace(
            _merged(PolicySettings(), [policy_of(file) for file in trusted]),
            deny=cast("tuple[str, ...]", _union(_stated(files, "policy"), "deny")),
            budgets=cast("tuple[Budget, ...]", _union(_stated(files, "policy"), "budgets")),
            taint=taint,
        ),
        sandbox=sandbox,
        serve=_serve(trusted),
        stubs=_merged(StubSettings(), _stated(trusted, "stubs")),
        journal=_merged(JournalSettings(), _stated(trusted, "journal")),
        daemon=_merged(DaemonSettings(), _stated(trusted, "daemon")),
        files=tuple(file.origin for file in files),
        untrusted=tuple(file.origin.path for file in inert),
        warnings=(*warnings, *cuts, *weaker, *loosening(trusted), *_trust_warnings(inert, trust)),
    )


def _servers(strongest_first: list[FileSettings], every: list[FileSettings]) -> tuple[ServerConfig, ...]:
    """Return the strongest definition of each server, with what narrows it of every file that has one."""
    chosen: dict[str, ServerConfig] = {}
    for server in (server for file in strongest_first for server in file.servers):
        chosen.setdefault(server.name, server)
    said: dict[str, list[ServerConfig]] = {}
    for server in (server for file in every for server in file.servers):
        said.setdefault(server.name, []).append(server)
    return tuple(narrowed(server, said[name]) for name, server in chosen.items())


def _sandbox(trusted: list[FileSettings]) -> tuple[SandboxSettings, list[str]]:
    stated = _stated(trusted, "sandbox")
    merged = _merged(SandboxSettings(), stated)
    limits = merged.limits.capped(merged.maxima)
    asked = {field for each in stated for field in cast("Stated", each.get("limits", {}))}
    cuts = [
        f"sandbox.limits.{each.name} is above sandbox.maxima.{each.name}, and cut to it"
        for each in fields(Limits)
        if each.name in asked and getattr(limits, each.name) != getattr(merged.limits, each.name)
    ]
    return replace(merged, limits=limits, require=cast("tuple[str, ...]", _union(stated, "require"))), cuts


def _serve(trusted: list[FileSettings]) -> ServeSettings:
    merged = _merged(ServeSettings(), _stated(trusted, "serve"))
    tokens = {name: build(TokenSettings, cast("Stated", stated)) for name, stated in merged.tokens.items()}
    return replace(merged, tokens=tokens)


def _stated(files: Iterable[FileSettings], section: str) -> list[Stated]:
    return [file.sections[section] for file in files if section in file.sections]


def _merged(default: T, stated: Iterable[Stated]) -> T:
    """Return a dataclass with each field as the strongest file has it, whose word comes first."""
    merged = default
    for each in reversed(list(stated)):
        changes = {field: _field(getattr(merged, field), value) for field, value in each.items()}
        merged = replace(merged, **changes)  # type: ignore[type-var]  # only dataclasses are merged
    return merged


def _field(now: object, value: object) -> object:
    if is_dataclass(now) and isinstance(value, Mapping):
        return _merged(now, [cast("Stated", value)])
    return value


def _union(stated: Iterable[Stated], key: str) -> tuple[object, ...]:
    return tuple(dict.fromkeys(item for each in stated for item in cast("tuple[object, ...]", each.get(key, ()))))


def _trust_warnings(inert: list[FileSettings], trust: TrustStore) -> Iterator[str]:
    if trust.warning is not None:
        yield trust.warning
    for file in inert:
        names = ", ".join(server.name for server in file.servers)
        servers = f"its servers ({names}) do not start" if names else "it names no servers"
        sections = ", ".join(sorted(file.sections))
        ignored = f", and its {sections} settings are ignored, except what they deny" if sections else ""
        path = shown_path(file.origin.path)
        state = f"nobody has trusted this file as it is now: {servers}{ignored}"
        yield f"{path}: {state}. Look at it, then trust it with: ptc servers trust {shlex.quote(path)}"
