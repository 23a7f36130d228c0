"""Bearer tokens: which of them was shown, and what it opens."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ptc_cli.core.catalog import Caller, Door
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.settings import TokenSettings

GIVEN = "default"
"""The name of the token that was given with the command."""

_MAKE_ONE = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"

_SHORTEST = 16
"""A token that was written into a file to be used by others is not to be guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What somebody who was let in may see."""

    token: str | None
    """The token's name; None where none is needed."""

    servers: tuple[str, ...] = ("*",)
    tools: tuple[str, ...] = ("*",)
    is_owner: bool = False
    """Whether it is the user, on a socket that only the user can open: who may have folders of this machine mounted."""

    def caller(self, door: Door) -> Caller:
        """Return who asks."""
        return Caller(door=door, token=self.token, servers=self.servers, tools=self.tools)


class Tokens:
    """The tokens of one server. Without any, everybody who can reach it is let in."""

    def __init__(self, by_token: Mapping[str, Access], anybody: Access | None) -> None:
        self._by_digest = {_digest(token): access for token, access in by_token.items()}
        self._anybody = anybody

    @classmethod
    def of(
        cls,
        given: str | None,
        configured: Mapping[str, TokenSettings],
        *,
        servers: tuple[str, ...],
        resolve: Callable[[str], str],
    ) -> Tokens:
        """Return the tokens of a command and of the configuration; each sees at most `servers`.

        Raises:
            ConfigError: One of them cannot be used.
        """
        by_token: dict[str, Access] = {}
        if given is not None:
            _demand_header_text(given, "the token")
            by_token[given] = Access(token=GIVEN, servers=servers)
        for name, settings in configured.items():
            token = _configured(name, resolve(settings.token))
            if token in by_token:
                raise ConfigError(f"[serve.tokens.{name}]: the same token stands under another name", hint=_MAKE_ONE)
            seen = narrowed(servers, settings.servers)
            by_token[token] = Access(token=name, servers=seen, tools=settings.tools)
        return cls(by_token, None if by_token else Access(token=None, servers=servers))

    @property
    def demanded(self) -> bool:
        """Whether a token must be shown."""
        return self._anybody is None

    @property
    def accesses(self) -> tuple[Access, ...]:
        """Everything that may be opened."""
        return (*self._by_digest.values(), *([self._anybody] if self._anybody else []))

    def access(self, shown: Sequence[str]) -> Access | None:
        """Return what the `Authorization` headers of a request open; None if they open nothing."""
        if self._anybody is not None:
            return self._anybody
        scheme, _, token = shown[0].partition(" ") if len(shown) == 1 else ("", "", "")
        digest, found = _digest(token.strip()), None
        # Digests are of one length, and each is compared: neither time nor length tells anything.
        for known, access in self._by_digest.items():
            if hmac.compare_digest(digest, known):
                found = access
        return found if scheme.lower() == "bearer" else None


def narrowed(globs: tuple[str, ...], further: tuple[str, ...]) -> tuple[str, ...]:
    """Return globs for what is matched by both lists.

    Of two globs the one that the other covers is taken. Where they only overlap, neither is: less is seen, not more.
    """
    pairs = [(one, other) for one in globs for other in further]
    met = [other if _covers(one, other) else one for one, other in pairs if _covers(one, other) or _covers(other, one)]
    return tuple(dict.fromkeys(met))


def _covers(glob: str, other: str) -> bool:
    """Say whether a glob surely matches all that another does."""
    if glob == other:
        return True
    # A `?` or a `[...]` would match the other's `*` as if it were a single character.
    is_sound = not set("?[") & set(glob) or not set("*?[") & set(other)
    return is_sound and fnmatchcase(other, glob)


def _configured(name: str, token: str) -> str:
    _demand_header_text(token, f"[serve.tokens.{name}]: the token")
    if len(token) < _SHORTEST:
        raise ConfigError(f"[serve.tokens.{name}]: the token is shorter than {_SHORTEST} characters", hint=_MAKE_ONE)
    if name == GIVEN:
        raise ConfigError(f"[serve.tokens.{name}]: this is the name of the one that --token gives", hint="Rename it.")
    return token


def _demand_header_text(token: str, what: str) -> None:
    if not (token.isascii() and token.isprintable() and token.strip() == token != ""):
        raise ConfigError(
            f"mcp start: {what} is empty, or has spaces at its ends or characters that a header cannot carry",
            hint=_MAKE_ONE,
        )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
