"""How a request over an open connection can fail, beside the errors that all parts share."""

from __future__ import annotations


class AnsweredError(Exception):
    """The server answered that it would not; the text is its own."""


class LostError(Exception):
    """The connection ended, or broke off, before the answer came."""


class SessionGoneError(LostError):
    """The server no longer knew the session and did nothing; a new session may ask again."""


class LoginError(LostError):
    """The server wants the user to log in first, and did nothing."""
