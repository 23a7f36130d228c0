"""The engine in the daemon, asked over its socket."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import click

from ptc_cli.cli.answering import Answering
from ptc_cli.cli.invocation import TERMINATED_EXIT_CODE, TERMINATING
from ptc_cli.cli.verbs import Called, CallWanted, Ran, RunWanted, answered_kinds, somebody_decides
from ptc_cli.console import talk
from ptc_cli.console.shown import Shown, Streams
from ptc_cli.console.terminal import is_terminal, write_output
from ptc_cli.core.codec import from_json
from ptc_cli.core.errors import PtcError
from ptc_cli.daemon.client import Answer, Client
from ptc_cli.daemon.errors import DaemonError, DaemonLostError

if TYPE_CHECKING:
    from ptc_cli.core.call import ToolResult
    from ptc_cli.core.check import CheckReport
    from ptc_cli.core.jsonvalue import JsonObject
    from ptc_cli.core.program import Program
    from ptc_cli.core.result import Result

T = TypeVar("T")

_SHOWN = frozenset({"Output", "Warned", "Logged", "Asked", "Answered", "Inquired", "Replied"})
_DRAWN = frozenset({"CallStarted", "CallFinished", "Progress"})
"""What only a terminal is told of. The other events are long, and nobody is shown them."""


class There:
    """Each verb is a request or two. A `DaemonError` means that nothing was done, and nothing shown."""

    def __init__(self, client: Client, *, warn: Callable[[], None]) -> None:
        """Ask a daemon; `warn` is called once before anything is shown."""
        self._client = client
        self._warn = warn

    def check(self, programs: Sequence[Program], *, strict: bool) -> list[CheckReport]:
        """Say what is wrong with programs."""
        from ptc_cli.core.check import CheckReport

        bodies = [{"source": each.source, "name": each.name, "strict": strict} for each in programs]
        said = self._told(lambda: [self._client.ask("POST", "/v1/check", body) for body in bodies])
        for each in said:
            del each["passed"]  # which a report says of itself
        return [from_json(CheckReport, each) for each in said]

    def run(self, wanted: RunWanted, *, streams: Streams | None) -> Ran:
        """Check and run a program, shown on streams as it goes."""
        run, result = self._followed("/v1/runs", _run_body(wanted), streams, is_granted=wanted.is_granted)
        if result.status not in ("failed", "rejected"):
            return Ran(result=result, exit_code=result.exit_code)
        # Where it was not the program that failed, this says so.
        return Ran(result=result, exit_code=self._ended(run)["result"]["exit_code"])

    def call(self, wanted: CallWanted) -> Called:
        """Call one tool."""
        from ptc_cli.core.catalog import Tool

        path = f"/v1/tools/{quote(wanted.tool)}"
        tool = from_json(Tool, self._told(lambda: self._client.ask("GET", f"{path}?form=whole")))
        body = {
            "arguments": wanted.arguments(tool),
            "timeout_seconds": wanted.timeout_seconds,
            "can_ask": somebody_decides(is_granted=wanted.is_granted),
            "answers": answered_kinds(is_granted=wanted.is_granted),
        }
        run, _ = self._followed(f"{path}/calls", body, None, is_granted=wanted.is_granted)
        said = self._ended(run)
        return Called(tool=tool, returned=_returned(said), unusable=said["unusable"] and said["unusable"]["exit_code"])

    def shell(self, line: str) -> int:
        """Run one command over the tree, show what it wrote, and return its status."""
        try:
            said = self._told(lambda: self._client.ask("POST", "/v1/shell", {"command": line}))
        except DaemonError:
            raise
        except PtcError as error:
            talk.error(sys.stderr, error.message, error.hint)
            return error.exit_code
        write_output(sys.stdout, said["stdout"])
        write_output(sys.stderr, said["stderr"])
        return int(said["exit_code"])

    def _told(self, ask: Callable[[], T]) -> T:
        """Return an answer to what changes nothing, so that it may as well be asked elsewhere when it is lost."""
        try:
            with _terminable():
                said = ask()
        except DaemonLostError as error:
            raise DaemonError(error.message) from error
        except PtcError as error:
            if not isinstance(error, DaemonError):
                self._warn()
            raise
        self._warn()
        return said

    def _followed(
        self, path: str, body: JsonObject, streams: Streams | None, *, is_granted: bool
    ) -> tuple[str, Result]:
        with _terminable(), self._client.follow(path, body) as answer:
            self._warn()
            shown = None if streams is None else Shown(streams)
            try:
                with _cancelled_by_interrupt(self._client, answer.run):
                    return answer.run, self._result(answer, shown, is_granted=is_granted)
            finally:
                if shown is not None:
                    shown.close()

    def _result(self, answer: Answer, shown: Shown | None, *, is_granted: bool) -> Result:
        from ptc_cli.core.result import Result

        questions = Answering(self._client, answer, is_granted=is_granted)
        wanted = _SHOWN | _DRAWN if is_terminal(sys.stderr) else _SHOWN
        for happened in questions.between(answer.events()):
            if happened.kind == "Finished":
                return from_json(Result, json.loads(happened.text)["what"]["result"])
            if happened.kind in wanted:
                _see(json.loads(happened.text), questions, shown)
        raise DaemonLostError("the daemon was lost: it said no more")

    def _ended(self, run: str) -> JsonObject:
        """Return what a run came to.

        Raises:
            PtcError: The engine could not do its job.
        """
        try:
            return self._client.ask("GET", f"/v1/runs/{quote(run)}")
        except DaemonError as error:
            raise DaemonLostError(error.message, hint=error.hint) from error


def _see(event: JsonObject, questions: Answering, shown: Shown | None) -> None:
    what = event["what"]
    if what["kind"] == "Output" and shown is not None:
        shown.output(what["stream"], what["text"])
    elif what["kind"] == "Warned" and shown is not None:
        shown.warned(what["message"])
    elif what["kind"] not in ("Output", "Warned"):
        from ptc_cli.core.event import Event  # costs more to import than most answers take

        happened = from_json(Event, event).what
        questions.see(happened)
        if shown is not None:
            shown.see(happened)


def _run_body(wanted: RunWanted) -> JsonObject:
    return {
        "source": wanted.program.source,
        "name": wanted.program.name,
        "input": None if wanted.input is None else json.loads(wanted.input),
        "limits": dict(wanted.limits),
        "allow": list(wanted.allow),
        "deny": list(wanted.deny),
        "keep": list(wanted.keep),
        "workspace": wanted.workspace,
        "mounts": list(wanted.mounts),
        "can_ask": somebody_decides(is_granted=wanted.is_granted),
        "answers": answered_kinds(is_granted=wanted.is_granted),
    }


def _returned(said: JsonObject) -> ToolResult:
    from ptc_cli.core.call import ToolResult

    if said["returned"] is None:
        return ToolResult.failed("cancelled", "the call was cancelled")
    return from_json(ToolResult, said["returned"])


@contextmanager
def _terminable() -> Iterator[None]:
    """End in order when we are asked to: the daemon ends what nobody waits for any more."""

    def end(_: int, __: FrameType | None) -> None:
        raise click.exceptions.Exit(TERMINATED_EXIT_CODE)

    before = {number: signal.signal(number, end) for number in TERMINATING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _cancelled_by_interrupt(client: Client, run: str) -> Iterator[None]:
    """Have Ctrl-C cancel a run, whose result still comes; a second one does what it always does."""
    before = signal.getsignal(signal.SIGINT)

    def cancel(_: int, __: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        with suppress(PtcError):  # it is over, or the events will say what is wrong
            client.ask("POST", f"/v1/runs/{quote(run)}/cancel", {})

    signal.signal(signal.SIGINT, cancel)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
