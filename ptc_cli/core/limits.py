"""How much a run may use."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a run may use. Hitting one is said with its name and value."""

    wall_seconds: float = 120.0
    """Time while a person is asked does not count."""

    cpu_seconds: float = 30.0
    memory_bytes: int = 512 * MIB
    disk_bytes: int = 64 * MIB
    open_files: int = 64
    threads: int = 64
    calls: int = 200
    concurrent_calls: int = 100
    output_bytes: int = 64 << 10
    """Standard output and error, each, as a front door shows them."""

    kept_bytes: int = 16 * MIB
    """Standard output and error, together, as they are kept with the run; more ends the program."""

    value_bytes: int = 1 * MIB
    artifact_bytes: int = 64 * MIB
    """All files that are kept with the run together; what is over is left out, with a warning."""

    result_bytes: int = 256 * MIB
    """All results of a run's calls together."""

    def capped(self, maxima: Limits) -> Limits:
        """Return these limits with none above its maximum."""
        lower = {item.name: min(getattr(self, item.name), getattr(maxima, item.name)) for item in fields(self)}
        return replace(self, **lower)

    def above(self, maxima: Limits) -> tuple[str, ...]:
        """Return the names of those that are above their maximum."""
        return tuple(item.name for item in fields(self) if getattr(self, item.name) > getattr(maxima, item.name))
