"""bashkit as the interpreter. Each script has a fresh one, which sees mirrors of the tree and our own commands."""

from __future__ import annotations

import contextlib
import logging
import re
import shlex
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bashkit import Bash, BuiltinContext, BuiltinResult, FileSystem

from ptc_cli.shell.command import Command, Invocation, OutOfTimeError, Output
from ptc_cli.shell.facts import OWNER
from ptc_cli.shell.interpreter import Interpretation, Script
from ptc_cli.shell.mirror import Mirrors, empty

_MOST_COMMANDS = 100_000
_MOST_LOOPS = 100_000
_HOST_NAME = "ptc"
_INPUT = "__input"
"""How a command that we wrap is handed its input inside."""

_DESCRIPTORS = "/dev/fd/"
"""Where process substitutions have their files, which a second interpreter must be shown too."""

_TIMED_OUT_STATUS = 124
_UNBOUND_STATUS = 127
"""What bash -c ends with where a variable must be set and is not."""

_LOG = logging.getLogger(__name__)

_SYNTAX_ERROR = re.compile(r"^parse error(?: at line (\d+), column \d+)?: ")
_UNBOUND = re.compile(r"^bash: line \d+: \w+: (?:unbound variable|parameter null or not set)\n\Z", re.MULTILINE)
_LIMIT = re.compile(r"^(?:execution error: )?(?:resource limit exceeded|budget validation failed): ?")

Builtin = Callable[[BuiltinContext], BuiltinResult]


class BashkitInterpreter:
    """Run scripts in bashkit."""

    def __init__(self) -> None:
        self._mirrors = Mirrors()

    def run(self, script: Script) -> Interpretation:
        """Run a script to its end or its deadline."""
        bash = self._bash(script, script.commands)
        written: list[tuple[str, str]] = []
        result = bash.execute_sync(script.text, on_output=lambda *chunks: written.append(chunks))
        state = bash.shell_state()
        stdout, stderr, exit_code = result.stdout, result.stderr, result.exit_code
        if result.error and _SYNTAX_ERROR.match(result.error):
            stderr, exit_code = _syntax_error(result.error), 2
        if exit_code == 1 and _UNBOUND.search(stderr):
            exit_code = _UNBOUND_STATUS
        limit = result.error if result.error and _LIMIT.match(result.error) else None
        if limit:
            # What came before the limit is no longer in the result.
            stdout, stderr = ("".join(parts) for parts in zip(*written, strict=True)) if written else ("", "")
            exit_code = _TIMED_OUT_STATUS if "timeout" in limit else exit_code
        return Interpretation(
            stdout=stdout,
            stderr=stderr,
            exit_code=exit_code,
            cwd=state.cwd,
            exported=dict(state.env),
            stopped=_LIMIT.sub("", limit) if limit else None,
            is_truncated=result.stdout_truncated or result.stderr_truncated,
        )

    def _bash(
        self, script: Script, commands: Mapping[str, Command], extra: Mapping[str, Builtin] | None = None
    ) -> Bash:
        builtins = {name: self._builtin(script, commands, command) for name, command in commands.items()}
        bash = Bash(
            username=OWNER,
            hostname=_HOST_NAME,
            cwd=script.cwd,
            env=dict(script.env),
            readonly_filesystem=True,
            timeout_seconds=max(0.001, script.deadline.remaining_seconds),
            max_commands=_MOST_COMMANDS,
            max_loop_iterations=_MOST_LOOPS,
            custom_builtins={**builtins, **(extra or {})},
        )
        for mirror in self._mirrors.of(script.tree, script.mount):
            bash.mount(mirror.path, mirror.files, read_only=True)
        return bash

    def _builtin(self, script: Script, commands: Mapping[str, Command], command: Command) -> Builtin:
        """Return a command as bashkit calls it; a closure over its own `Bash` would never be freed."""

        def call(context: BuiltinContext) -> BuiltinResult:
            invocation = Invocation(
                name=context.name,
                args=tuple(context.argv),
                stdin=context.stdin,
                cwd=context.cwd,
                env=context.env,
                root=script.root,
                read_foreign=lambda path: _read(context.fs, path),
                native=lambda inner, args: self._native(script, commands, inner, args),
                now=script.now,
                deadline=script.deadline,
            )
            output = _guarded(command, invocation)
            return BuiltinResult(output.stdout, output.stderr, output.exit_code)

        return call

    def _native(
        self, script: Script, commands: Mapping[str, Command], invocation: Invocation, args: tuple[str, ...]
    ) -> Output:
        """Run bashkit's own form of a command: in a second interpreter, in which ours does not stand before it."""
        others = {name: command for name, command in commands.items() if name != invocation.name}
        text = shlex.join([invocation.name, *args])
        extra: dict[str, Builtin] = {}
        if invocation.stdin is not None:
            text = f"{_INPUT} | {text}"
            extra[_INPUT] = lambda _: BuiltinResult(invocation.stdin or "", "", 0)
        shared = dict(_shared(invocation, args))
        inner = replace(script, cwd=invocation.cwd, env=invocation.env)
        return _in_thread(lambda: self._run_native(inner, text, others, extra, shared))

    def _run_native(
        self,
        script: Script,
        text: str,
        commands: Mapping[str, Command],
        extra: Mapping[str, Builtin],
        shared: Mapping[str, bytes],
    ) -> Output:
        bash = self._bash(script, commands, extra)
        if shared:
            files = empty()
            for path, content in shared.items():
                files.write_file(path.removeprefix(_DESCRIPTORS.rstrip("/")), content)
            bash.mount(_DESCRIPTORS.rstrip("/"), files, read_only=True)
        result = bash.execute_sync(text)
        return Output(stdout=result.stdout, stderr=result.stderr, exit_code=result.exit_code)


def _read(files: FileSystem, path: str) -> bytes:
    try:
        return files.read_file(path)
    except RuntimeError as error:
        # bashkit raises nothing narrower, for whatever went wrong.
        raise FileNotFoundError(path) from error


def _shared(invocation: Invocation, args: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for arg in args:
        if arg.startswith(_DESCRIPTORS):
            with contextlib.suppress(FileNotFoundError):
                yield arg, invocation.read_foreign(arg)


def _guarded(command: Command, invocation: Invocation) -> Output:
    """Run a command of ours. Whatever goes wrong stays inside: bashkit would print the exception's text."""
    try:
        return command(invocation)
    except OutOfTimeError:
        return Output(stderr=f"{invocation.name}: stopped: out of time\n", exit_code=124)
    except Exception:  # noqa: BLE001 - a command that breaks must not take the script down
        _LOG.exception("command %s broke", invocation.name)
        return Output(stderr=f"{invocation.name}: internal error\n", exit_code=70)


def _in_thread(run: Callable[[], Output]) -> Output:
    """Run a second interpreter while the first runs on this thread, where bashkit would panic."""
    outputs: list[Output] = []
    thread = threading.Thread(target=lambda: outputs.append(run()), name="ptc-shell-native", daemon=True)
    thread.start()
    thread.join()
    return outputs[0] if outputs else Output(stderr="the interpreter broke\n", exit_code=70)


def _syntax_error(error: str) -> str:
    match = _SYNTAX_ERROR.match(error)
    line = match.group(1) if match and match.group(1) else "1"
    return f"bash: -c: line {line}: {_SYNTAX_ERROR.sub('', error)}\n"
