"""The shell: one command in, what it wrote out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ptc_cli.core.result import cut_text
from ptc_cli.core.tree import Node, Tree
from ptc_cli.shell import lookup, second_run
from ptc_cli.shell.bashkit_interpreter import BashkitInterpreter
from ptc_cli.shell.command import Deadline
from ptc_cli.shell.commands import ALWAYS
from ptc_cli.shell.completion import complete
from ptc_cli.shell.facts import OWNER
from ptc_cli.shell.interpreter import Interpretation, Interpreter, Script
from ptc_cli.shell.remarks import remarks, tidy
from ptc_cli.shell.session import ShellResult, ShellSession

OUTPUT_BYTES = 30_000
"""What one command may write to each of its streams before its middle is cut."""

TIMEOUT_SECONDS = 5.0
COMMAND_BYTES = 1 << 20
"""The longest command that is looked at."""

EXPORTED_CHARACTERS = 100_000

_THREADS = 8
_OWN_VARIABLES = frozenset({"PWD", "OLDPWD", "SHLVL", "_"})


class Shell:
    """A bash over one tree. It starts no process, opens no host file and no socket, and changes nothing."""

    def __init__(
        self,
        tree: Tree,
        *,
        mount: str = "/",
        home: str | None = None,
        interpreter: Interpreter | None = None,
        clock: Callable[[], float] = time.time,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._tree = tree
        self._mount = mount
        self._home = home or mount
        self._interpreter = interpreter or BashkitInterpreter()
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="ptc-shell")

    def session(self) -> ShellSession:
        """Return a session that stands in the home directory and has exported nothing."""
        return ShellSession(cwd=self._home)

    async def run(self, command: str, session: ShellSession, overlay: Node | None = None) -> ShellResult:
        """Run one command, as `bash -c` would, without holding up the event loop.

        The entries of `overlay` stand at `/` beside the tree's own, for this command only. A directory among them is
        copied once for as long as it is the same object.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self.run_blocking, command, session, overlay)

    def run_blocking(self, command: str, session: ShellSession, overlay: Node | None = None) -> ShellResult:
        """Run one command on the calling thread."""
        refusal = _refusal(command)
        if refusal is not None:
            return ShellResult(stdout="", stderr=refusal, exit_code=2, session=session)
        return self._result(self._interpretation(self._script(command, session, overlay)), session)

    def complete(self, text: str, session: ShellSession, overlay: Node | None = None) -> list[str]:
        """Return what the last word of a command line may become."""
        return complete(text, self._root(self._tree.root, overlay), session.cwd)

    def close(self) -> None:
        """Let the threads end, and the interpreters go."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._interpreter.close()

    def _interpretation(self, script: Script) -> Interpretation:
        """Run a script, and once more where it showed messages that GNU words or orders otherwise."""
        outcome = self._interpreter.run(script)
        if not second_run.is_wanted(outcome):
            return outcome
        return self._interpreter.run(replace(script, commands=second_run.commands(script.text)))

    def _root(self, tree: Node, overlay: Node | None) -> Node:
        return lookup.overlaid(lookup.mounted(tree, self._mount), overlay)

    def _script(self, command: str, session: ShellSession, overlay: Node | None) -> Script:
        tree = self._tree.root
        root = self._root(tree, overlay)
        return Script(
            text=command,
            root=root,
            tree=tree,
            mount=self._mount,
            overlay=overlay,
            cwd=_standing(root, session.cwd, self._home),
            env={**self._variables, **session.exported},
            commands=ALWAYS,
            now=self._clock(),
            deadline=Deadline(at=time.monotonic() + self._timeout_seconds),
        )

    @property
    def _variables(self) -> Mapping[str, str]:
        return {"HOME": self._home, "LC_ALL": "C.UTF-8", "TZ": "UTC", "USER": OWNER, "PATH": "/usr/bin:/bin"}

    def _result(self, outcome: Interpretation, session: ShellSession) -> ShellResult:
        written = (tidy(outcome.stdout), tidy(outcome.stderr))
        stdout, stderr = (cut_text(text, OUTPUT_BYTES) for text in written)
        following, dropped = self._following(outcome, session)
        return ShellResult(
            stdout=stdout,
            stderr=stderr + remarks(outcome) + dropped,
            exit_code=outcome.exit_code,
            session=following,
            is_truncated=outcome.is_truncated or (stdout, stderr) != written,
        )

    def _following(self, outcome: Interpretation, session: ShellSession) -> tuple[ShellSession, str]:
        """Return the session for the next command, and what to say where it could not keep everything."""
        usual = self._variables
        exported = {
            name: value
            for name, value in outcome.exported.items()
            if name not in _OWN_VARIABLES and usual.get(name) != value
        }
        if sum(len(name) + len(value) for name, value in exported.items()) > EXPORTED_CHARACTERS:
            said = f"ptc: exported variables over {EXPORTED_CHARACTERS:,} characters are not kept\n"
            return ShellSession(cwd=outcome.cwd, exported=session.exported), said
        return ShellSession(cwd=outcome.cwd, exported=exported), ""


def _refusal(command: str) -> str | None:
    if len(command.encode("utf-8", "replace")) > COMMAND_BYTES:
        return f"ptc: the command is longer than {COMMAND_BYTES:,} bytes\n"
    if "\0" in command:
        return "ptc: the command has a NUL character\n"
    try:
        command.encode()
    except UnicodeEncodeError:
        return "ptc: the command has a lone surrogate, which no encoding can hold\n"
    return None


def _standing(root: Node, cwd: str, home: str) -> str:
    """Return where a command begins: the session's directory, or home if the tree no longer has it."""
    try:
        return cwd if lookup.find(root, "/", cwd).is_directory else home
    except OSError:
        return home
