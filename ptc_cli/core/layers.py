"""What holds a program."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingLayer:
    """A layer that this machine does not give."""

    name: str
    reason: str
    advice: str
    """What the machine's owner can do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What holds a program."""

    backend: str
    holding: tuple[str, ...]
    """Names of the layers that hold, such as `user-namespace`, `seccomp`, `landlock`."""

    missing: tuple[MissingLayer, ...] = ()

    @property
    def gaps(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Names of the missing layers by reason and advice: one refusal often costs several."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for layer in self.missing:
            key = (layer.reason, layer.advice)
            found[key] = (*found.get(key, ()), layer.name)
        return found
