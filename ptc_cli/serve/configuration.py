"""The configuration of a daemon, which follows its files for those of its clients that stay."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ptc_cli.core.errors import ConfigError
from ptc_cli.engine import Engine

logger = logging.getLogger(__name__)


class Configuration:
    """What holds in a daemon, and which name fits it by now.

    Whoever finds the daemon by its first name has files that say what they said when it started, so it is always the
    files that count. A client that stays compares names: another environment may give the same files another meaning.
    """

    def __init__(self, engine: Engine, name: str, fits: Callable[[], str]) -> None:
        """Begin with the name of the daemon; `fits` says which one its environment and the files give now."""
        self._engine = engine
        self._fits = fits
        self.name = name
        self.applied = ""
        """What the last change was, in one line."""

    def follow(self) -> None:
        """Apply the files if they were touched; broken ones change nothing."""
        try:
            found = self._engine.reload()
            if found is not None:
                self.name, self.applied = self._fits(), found.summary
                logger.info("configuration applied: %s", found.summary)
        except ConfigError as error:
            logger.warning("the changed configuration is not applied: %s", error.message)
