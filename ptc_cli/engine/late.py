"""What an engine imports and makes when it is first wanted: listing tools answers in a blink, where nothing runs."""

from __future__ import annotations

import asyncio
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ptc_cli.core.errors import PtcError

if TYPE_CHECKING:
    from ptc_cli.check.checker import Checker
    from ptc_cli.core.backend import Backend
    from ptc_cli.core.catalog import View
    from ptc_cli.core.layers import Layers
    from ptc_cli.core.settings import Folders, SandboxSettings
    from ptc_cli.engine.explore import Explorers


class Late:
    """Checker, sandbox, and the trees that callers explore."""

    def __init__(self, settings: SandboxSettings, folders: Folders) -> None:
        self._settings = settings
        self._folders = folders
        self._layers: asyncio.Task[Layers] | None = None

    @cached_property
    def checker(self) -> Checker:
        """What checks programs."""
        from ptc_cli.check.checker import Checker
        from ptc_cli.codegen import runtime_stub

        cache = Path(self._folders.cache) / "checker"
        return Checker(cache=cache, runtime_stub=runtime_stub, python=self._settings.python)

    @cached_property
    def backend(self) -> Backend:
        """What runs them."""
        from ptc_cli.sandbox import open_backend

        return open_backend(self._settings, folders=self._folders)

    @cached_property
    def explorers(self) -> Explorers:
        """The trees, and the shells over them."""
        from ptc_cli.engine.explore import Explorers

        return Explorers()

    async def layers(self) -> Layers:
        """Start the sandbox if need be, and say what holds programs.

        Raises:
            SandboxUnavailableError: No sandbox as strong as required can be built here.
        """
        backend = self.backend
        if self._layers is None or (self._layers.done() and self._layers.exception() is not None):
            self._layers = asyncio.create_task(backend.start())
        return await asyncio.shield(self._layers)

    async def warm(self, view: View) -> None:
        """Have checker and sandbox ready before the first program comes; what fails will be said then."""
        await self.checker.prepare(view)
        try:
            await self.layers()
            await self.backend.prewarm(2)
        except PtcError:
            return

    async def close(self) -> None:
        """End what was made."""
        made = vars(self)
        await asyncio.gather(*(made[name].close() for name in ("checker", "backend") if name in made))
        if "explorers" in made:
            self.explorers.close()
