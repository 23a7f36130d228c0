"""What a changed configuration changes while the engine runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ptc_cli.core.server import ServerConfig
from ptc_cli.core.settings import Settings

_AT_START = ("sandbox", "journal", "stubs", "serve")
"""Tables that are read once: what was made after them is not made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """How a configuration differs from the one that held before."""

    settings: Settings
    """What holds now."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    """Tables that changed too and take effect when ptc is started again."""

    @property
    def summary(self) -> str:
        """The same in one line."""
        return "; ".join(self._parts()) or "nothing that matters here"

    def _parts(self) -> Iterator[str]:
        for word, names in (("added", self.added), ("removed", self.removed), ("changed", self.changed)):
            if names:
                yield f"{word} {', '.join(names)}"
        if self.waiting:
            yield f"{', '.join(f'[{name}]' for name in self.waiting)} takes effect at the next start"


def reload(before: Settings, after: Settings) -> Reload:
    """Return what becomes of the settings that hold when the files say something else."""
    old, new = ({server.name: server for server in each.servers} for each in (before, after))
    held = {name: getattr(before, name) for name in _AT_START}
    return Reload(
        settings=replace(after, **held),
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=tuple(name for name in new if name in old and _without_place(new[name]) != _without_place(old[name])),
        waiting=tuple(name for name in _AT_START if getattr(after, name) != held[name]),
    )


def _without_place(config: ServerConfig) -> ServerConfig:
    return replace(config, origin=replace(config.origin, line=None))
