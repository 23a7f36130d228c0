"""bashkit as the interpreter. Each script has a clean one, which sees mirrors of the tree and our own commands."""

from __future__ import annotations

import contextlib
import logging
import math
import re
import shlex
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bashkit import Bash, BuiltinContext, BuiltinResult, ExecResult, FileSystem, ShellState

from ptc_cli.shell.command import Command, Invocation, NoInputError, OutOfTimeError, Output
from ptc_cli.shell.facts import OWNER
from ptc_cli.shell.interpreter import Interpretation, Script
from ptc_cli.shell.mirror import Mirrors, empty
from ptc_cli.shell.overlays import Overlays
from ptc_cli.shell.ready import Bench, Pool, Ready, Setting, Work
from ptc_cli.shell.unstreamed import unstreamed

_MOST_COMMANDS = 100_000
_MOST_LOOPS = 100_000
_HOST_NAME = "ptc"
_INPUT = "__input"
"""How a command that we wrap is handed its input inside."""

_DESCRIPTORS = "/dev/fd/"
"""Where process substitutions have their files."""

_SHARED = "/__fd/"
"""Where a second interpreter is shown those files; it has a `/dev/fd` of its own, which nothing can be mounted over."""

_TIMED_OUT_STATUS = 124
_UNBOUND_STATUS = 127
"""What bash -c ends with where a variable must be set and is not."""

_TIMEOUT_STEP_SECONDS = 0.25
"""Timeouts are rounded up to this, so that scripts find an interpreter of theirs."""

_BACKGROUND = re.compile(r"(?<![&><])&(?![&>])|coproc")
"""Scripts that may leave something running."""

_LOG = logging.getLogger(__name__)

_SYNTAX_ERROR = re.compile(r"^parse error(?: at line (\d+), column \d+)?: ")
_UNBOUND = re.compile(r"^bash: line \d+: \w+: (?:unbound variable|parameter null or not set)\n\Z", re.MULTILINE)
_LIMIT = re.compile(r"^(?:execution error: )?(?:resource limit exceeded|budget validation failed): ?")

Builtin = Callable[[BuiltinContext], BuiltinResult]


class BashkitInterpreter:
    """Run scripts in bashkit."""

    def __init__(self) -> None:
        self._mirrors = Mirrors()
        self._overlays = Overlays()
        self._pool = Pool(self._ready)

    def run(self, script: Script) -> Interpretation:
        """Run a script to its end or its deadline; once more, without a command of ours that missed its input.

        The tree is read-only, so running twice changes nothing.
        """
        starved: set[str] = set()
        outcome = self._outcome(script, script.commands, starved)
        if not starved:
            return outcome
        others = {name: command for name, command in script.commands.items() if name not in starved}
        return self._outcome(script, others, set())

    def _outcome(self, script: Script, commands: Mapping[str, Command], starved: set[str]) -> Interpretation:
        ready = self._pool.take(_setting(script, commands))
        ready.bench.work = Work(script=script, commands=commands, starved=starved)
        written: list[tuple[str, str]] = []
        mounted = self._mount(ready.bash, script)
        result = ready.bash.execute_sync(unstreamed(script.text), on_output=lambda *chunks: written.append(chunks))
        outcome = _outcome(result, written, ready.bash.shell_state())
        if outcome.stopped is None and not _BACKGROUND.search(script.text):
            self._clear(ready, mounted)
        return outcome

    def close(self) -> None:
        """Let go of what is kept for the next script."""
        self._pool.close()

    def _clear(self, ready: Ready, mounted: list[str]) -> None:
        for path in reversed(mounted):
            ready.bash.unmount(path)
        self._pool.give_back(ready)

    def _mount(self, bash: Bash, script: Script) -> list[str]:
        """Mount what stands beside the tree for this script, and return where."""
        mounts = self._overlays.of(script)
        for path, files in mounts:
            bash.mount(path, files, read_only=True)
        return [path for path, _ in mounts]

    def _ready(self, setting: Setting) -> Ready:
        bench = Bench()
        builtins = {name: self._builtin(bench, name) for name in setting.names}
        bash = Bash(
            username=OWNER,
            hostname=_HOST_NAME,
            cwd=setting.cwd,
            env=dict(setting.env),
            readonly_filesystem=True,
            timeout_seconds=setting.timeout_seconds,
            max_commands=_MOST_COMMANDS,
            max_loop_iterations=_MOST_LOOPS,
            custom_builtins={
                **builtins,
                _INPUT: lambda _: BuiltinResult(bench.work.stdin if bench.work else "", "", 0),
            },
        )
        bash.mount(setting.mount, self._mirrors.of(setting.tree), read_only=True)
        return Ready(setting=setting, bash=bash, bench=bench)

    def _builtin(self, bench: Bench, name: str) -> Builtin:
        """Return a command as bashkit calls it."""

        def call(context: BuiltinContext) -> BuiltinResult:
            work = bench.work
            if work is None:
                return BuiltinResult("", f"{name}: the script is over\n", 1)
            output = _guarded(work, self._invocation(context, work))
            return BuiltinResult(output.stdout, output.stderr, output.exit_code)

        return call

    def _invocation(self, context: BuiltinContext, work: Work) -> Invocation:
        return Invocation(
            name=context.name,
            args=tuple(context.argv),
            stdin=context.stdin,
            cwd=context.cwd,
            env=context.env,
            root=work.script.root,
            read_foreign=lambda path: _read(context.fs, path),
            native=lambda inner, args: self._native(work, inner, args),
            now=work.script.now,
            deadline=work.script.deadline,
        )

    def _native(self, work: Work, invocation: Invocation, args: tuple[str, ...]) -> Output:
        """Run bashkit's own form of a command: in a second interpreter, in which ours does not stand before it."""
        others = {name: command for name, command in work.commands.items() if name != invocation.name}
        shared = dict(_shared(invocation, args))
        text = shlex.join(
            [invocation.name, *(_SHARED + arg.removeprefix(_DESCRIPTORS) if arg in shared else arg for arg in args)]
        )
        if invocation.stdin is not None:
            text = f"{_INPUT} | {text}"
        script = replace(work.script, text=text, cwd=invocation.cwd, env=invocation.env)
        inner = Work(script=script, commands=others, stdin=invocation.stdin or "", starved=work.starved)
        return _in_thread(lambda: self._run_native(inner, shared))

    def _run_native(self, work: Work, shared: Mapping[str, bytes]) -> Output:
        ready = self._pool.take(_setting(work.script, work.commands))
        ready.bench.work = work
        mounted = self._mount(ready.bash, work.script)
        if shared:
            ready.bash.mount(_SHARED, _files(shared), read_only=True)
            mounted.append(_SHARED)
        result = ready.bash.execute_sync(work.script.text)
        if not result.error:
            self._clear(ready, mounted)
        stdout, stderr = (
            text.replace(_SHARED, _DESCRIPTORS) if shared else text for text in (result.stdout, result.stderr)
        )
        return Output(stdout=stdout, stderr=stderr, exit_code=result.exit_code)


def _setting(script: Script, commands: Mapping[str, Command]) -> Setting:
    steps = math.ceil(script.deadline.remaining_seconds / _TIMEOUT_STEP_SECONDS)
    return Setting(
        tree=script.tree,
        mount=script.mount,
        cwd=script.cwd,
        env=frozenset(script.env.items()),
        names=frozenset(commands),
        timeout_seconds=max(1, steps) * _TIMEOUT_STEP_SECONDS,
    )


def _outcome(result: ExecResult, written: list[tuple[str, str]], state: ShellState) -> Interpretation:
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


def _files(contents: Mapping[str, bytes]) -> FileSystem:
    files = empty()
    for path, content in contents.items():
        files.write_file(f"/{path.removeprefix(_DESCRIPTORS)}", content)
    return files


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


def _guarded(work: Work, invocation: Invocation) -> Output:
    """Run a command of ours. Whatever goes wrong stays inside: bashkit would print the exception's text."""
    try:
        return work.commands[invocation.name](invocation)
    except NoInputError:
        work.starved.add(invocation.name)
        return Output(exit_code=1)
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
