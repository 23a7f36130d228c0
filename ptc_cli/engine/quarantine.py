"""What is held back, shown to a person and decided on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from ptc_cli.core.catalog import ServerEntry
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.finding import Finding
from ptc_cli.core.held import HeldBack
from ptc_cli.core.server import ServerConfig, ServerListing, ToolSpec
from ptc_cli.engine.catalog import CatalogSource
from ptc_cli.engine.entries import rendered
from ptc_cli.pins import Definition, Pins, definitions

if TYPE_CHECKING:
    from ptc_cli.drift import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldChange:
    """Something held back, with all that a person needs to decide on it."""

    held: HeldBack
    old: Definition | None
    """As it was approved; None if it never was, or if that is no longer known."""

    new: Definition
    drift: tuple[Change, ...]
    """What programs notice, where an approved tool changed."""

    findings: tuple[Finding, ...]
    """What of it looks meant to mislead."""

    @property
    def is_breaking(self) -> bool:
        """Whether a program that was right can be wrong now."""
        return any(change.is_breaking for change in self.drift)


class Quarantine:
    """Shows what is held back of the servers of a catalog, and takes over what a person decides."""

    def __init__(self, source: CatalogSource, pins: Pins) -> None:
        self._source = source
        self._pins = pins

    def changes(self, server: str) -> tuple[HeldChange, ...]:
        """Return what is held back of a server."""
        entry, listing = self._source.catalog.server(server), self._source.offered(server)
        if entry is None or listing is None:
            return ()
        offered = {each.tool: each for each in definitions(listing, {})}
        pairs = [(held, offered[held.tool]) for held in entry.held if held.tool in offered]
        findings = _findings(entry, [new for _, new in pairs], self._source.catalog.servers)
        return tuple(self._change(entry.config, held, new, findings) for held, new in pairs)

    def approve(self, decided: Collection[HeldChange]) -> None:
        """Let what was shown be used from now on: as it was shown, and not as it may have become since.

        Raises:
            ConfigError: That cannot be recorded, or the record of a server is damaged and not all of it was decided on.
        """
        for server, several in _by_server(decided):
            config, is_damaged = self._config(server), any(each.held.reason == "unknown" for each in several)
            if is_damaged and len(several) < len(self.changes(server)):
                hint = f"Approve it as a whole, which begins a new record: ptc servers approve {server}"
                raise ConfigError(f"server '{server}': the record of what was approved is damaged", hint=hint)
            self._pins.approve(config, [each.new for each in several], anew=is_damaged)
            self._source.reconsider(server)

    def refuse(self, decided: Collection[HeldChange]) -> None:
        """Hold back for good what was shown; what was approved before may still come back.

        Raises:
            ConfigError: That cannot be recorded.
        """
        for server, several in _by_server(decided):
            self._pins.refuse(self._config(server), [each.new for each in several])
            self._source.reconsider(server)

    def news(self, servers: Iterable[ServerEntry]) -> tuple[str, ...]:
        """Return what people should be told of the pins of some servers; what is new is told once."""
        return tuple(message for entry in servers for message in self._pins.take_news(entry.config))

    def _config(self, server: str) -> ServerConfig:
        entry = self._source.catalog.server(server)
        assert entry is not None
        return entry.config

    def _change(self, config: ServerConfig, held: HeldBack, new: Definition, findings: Sequence[Finding]) -> HeldChange:
        old = self._pins.approved(config, new.key)
        mine = tuple(finding for finding in findings if finding.tool == new.tool)
        return HeldChange(held=held, old=old, new=new, drift=_drift(config, old, new), findings=mine)


def _drift(config: ServerConfig, old: Definition | None, new: Definition) -> tuple[Change, ...]:
    if old is None or old.spec is None or new.spec is None:
        return ()
    from ptc_cli.drift import changes, lock_of

    return changes(lock_of([_alone(config, old.spec)]), lock_of([_alone(config, new.spec)]))


def _alone(config: ServerConfig, spec: ToolSpec) -> ServerEntry:
    return rendered(config, ServerListing(server=config.name, status="ok", tools=(spec,)), module=config.name)


def _findings(entry: ServerEntry, new: Sequence[Definition], around: Sequence[ServerEntry]) -> tuple[Finding, ...]:
    # Its patterns cost some 60 ms to compile; where nothing is held back nobody must pay for them.
    from ptc_cli.scan import scan

    specs = tuple(each.spec for each in new if each.spec is not None)
    instructions = "".join(each.instructions for each in new)
    offered = replace(entry, listing=replace(entry.listing, tools=specs, instructions=instructions))
    return scan([offered], around=[each for each in around if each.name != entry.name]) if new else ()


def _by_server(decided: Collection[HeldChange]) -> Iterator[tuple[str, list[HeldChange]]]:
    ordered = sorted(decided, key=lambda each: each.held.server)
    for server, several in groupby(ordered, key=lambda each: each.held.server):
        yield server, list(several)
