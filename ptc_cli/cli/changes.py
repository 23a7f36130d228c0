"""Noticing that the configuration changed while a prompt is open whose engine is in the daemon."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from ptc_cli.cli.invocation import Invocation
from ptc_cli.console import talk
from ptc_cli.core.errors import ConfigError
from ptc_cli.daemon.memory import Stamp, stamps
from ptc_cli.daemon.place import Place


class Changes:
    """Which daemon fits, as the configuration is now."""

    def __init__(self, invocation: Invocation, place: Place, name: str, seen: Mapping[str, Stamp]) -> None:
        """Begin with the daemon that fitted when all that was looked at was as seen."""
        self._invocation = invocation
        self._place = place
        self._name = name
        self._seen = seen

    def news(self) -> str | None:
        """Return the name of the daemon that fits now, if it is not the one that did; broken files change nothing."""
        now = stamps(self._seen)
        if now == self._seen:
            return None
        from ptc_cli.cli.fitting import fitting  # costs 40 ms, and few prompts see a change

        self._seen = now
        try:
            fits = fitting(self._invocation, self._place)
        except ConfigError as error:
            talk.error(sys.stderr, f"the changed configuration is not applied: {error.message}", error.hint)
            return None
        self._seen = fits.seen
        if fits.name == self._name:
            return None
        self._name = fits.name
        for message in fits.settings.warnings:
            talk.warning(sys.stderr, message)
        return fits.name
