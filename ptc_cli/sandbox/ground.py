"""What of this machine's files one program stands on: its workspace, and what it may read besides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ptc_cli.core.errors import SandboxError
from ptc_cli.core.execution import Execution
from ptc_cli.core.settings import Folders
from ptc_cli.sandbox.mounts import Mount, judged
from ptc_cli.sandbox.workspaces import MOST_DEPTH, MOST_ENTRIES, Workspaces, measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a process is given before it has a program."""

    disk_bytes: int
    workspace: Path | None = None
    """The folder of a named workspace; None for an empty one in memory, where there is one at all."""

    mounts: tuple[Mount, ...] = ()

    @property
    def excess(self) -> str | None:
        """In what way the named workspace is too full; None if it is not."""
        if self.workspace is None:
            return None
        usage, name = measure(self.workspace), self.workspace.name
        if usage.bytes > self.disk_bytes:
            return f"the workspace '{name}' holds {usage.bytes:,} bytes, more than {self.disk_bytes:,}"
        if not usage.is_complete:
            most = f"{MOST_ENTRIES:,} files and folders, or is nested deeper than {MOST_DEPTH}"
            return f"the workspace '{name}' holds more than {most}"
        return None


def ground(execution: Execution, *, folders: Folders | None, backend: Literal["zygote", "landlock"]) -> Ground:
    """Return what an execution asks for, made if need be.

    Raises:
        SandboxError: It asks for what it cannot have.
    """
    if backend == "landlock":
        _refuse_without_root(execution)
    if execution.workspace is None and not execution.mounts:
        return Ground(disk_bytes=execution.limits.disk_bytes)
    if folders is None:
        raise SandboxError("sandbox: nobody said where workspaces lie", hint="Open the backend with its folders.")
    private = (Path(folders.state), Path(folders.config))
    return Ground(
        disk_bytes=execution.limits.disk_bytes,
        workspace=None if execution.workspace is None else workspaces(folders).opened(execution.workspace),
        mounts=judged(execution.mounts, private=private),
    )


def workspaces(folders: Folders) -> Workspaces:
    """Return the named workspaces of a user."""
    return Workspaces(Path(folders.state) / "workspaces")


def _refuse_without_root(execution: Execution) -> None:
    if execution.mounts:
        raise SandboxError(
            "sandbox 'landlock': there is no /mnt to mount on without namespaces",
            hint="Copy the files into a workspace (--workspace NAME), or allow namespaces: `ptc doctor` says how.",
        )
    if execution.keep and execution.workspace is None:
        raise SandboxError(
            "sandbox 'landlock': there is nothing to keep, for without namespaces programs have no folder to write to",
            hint="Name a workspace: --workspace NAME.",
        )
