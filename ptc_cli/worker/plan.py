"""What the host asks of a worker when it starts it."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to build once, for every program to come."""

    control: int
    """Descriptor of the socket to the host."""

    use_namespaces: bool
    readable: tuple[str, ...]
    """Host paths that programs may read: the standard library, shared libraries, configured packages."""

    packages: tuple[str, ...]
    """Folders to import from, beside the standard library."""

    preload: tuple[str, ...]
    """Modules to import once for all programs."""

    orjson: str | None
    """Folder of the orjson package, for our own use; None where there is none."""

    @classmethod
    def parse(cls, text: str) -> Plan:
        """Return the plan that a JSON text holds."""
        data = json.loads(text)
        return cls(
            control=data["control"],
            use_namespaces=data["use_namespaces"],
            readable=tuple(data["readable"]),
            packages=tuple(data["packages"]),
            preload=tuple(data["preload"]),
            orjson=data["orjson"],
        )
