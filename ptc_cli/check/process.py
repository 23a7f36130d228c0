"""One checker process, seen from outside: started, asked one thing at a time, ended."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import sys
from pathlib import Path

from ptc_cli.check.wire import Boot, Check, Checked, Failed, Ready, Reply, Request, Update, Updated, pack, unpack_reply
from ptc_cli.core.errors import CheckerError

BOOT_SECONDS = 120.0
PATIENCE_SECONDS = 25.0
"""By the clock, for a process that cannot compute; one that computes too long ends by itself."""

_LINE_BYTES = 64 << 20
_COMPUTED_TOO_LONG = -signal.SIGPROF if hasattr(signal, "SIGPROF") else None

_BOOTSTRAP = (
    "import gc, sys; gc.disable(); folder = sys.argv[1]; folder in sys.path or sys.path.insert(0, folder); "
    "from ptc_cli.check.inside.main import main; main()"
)
"""`-m` would not find the package of a checkout: `-I` leaves out both PYTHONPATH and the working directory. Cycles are
looked for once it has booted: before that, a tenth of the time would go into it."""


class CheckTimeoutError(Exception):
    """The process did not answer in time, and has been ended."""


class ProcessEndedError(Exception):
    """The process ended instead of answering."""


class CheckerProcess:
    """A process that has booted."""

    def __init__(self, process: asyncio.subprocess.Process, ready: Ready) -> None:
        self._process = process
        self._numbers = itertools.count(1)
        self.ready = ready
        self.checks = 0
        self.memory_bytes = 0
        self.idle_entries = 0
        self.is_outdated = False

    @classmethod
    async def start(cls, boot: Boot) -> CheckerProcess:
        """Start a process, and have it hold stubs.

        Raises:
            CheckerError: It does not start.
        """
        process = await _spawn()
        try:
            body = await _exchange(process, Request(body=boot), seconds=BOOT_SECONDS)
        except (CheckTimeoutError, ProcessEndedError) as error:
            raise CheckerError(f"the type checker does not start: {error}", hint="Try: ptc doctor") from error
        except asyncio.CancelledError:
            await _end(process)
            raise
        if not isinstance(body, Ready):
            raise _out_of_turn(body)
        return cls(process, body)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.returncode is None

    async def check(self, request: Check) -> Checked:
        """Check a program. Nothing else may be asked until the answer is there.

        Raises:
            CheckTimeoutError: The check took too long.
            ProcessEndedError: The check ended the process.
        """
        body = await self._asked(request)
        if not isinstance(body, Checked):
            raise _out_of_turn(body)
        self.checks += 1
        self.memory_bytes = body.memory_bytes
        self.idle_entries = body.idle_entries
        self.is_outdated = body.is_outdated
        return body

    async def update(self, request: Update) -> None:
        """Change some of the stubs.

        Raises:
            CheckTimeoutError: It took too long.
            ProcessEndedError: It ended the process.
        """
        body = await self._asked(request)
        if not isinstance(body, Updated):
            raise _out_of_turn(body)

    async def _asked(self, body: Check | Update) -> object:
        request = Request(body=body, number=next(self._numbers))
        return await _exchange(self._process, request, seconds=PATIENCE_SECONDS)

    async def close(self) -> None:
        """End the process, and wait until it is gone."""
        await _end(self._process)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _exchange(process: asyncio.subprocess.Process, request: Request, *, seconds: float) -> object:
    try:
        async with asyncio.timeout(seconds):
            reply = await _send(process, request)
    except TimeoutError as error:
        await _end(process)
        raise CheckTimeoutError(f"no answer within {seconds:g} s") from error
    except (ConnectionError, ValueError) as error:
        await _end(process)
        if process.returncode == _COMPUTED_TOO_LONG:
            raise CheckTimeoutError("it computed for too long") from error
        raise ProcessEndedError(str(error)) from error
    if isinstance(reply.body, Failed) or reply.number != request.number:
        # The answer to another request would be another program's verdict.
        await _end(process)
        raise ProcessEndedError(reply.body.message if isinstance(reply.body, Failed) else "it answered out of turn")
    return reply.body


async def _send(process: asyncio.subprocess.Process, request: Request) -> Reply:
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise ConnectionError("no pipes")
    process.stdin.write(pack(request))
    await process.stdin.drain()
    line = await process.stdout.readline()
    if not line.endswith(b"\n"):
        said = (await process.stderr.read(4096)).decode("utf-8", "replace").strip()
        raise ConnectionError(f"it ended with status {await process.wait()}{': ' if said else ''}{said}")
    return unpack_reply(line)


async def _spawn() -> asyncio.subprocess.Process:
    folder = str(Path(__file__).parents[2])
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-c",
            _BOOTSTRAP,
            folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=_environment(),
            cwd="/",
            limit=_LINE_BYTES,
            start_new_session=True,
        )
    except OSError as error:
        raise CheckerError(f"the type checker does not start: {error}", hint="Try: ptc doctor") from error


def _environment() -> dict[str, str]:
    """Return the few variables that a checker needs: it is given programs, and must hold no secrets."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "PATH": os.defpath}


def _out_of_turn(body: object) -> CheckerError:
    return CheckerError(f"the type checker answered out of turn: {type(body).__name__}")
