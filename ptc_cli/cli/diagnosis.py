"""What `ptc doctor` tries, one finding after the other."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from ptc_cli import __version__
from ptc_cli.cli.server_test import test_servers
from ptc_cli.config import References, folders, load
from ptc_cli.core.catalog import Caller, ServerEntry
from ptc_cli.core.errors import ConfigError, PtcError
from ptc_cli.core.execution import Execution
from ptc_cli.core.layers import Layers
from ptc_cli.core.program import Program
from ptc_cli.core.server import ServerConfig
from ptc_cli.core.settings import Folders, SandboxSettings, Settings
from ptc_cli.scan import scan

if TYPE_CHECKING:
    from ptc_cli.engine import Engine

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was tried, and what came of it."""

    level: Level
    subject: str
    message: str
    fix: str | None = None


async def examine(config: str | None) -> AsyncIterator[Finding]:
    """Try everything; what fails does not keep the rest from being tried."""
    yield _ok("ptc", f"{__version__} on Python {platform.python_version()}, {platform.system()} {platform.release()}")
    places = folders(os.environ)
    for finding in _writable(places):
        yield finding
    try:
        settings = load(explicit=config, cwd=Path.cwd(), environ=os.environ, folders=places)
    except ConfigError as error:
        yield _fail("configuration", error)
        async for finding in _sandbox(SandboxSettings()):
            yield finding
        return
    for finding in _configuration(settings):
        yield finding
    async for finding in _sandbox(settings.sandbox):
        yield finding
    async for finding in _live(config):
        yield finding


async def _live(config: str | None) -> AsyncIterator[Finding]:
    """Connect, check and run for real."""
    from ptc_cli.engine import open_engine

    try:
        async with open_engine(config=config) as engine:
            references = References(os.environ, cwd=Path.cwd())
            tests = await test_servers(engine, _CALLER, [config.name for config in engine.settings.servers])
            for tested in tests:
                for finding in [*_prepared(tested.entry.config, references)] or [*_connected(tested.entry)]:
                    yield finding
                for finding in _stray(tested.entry, engine.server_stray(tested.entry.name)):
                    yield finding
            for finding in _suspicious([tested.entry for tested in tests]):
                yield finding
            for message in engine.quarantine.news([tested.entry for tested in tests]):
                yield Finding(level="warn", subject="servers", message=message)
            yield await _checked(engine)
            yield await _ran(engine)
    except PtcError as error:
        yield _fail("engine", error)


_CALLER = Caller(door="cli")


def _writable(places: Folders) -> Iterator[Finding]:
    for name, folder in (("configuration", places.config), ("cache", places.cache), ("state", places.state)):
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"ptc")
        except OSError as error:
            fix = "Make it writable, or name another place with PTC_HOME."
            yield Finding(level="fail", subject="folders", message=f"{name}: {folder}: {error.strerror}", fix=fix)
        else:
            yield _ok("folders", f"{name}: {folder} is writable")


def _configuration(settings: Settings) -> Iterator[Finding]:
    for origin in settings.files:
        names = [config.name for config in settings.servers if config.origin.path == origin.path]
        yield _ok("configuration", f"{origin.path}: {', '.join(names) or 'no servers'}")
    for message in settings.warnings:
        yield Finding(level="warn", subject="configuration", message=message)
    if not settings.servers:
        fix = "Add one with: ptc servers add NAME -- COMMAND ARGS"
        yield Finding(level="warn", subject="configuration", message="no server is configured", fix=fix)


def _prepared(config: ServerConfig, references: References) -> Iterator[Finding]:
    """Give what keeps a server from being connected to at all."""
    if config.enabled and config.is_trusted:
        yield from _unset(config, references)
        yield from _command(config)


def _unset(config: ServerConfig, references: References) -> Iterator[Finding]:
    for problem in references.unset(config):
        message, _, fix = problem.partition("\n")
        yield Finding(level="fail", subject="servers", message=message, fix=fix or None)


def _command(config: ServerConfig) -> Iterator[Finding]:
    if config.command is None or "${" in config.command:
        return
    path = config.env.get("PATH", os.environ.get("PATH"))
    if shutil.which(config.command, path=path) is None:
        message = f"{config.name}: no command '{config.command}' ({config.origin})"
        fix = _SOURCES.get(config.command, "Install it, or write its whole path in `command`.")
        yield Finding(level="fail", subject="servers", message=message, fix=fix)


_SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "uvx": "It comes with uv: https://docs.astral.sh/uv/",
        "npx": "It comes with Node.js: https://nodejs.org/",
        "docker": "Install Docker, or write the whole path of what stands in for it in `command`.",
    }
)
"""Where the commands come from that most servers are started with."""


def _connected(entry: ServerEntry) -> Iterator[Finding]:
    listing = entry.listing
    if listing.status == "ok":
        protocol = f"MCP {listing.protocol_version}" if listing.protocol_version else "MCP of an unknown revision"
        yield _ok("servers", f"{entry.name}: {len(entry.tools)} tools over {entry.config.transport}, {protocol}")
    elif listing.status == "disabled":
        yield _ok("servers", f"{entry.name}: disabled in {entry.config.origin}")
    else:
        message, _, fix = (listing.reason or "it could not be listed").partition("\n")
        level: Level = "warn" if listing.status == "untrusted" else "fail"
        yield Finding(level=level, subject="servers", message=f"{entry.name}: {message}", fix=fix or None)
    for tool in listing.rejected:
        message = f"{entry.name}: tool '{tool.name}' is left out: {tool.reason}"
        yield Finding(level="warn", subject="servers", message=message, fix="Only its author can mend it.")
    for held in entry.held:
        yield Finding(level="warn", subject="servers", message=held.message, fix=held.hint)


def _stray(entry: ServerEntry, line: str) -> Iterator[Finding]:
    if line and entry.listing.status == "ok":
        message = f"{entry.name}: writes to its standard output what is not MCP: {line}"
        fix = "Have it log to standard error, by an option or a variable of its own: other clients fail at this."
        yield Finding(level="warn", subject="servers", message=message, fix=fix)


def _suspicious(entries: Sequence[ServerEntry]) -> Iterator[Finding]:
    """Give what servers say that looks meant to mislead a model."""
    for found in scan(entries):
        if found.severity != "note":
            place = found.server if found.tool is None else f"{found.server}: tool '{found.tool}'"
            message = f"{place}: {found.where} {found.message}: {found.excerpt}"
            fix = f"Read it whole with: ptc tools show, and ptc servers scan {found.server}"
            yield Finding(level="warn", subject="servers", message=message, fix=fix)


async def _sandbox(settings: SandboxSettings) -> AsyncIterator[Finding]:
    from ptc_cli.sandbox import probe

    found = await probe(settings)
    usable = [layers for layers in found if layers.holding and settings.backend in ("auto", layers.backend)]
    for layers in found:
        if usable and found.index(layers) > found.index(usable[0]):
            yield _ok("sandbox", f"{layers.backend}: not needed here")
            continue
        for finding in _backend(layers, is_used=layers in usable[:1]):
            yield finding
    if not usable:
        message = "no backend can hold a program on this machine"
        fix = "\n".join(dict.fromkeys(layer.advice for layers in found for layer in layers.missing))
        yield Finding(level="fail", subject="sandbox", message=message, fix=fix or None)


def _backend(layers: Layers, *, is_used: bool) -> Iterator[Finding]:
    """Give what a backend holds by; what it lacks is worth a warning only in the one that programs run in."""
    use = "programs run in it, held by" if is_used else "not used here; would hold by"
    yield _ok("sandbox", f"{layers.backend}: {use} {', '.join(layers.holding) or 'nothing'}")
    for (reason, advice), names in layers.gaps.items():
        message = f"{layers.backend} lacks {', '.join(names)}: {reason}"
        level: Level = "warn" if is_used else "ok"
        yield Finding(level=level, subject="sandbox", message=message, fix=advice if is_used else None)


async def _checked(engine: Engine) -> Finding:
    """Have the checker try itself, and judge a program."""
    try:
        failures = await engine.self_test()
        report = await engine.check(Program.of("len(4)"), _CALLER)
    except PtcError as error:
        return _fail("checker", error)
    if report.passed:
        fix = f"Clear the cache at {engine.folders.cache}, and report it if that does not help."
        return Finding(level="fail", subject="checker", message="it lets a wrong program pass", fix=fix)
    if failures or report.checker == "cold":
        message = f"checks start mypy anew, and are slow: {', '.join(failures) or 'the self-test failed'}"
        return Finding(level="warn", subject="checker", message=message, fix="Reinstall ptc with the mypy it asks for.")
    return _ok("checker", f"tells right from wrong, in {report.seconds * 1000:.0f} ms")


async def _ran(engine: Engine) -> Finding:
    """Have a program run, held. Only one that did not end well is kept, to be looked at."""
    try:
        result = await engine.run(Execution.of(Program.of("sum(range(5))", name="<doctor>"), caller=_CALLER))
        layers = await engine.layers()
    except PtcError as error:
        return _fail("sandbox", error)
    if result.status != "ok" or result.value != 10:
        message = f"a plain program ended as {result.status}"
        why = result.error.message if result.error is not None else None
        return Finding(level="fail", subject="sandbox", message=message, fix=why)
    engine.journal.forget(result.run)
    return _ok("sandbox", f"a program ran on '{layers.backend}' in {result.seconds * 1000:.0f} ms ({sys.platform})")


def _ok(subject: str, message: str) -> Finding:
    return Finding(level="ok", subject=subject, message=message)


def _fail(subject: str, error: PtcError) -> Finding:
    return Finding(level="fail", subject=subject, message=error.message, fix=error.hint)
