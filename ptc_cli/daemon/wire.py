"""What goes over a daemon's socket: HTTP/1.0, so that an answer is its head, then everything up to the end.

`http.client` would do, but for `email`, which it imports: that takes longer than most answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ptc_cli.core.errors import AuthorisationError, PtcError, ToolNotFoundError, UpstreamError
from ptc_cli.daemon.errors import DaemonError, DaemonLostError

if TYPE_CHECKING:
    from ptc_cli.core.catalog import Door
    from ptc_cli.core.jsonvalue import JsonObject

Method = Literal["GET", "POST", "DELETE"]

EVENTS = "text/event-stream"
JSON = "application/json"

SILENCE_SECONDS = 60.0
"""Four times as long as a daemon is ever silent while it sends events."""

_SAID_BY_THE_ENGINE = (404, 500, 503)
"""Statuses of what could not be done. Others refuse the request itself: it was never looked at by the engine."""

_ERRORS: Mapping[int, type[PtcError]] = {
    each.exit_code: each for each in (ToolNotFoundError, UpstreamError, AuthorisationError)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who asks."""

    door: Door
    client: str
    """An id that no other client has: what one keeps in the daemon is nobody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How an answer begins."""

    status: int
    fields: Mapping[str, str]

    @classmethod
    def of(cls, lines: Sequence[bytes]) -> Head:
        """Return the head that lines say, the first of which is the status line."""
        first = lines[0].split(b" ", 2)
        fields = {}
        for line in lines[1:]:
            name, _, value = line.decode("latin-1").partition(":")
            fields[name.strip().lower()] = value.strip()
        return cls(status=int(first[1]) if len(first) > 1 and first[1].isdigit() else 0, fields=fields)

    @property
    def run(self) -> str:
        """The id of the run whose events follow."""
        return self.fields.get("ptc-run", "")

    def json(self, content: bytes) -> JsonObject:
        """Return what follows, which is an object, or nothing where there is no content.

        Raises:
            DaemonLostError: It is not all there, or something else.
        """
        if len(content) != int(self.fields.get("content-length", len(content))):
            raise lost("its answer breaks off")
        try:
            value = json.loads(content or b"{}")
        except ValueError as error:
            raise lost("its answer is not JSON") from error
        if not isinstance(value, dict):
            raise lost("its answer is not an object")
        return value

    def refusal(self, content: bytes) -> PtcError:
        """Return what an answer says that is an error."""
        said = self.json(content).get("error")
        if self.status not in _SAID_BY_THE_ENGINE or not isinstance(said, dict):
            return DaemonError(f"the daemon refuses the request (status {self.status}): {said}")
        return _ERRORS.get(said["exit_code"], PtcError)(said["message"], hint=said["hint"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event as it came."""

    kind: str
    """The class name of what happened."""

    text: str
    """The whole event as JSON."""


class EventLines:
    """Makes events of the lines that say them (SSE)."""

    def __init__(self) -> None:
        self._kind = ""

    def take(self, line: bytes) -> Happened | None:
        """Take the next line, and return the event that it completes, if it does."""
        name, _, value = line.decode("utf-8", "replace").partition(": ")
        if name == "event":
            self._kind = value
        return Happened(kind=self._kind, text=value) if name == "data" else None


def request(method: Method, path: str, body: JsonObject | None, *, accept: str, sender: Sender) -> bytes:
    """Return the bytes of a request."""
    content = b"" if body is None else json.dumps(body).encode()
    head = {
        "Host": "localhost",
        "Accept": accept,
        "Content-Type": JSON,
        "Content-Length": str(len(content)),
        "Ptc-Door": sender.door,
        "Ptc-Client": sender.client,
    }
    lines = [f"{method} {path} HTTP/1.0", *(f"{name}: {value}" for name, value in head.items()), "", ""]
    return "\r\n".join(lines).encode() + content


def lost(reason: str) -> DaemonLostError:
    """Return that a daemon was lost while it worked for us."""
    return DaemonLostError(
        f"the daemon was lost: {reason}",
        hint="What had begun may have happened: `ptc runs list` shows it. `ptc daemon logs` may say more.",
    )
