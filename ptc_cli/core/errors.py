"""The errors that mean "I could not do my job". What can be expected is a value instead."""

from __future__ import annotations

from typing import ClassVar


class PtcError(Exception):
    """A job that could not be done: what it was about, what was wrong, and what to do.

    `str()` gives the message and, on its own line, the hint.
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n{self.hint}"


class ConfigError(PtcError):
    """A configuration that cannot be used; the message begins `file:line: key:` where these are known."""

    exit_code = 4


class UpstreamError(PtcError):
    """A server, or something it offers, that cannot be used."""

    exit_code = 4


class ConnectError(UpstreamError):
    """A server that could not be reached or did not speak MCP."""


class AuthorisationError(UpstreamError):
    """A server that wants the user to log in first."""

    exit_code = 7


class ToolNotFoundError(UpstreamError):
    """A server or tool that the caller's view does not have."""

    exit_code = 2


class ToolCallError(UpstreamError):
    """A call that did not come back: the transport failed or the protocol was broken."""


class QuarantinedError(UpstreamError):
    """A tool that is held back until a person approves it, such as one that changed."""


class CheckerError(PtcError):
    """The checker broke, not the program."""


class SandboxError(PtcError):
    """The sandbox broke, not the program."""

    exit_code = 4


class SandboxUnavailableError(SandboxError):
    """No sandbox as strong as asked for can be built on this machine."""


class WorkerError(SandboxError):
    """A worker process that ended or answered nonsense before its program began."""


class JournalError(PtcError):
    """A journal that cannot be read."""

    exit_code = 4


class LlmError(PtcError):
    """The model behind `ask_llm` could not answer."""
