"""How a request over an open connection can fail, beside the errors that all parts share."""

from __future__ import annotations

from ptc_cli.core.jsonvalue import JsonObject


class AnsweredError(Exception):
    """The server answered that it would not; the text is its own."""


class LostError(Exception):
    """The connection ended, or broke off, before the answer came."""


class SessionGoneError(LostError):
    """The server no longer knew the session and did nothing; a new session may ask again."""


class LoginError(LostError):
    """The server wants the user to log in first, and did nothing."""


class RefusedError(Exception):
    """We do not answer what a server asked; the text is for the server."""


class VisitError(AnsweredError):
    """The server did nothing: first a person must visit some pages."""

    def __init__(self, message: str, visits: tuple[JsonObject, ...]) -> None:
        super().__init__(message)
        self.visits = visits
