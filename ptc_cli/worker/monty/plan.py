"""What the host asks of the process around monty when it starts it."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to begin."""

    packages: tuple[str, ...]
    """Folders to import `pydantic_monty`, and what it needs, from."""

    binary: str
    """The interpreter."""

    channel: int | None
    """Descriptor of the socket to the host; None to try everything once, and say on standard output what holds."""

    lifeline: int | None
    """Descriptor that closes with this process, and with no other: so the host hears of its end."""

    layers: tuple[str, ...]
    """What has to hold, or nothing runs."""

    @classmethod
    def parse(cls, text: str) -> Plan:
        """Return the plan that a JSON text holds."""
        data = json.loads(text)
        return cls(
            packages=tuple(data["packages"]),
            binary=data["binary"],
            channel=data["channel"],
            lifeline=data["lifeline"],
            layers=tuple(data["layers"]),
        )
