"""What of a run is on the screen: its output at once, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from ptc_cli.console import talk
from ptc_cli.console.terminal import is_terminal, one_line, write, write_output

if TYPE_CHECKING:
    from ptc_cli.core.event import Happening

_STATUS_CHARACTERS = 78
_SHOWN_LEVELS = ("error", "critical", "alert", "emergency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """Where a run is shown."""

    out: TextIO
    err: TextIO


class Shown:
    """Draws a run as it goes."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._status = _StatusLine(streams.err)
        self._started = 0
        self._finished = 0
        self._asked = 0
        self._note = ""

    def output(self, stream: str, text: str) -> None:
        """Show what the program wrote."""
        self._status.clear()
        write_output(self._streams.out if stream == "stdout" else self._streams.err, text)

    def warned(self, message: str) -> None:
        """Show a warning."""
        self._status.clear()
        talk.warning(self._streams.err, message)

    def logged(self, server: str, level: str, message: str) -> None:
        """Show what a server logs where it matters; all of it is in its log file."""
        self._status.clear()
        if level in _SHOWN_LEVELS:
            talk.note(self._streams.err, one_line(f"server '{server}' logs {level}: {message}"))

    def see(self, what: Happening) -> None:
        """Draw what happened."""
        from ptc_cli.core import event  # costs more to import than an answer of the daemon's takes

        match what:
            case event.Output(stream=stream, text=text):
                self.output(stream, text)
            case event.Warned(message=message):
                self.warned(message)
            case event.Asked() | event.Inquired():
                self._status.clear()
                self._asked += 1
            case event.Answered() | event.Replied():
                self._asked -= 1
            case event.Logged(server=server, level=level, message=message):
                self.logged(server, level, message)
            case event.CallStarted():
                self._started += 1
                self._draw()
            case event.CallFinished():
                self._finished += 1
                self._draw()
            case event.Progress(done=done, total=total, note=note):
                self._note = f" · {done:g}{'' if total is None else f' of {total:g}'} {note}"
                self._draw()
            case event.Checked() | event.Started() | event.Kept() | event.Finished():
                pass

    def close(self) -> None:
        """Leave nothing on the screen but what the run wrote."""
        self._status.clear()

    def _draw(self) -> None:
        if self._asked:
            return
        in_flight = self._started - self._finished
        self._status.show(f"{self._finished} calls done, {in_flight} in flight{self._note}")


class _StatusLine:
    """One line at the bottom of a terminal that is written over; nothing at all elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_shown = False

    def show(self, text: str) -> None:
        if is_terminal(self._stream):
            write(self._stream, f"\r\x1b[2K{one_line(text)[:_STATUS_CHARACTERS]}")
            self._is_shown = True

    def clear(self) -> None:
        if self._is_shown:
            write(self._stream, "\r\x1b[2K")
            self._is_shown = False
