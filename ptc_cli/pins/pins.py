"""What of a server's offer may be used: what is as it was approved, and what is seen for the first time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ptc_cli.core.errors import ConfigError
from ptc_cli.core.held import HeldBack, HeldReason
from ptc_cli.core.server import ServerConfig, ServerListing
from ptc_cli.core.settings import PolicySettings
from ptc_cli.pins.definition import Definition, as_json, definitions, parsed, tool_of
from ptc_cli.pins.record import Record, judge, with_approved, with_first_seen, with_refused
from ptc_cli.pins.store import DamagedError, PinStore, Stamp

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """An offer without what is held back, and what that is."""

    listing: ServerListing
    held: tuple[HeldBack, ...] = ()


class Pins:
    """Compares what servers offer with what was approved of them. A server is approved as it is first seen."""

    def __init__(self, folder: Path, policy: PolicySettings) -> None:
        self._store = PinStore(folder)
        self._policy = policy
        self._read_at: dict[str, Stamp] = {}
        self._unwritten: dict[str, Record] = {}
        """Records that no folder takes: they hold as long as the process."""

        self._news: dict[str, tuple[str, ...]] = {}
        self._warnings: dict[str, str] = {}

    def cleared(
        self, config: ServerConfig, listing: ServerListing, digests: Mapping[str, str] | None = None
    ) -> Cleared:
        """Return what of an offer may be used; `digests` holds those of tools for which they are known already."""
        if self._policy.pins == "off" or listing.status != "ok":
            return Cleared(listing=listing)
        offered = tuple(definitions(listing, digests or {}))
        self._warnings.pop(config.name, None)
        self._read_at[config.name] = self._store.stamp(config)
        try:
            record = self._record(config)
            verdict = judge(record, offered, self._policy)
            if record is None or verdict.fresh:
                record = self._pinned(config, verdict.fresh)
                # Another process may have seen the server first, and seen it otherwise.
                verdict = judge(record, offered, self._policy)
            self._news[config.name] = record.news
        except DamagedError as error:
            said = f"server '{config.name}': nothing of it can be used: the record of what was approved is damaged"
            self._warnings[config.name] = f"{said}: {error}. Look at its tools, then: ptc servers approve {config.name}"
            return _without(listing, [_held(config, each.key, "unknown") for each in offered])
        return _without(listing, [_held(config, key, reason) for key, reason in verdict.held.items()])

    def is_stale(self, config: ServerConfig) -> bool:
        """Say whether a server's record has changed since an offer was last compared with it."""
        return config.name in self._read_at and self._read_at[config.name] != self._store.stamp(config)

    def approved(self, config: ServerConfig, key: str) -> Definition | None:
        """Return what was approved of a server, if that is still known."""
        try:
            record = self._record(config)
        except DamagedError:
            return None
        digest = None if record is None else record.approved.get(key)
        kept = self._store.definitions(config).get(digest or "")
        return None if digest is None or kept is None else parsed(digest, kept)

    def approve(self, config: ServerConfig, definitions: Collection[Definition], *, anew: bool = False) -> None:
        """Record that a person approved definitions; `anew` forgets a record, which cannot be read.

        Raises:
            ConfigError: That cannot be recorded.
        """
        if anew:
            self._store.start_anew(config)
        self._change(config, lambda record: with_approved(record or Record(), definitions), definitions)

    def refuse(self, config: ServerConfig, definitions: Collection[Definition]) -> None:
        """Record that a person refused definitions: they stay held back, and are no longer asked about.

        Raises:
            ConfigError: That cannot be recorded.
        """
        self._change(config, lambda record: with_refused(record or Record(), definitions), ())

    def take_news(self, config: ServerConfig) -> tuple[str, ...]:
        """Return what people should be told of a server's pins; what is new is told once."""
        warning = self._warnings.pop(config.name, None)
        said = () if warning is None else (warning,)
        keys = self._news.pop(config.name, ())
        if not keys:
            return said
        with suppress(DamagedError, ConfigError):
            self._store.change(config, lambda now: replace(now or Record(), news=()), {})
        return (*said, _news(config, keys))

    def _record(self, config: ServerConfig) -> Record | None:
        return self._store.read(config) or self._unwritten.get(config.name)

    def _pinned(self, config: ServerConfig, fresh: Iterable[Definition]) -> Record:
        known = {each.digest: as_json(each) for each in fresh}
        try:
            record = self._store.change(config, lambda record: with_first_seen(record, fresh), known)
        except ConfigError as error:
            self._warnings[config.name] = f"server '{config.name}': {error.message}; later changes go unnoticed"
            self._unwritten[config.name] = with_first_seen(self._record(config), fresh)
            return self._unwritten[config.name]
        self._read_at[config.name] = self._store.stamp(config)
        return record

    def _change(
        self, config: ServerConfig, step: Callable[[Record | None], Record], definitions: Iterable[Definition]
    ) -> None:
        try:
            self._store.change(config, step, {each.digest: as_json(each) for each in definitions})
        except DamagedError as error:
            hint = f"Approve the server as a whole, which begins a new record: ptc servers approve {config.name}"
            raise ConfigError(str(error), hint=hint) from error


def _held(config: ServerConfig, key: str, reason: HeldReason) -> HeldBack:
    return HeldBack(server=config.name, tool=tool_of(key), reason=reason)


def _without(listing: ServerListing, held: Collection[HeldBack]) -> Cleared:
    if not held:
        return Cleared(listing=listing)
    names = {each.tool for each in held}
    tools = tuple(tool for tool in listing.tools if tool.name not in names)
    instructions = "" if None in names else listing.instructions
    return Cleared(listing=replace(listing, tools=tools, instructions=instructions), held=tuple(held))


def _news(config: ServerConfig, keys: Collection[str]) -> str:
    names = [tool_of(key) or "instructions" for key in keys]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"server '{config.name}' is pinned with what it has now and had not: {', '.join(names[:_MOST_NAMED])}{more}"
