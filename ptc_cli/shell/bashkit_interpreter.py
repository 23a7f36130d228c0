"""bashkit as the interpreter. Each script has a fresh one, which sees mirrors of the tree and our own commands."""

from __future__ import annotations

import re
import shlex
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

from bashkit import Bash, BuiltinContext, BuiltinResult

from ptc_cli.shell.command import Command, Invocation, Output, OutOfTimeError
from ptc_cli.shell.facts import OWNER
from ptc_cli.shell.interpreter import Interpretation, Script
from ptc_cli.shell.mirror import Mirrors, empty

_MOST_COMMANDS = 100_000
_MOST_LOOPS = 100_000
_HOST_NAME = "ptc"
_INPUT = "__input"
"""How a command that we wrap is handed its input inside."""

_SYNTAX_ERROR = re.compile(r"^parse error(?: at line (\d+), column \d+)?: ")
_LIMIT = re.compile(r"^(?:execution error: )?(?:resource limit exceeded|budget validation failed): ?")

Builtin = Callable[[BuiltinContext], BuiltinResult]


class BashkitInterpreter:
    """Run scripts in bashkit."""

    def __init__(self) -> None:
        self._mirrors = Mirrors()

    def run(self, script: Script) -> Interpretation:
        """Run a script to its end or its deadline."""
        bash = self._bash(script, script.commands)
        result = bash.execute_sync(script.text)
        state = bash.shell_state()
        stderr, exit_code = result.stderr, result.exit_code
        if result.error and _SYNTAX_ERROR.match(result.error):
            stderr, exit_code = _syntax_error(result.error), 2
        limit = result.error if result.error and _LIMIT.match(result.error) else None
        return Interpretation(
            stdout=result.stdout,
            stderr="" if limit and stderr.strip() == limit else stderr,
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
                read_foreign=context.fs.read_file,
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
        bash = self._bash(replace(script, cwd=invocation.cwd, env=invocation.env), others, extra)
        _share_descriptors(bash, invocation, args)
        return _in_thread(bash, text)


def _guarded(command: Command, invocation: Invocation) -> Output:
    """Run a command of ours. Whatever goes wrong stays inside: bashkit would print the exception's text."""
    try:
        return command(invocation)
    except OutOfTimeError:
        return Output(stderr=f"{invocation.name}: stopped: out of time\n", exit_code=124)
    except RecursionError:
        return Output(stderr=f"{invocation.name}: stopped: nested too deeply\n", exit_code=2)


def _share_descriptors(bash: Bash, invocation: Invocation, args: tuple[str, ...]) -> None:
    """Show a process substitution's file, such as `/dev/fd/63`, to the second interpreter too."""
    descriptors = [arg for arg in args if arg.startswith("/dev/fd/")]
    if not descriptors:
        return
    files = empty()
    for path in descriptors:
        files.write_file(path.removeprefix("/dev/fd"), invocation.read_foreign(path))
    bash.mount("/dev/fd", files, read_only=True)


def _in_thread(bash: Bash, text: str) -> Output:
    """Run a script while another interpreter runs on this thread, where a second one would panic."""
    outputs: list[Output] = []

    def work() -> None:
        result = bash.execute_sync(text)
        outputs.append(Output(stdout=result.stdout, stderr=result.stderr, exit_code=result.exit_code))

    thread = threading.Thread(target=work, name="ptc-shell-native", daemon=True)
    thread.start()
    thread.join()
    return outputs[0] if outputs else Output(stderr="the interpreter broke\n", exit_code=70)


def _syntax_error(error: str) -> str:
    match = _SYNTAX_ERROR.match(error)
    line = match.group(1) if match and match.group(1) else "1"
    return f"bash: -c: line {line}: {_SYNTAX_ERROR.sub('', error)}\n"
