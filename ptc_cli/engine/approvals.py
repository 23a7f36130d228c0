"""What persons approved for good: written into their own configuration, or else into the state folder."""

from __future__ import annotations

from pathlib import Path

from ptc_cli.config import GrantStore, TrustStore, set_approved
from ptc_cli.config.search import USER_FILE
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.server import ServerConfig, ToolSpec, approval
from ptc_cli.core.settings import Folders
from ptc_cli.policy import Standing


class Approvals:
    """The approvals that hold. Each is of a tool as it was: one that changed is asked for again."""

    def __init__(self, folders: Folders) -> None:
        self._grants = GrantStore(folders.state)
        self._trust = TrustStore(folders.state)
        self._own_file = Path(folders.config) / USER_FILE
        self._made: set[str] = set()
        """Written into the configuration by this process, which does not read it again."""

    def __call__(self, config: ServerConfig, spec: ToolSpec) -> Standing:
        """Return how a tool stands."""
        now, written = approval(config, spec), config.tool(spec.name).approved
        grants = self._grants.usable()
        if now in self._made or now == written or now in grants:
            return "approved"
        before = any((each.server, each.tool) == (config.name, spec.name) for each in grants.values())
        return "changed" if before or written is not None else "none"

    def remember(self, config: ServerConfig, spec: ToolSpec) -> str:
        """Write down that a tool is approved as it is now; return a sentence that says where, or why not."""
        path = f"{config.name}.{spec.name}"
        if config.transport == "local":
            return f"'{path}' is allowed for this run; functions of the host program are not remembered"
        try:
            where = self._written(config, spec)
        except ConfigError as error:
            return f"'{path}' is allowed for this run, and could not be remembered: {error}"
        return f"'{path}' is allowed from now on, as it is now ({where}); forget it with: ptc servers revoke {path}"

    def _written(self, config: ServerConfig, spec: ToolSpec) -> Path:
        if Path(config.origin.path) != self._own_file.resolve():
            self._grants.add(config, spec)
            return self._grants.path
        now = approval(config, spec)
        set_approved(self._own_file, config.name, spec.name, now, trust=self._trust)
        self._made.add(now)
        return self._own_file
