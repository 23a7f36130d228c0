"""What a command prints, for configuration that keeps its secrets in another program."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Mapping

from ptc_cli.config.mistakes import shown
from ptc_cli.core.errors import ConfigError

MOST_SECONDS = 60.0
"""A password manager may have to ask its user first."""

_MOST_PRINTED = 64 << 10

_HINT = "Run it by hand to see what it says."


def printed(command: str, *, environ: Mapping[str, str], cwd: str, seconds: float = MOST_SECONDS) -> str:
    """Run a command, without a shell, and return its output without the line end.

    Neither the output nor the complaints of a command that fails are shown: both may hold the secret.

    Raises:
        ConfigError: It cannot be run, fails, takes too long, or prints nothing or far too much.
    """
    words = _words(command)
    name = shown(words[0])
    status, output, is_late = _run(words, environ, cwd, seconds)
    if is_late:
        raise ConfigError(f"command {name} did not end within {seconds:g} s", hint=_HINT)
    if status != 0 and len(output) <= _MOST_PRINTED:
        raise ConfigError(f"command {name} ended with status {status}", hint=_HINT)
    try:
        text = output.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise ConfigError(f"command {name} printed what is not UTF-8", hint=_HINT) from error
    if not text or len(output) > _MOST_PRINTED:
        raise ConfigError(f"command {name} printed {'far too much' if text else 'nothing'}", hint=_HINT)
    return text


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ConfigError("a quotation mark in ${command:...} is not closed") from error
    if not words:
        raise ConfigError("${command:...} names no command")
    return words


def _run(words: list[str], environ: Mapping[str, str], cwd: str, seconds: float) -> tuple[int, bytes, bool]:
    """Return the status, as much of the output as is allowed and a byte more, and whether time ran out."""
    process = _started(words, environ, cwd)
    late = threading.Event()

    def end_late() -> None:
        late.set()
        _end(process)

    timer = threading.Timer(seconds, end_late)
    timer.start()
    with process:
        output = process.stdout.read(_MOST_PRINTED + 1) if process.stdout else b""
        if len(output) > _MOST_PRINTED:
            _end(process)
        status = process.wait()
    timer.cancel()
    return status, output, late.is_set()


def _started(words: list[str], environ: Mapping[str, str], cwd: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            words,
            env=dict(environ),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) else "not a command"
        raise ConfigError(f"command {shown(words[0])} cannot be run: {cause}", hint=_HINT) from error


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command and what it started, which may hold its output open."""
    if process.returncode is not None:
        return
    if not hasattr(os, "killpg"):
        process.kill()
        return
    # Not yet waited for, so the number is still its own; the group may be gone all the same.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
