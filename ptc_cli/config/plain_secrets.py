"""Secrets that stand in a server's configuration in clear, and references to put in their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ptc_cli.core.server import ServerConfig

_SECRET_NAME = re.compile(r"token|key|secret|passw|credential|auth|cookie|\bpat\b", re.IGNORECASE)

_SECRET_VALUE = re.compile(
    r"(?:gh[opsur]_|github_pat_|glpat-|sk-|sk_live_|xox[abeprs]-|AKIA|AIza|npm_|hf_|eyJ)[A-Za-z0-9_.=/+-]{12,}"
)
"""How the well-known kinds of token begin."""

_IN_ADDRESS = re.compile(r"(?<=://)([^/@:\s]*:)([^/@\s]+)(?=@)")
_IN_QUERY = re.compile(r"([?&])([^=&#]+)=([^&#]+)")
_FLAG = re.compile(r"(--?[A-Za-z][\w-]*)=(.+)", re.DOTALL)
_SHORTEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A server without secrets in clear, and the variables that are to hold them now."""

    server: ServerConfig
    variables: tuple[str, ...]


def moved(server: ServerConfig) -> Moved:
    """Return a server with a reference in the place of each secret that stands in it."""
    mover = _Mover(server.name)
    args = tuple(mover.args(server.args))
    auth = server.auth
    if auth is not None and auth.client_secret:
        auth = replace(auth, client_secret=mover.whole("client_secret", auth.client_secret))
    made = replace(
        server,
        args=args,
        env={name: mover.env(name, value) for name, value in server.env.items()},
        headers={name: mover.header(name, value) for name, value in server.headers.items()},
        url=None if server.url is None else mover.url(server.url),
        auth=auth,
    )
    return Moved(server=made, variables=tuple(mover.variables))


class _Mover:
    def __init__(self, server: str) -> None:
        self._server = server
        self.variables: dict[str, str] = {}
        """What the variables are to hold, by name."""

    def env(self, name: str, value: str) -> str:
        if _SECRET_NAME.search(name) and _is_literal(value):
            return self._reference(name, value)
        return self._within(name, value)

    def header(self, name: str, value: str) -> str:
        if not _SECRET_NAME.search(name) or not _is_literal(value):
            return self._within(name, value)
        scheme, space, rest = value.partition(" ")
        return f"{scheme} {self._variable('token', rest)}" if space and rest else self._variable(name, value)

    def whole(self, name: str, value: str) -> str:
        return self._variable(name, value) if _is_literal(value) else value

    def args(self, args: tuple[str, ...]) -> Iterator[str]:
        flag = ""
        for arg in args:
            with_value = _FLAG.fullmatch(arg)
            if flag and not arg.startswith("-") and _is_literal(arg):
                yield self._variable(flag, arg)
            elif with_value and _SECRET_NAME.search(with_value[1]) and _is_literal(with_value[2]):
                yield f"{with_value[1]}={self._variable(with_value[1], with_value[2])}"
            else:
                yield self._within("argument", arg)
            flag = arg if arg.startswith("-") and "=" not in arg and _SECRET_NAME.search(arg) else ""

    def url(self, url: str) -> str:
        def replaced(found: re.Match[str]) -> str:
            is_secret = _SECRET_NAME.search(found[2]) and _is_literal(found[3])
            value = self._variable(found[2], found[3]) if is_secret else found[3]
            return f"{found[1]}{found[2]}={value}"

        return self._within("url", _IN_QUERY.sub(replaced, url))

    def _within(self, name: str, text: str) -> str:
        """Return a text with a reference for each part of it that looks like a secret, whatever it is called."""

        def password(found: re.Match[str]) -> str:
            return f"{found[1]}{self._variable(f'{name}_password', found[2])}" if _is_literal(found[2]) else found[0]

        def token(found: re.Match[str]) -> str:
            return self._variable(name, found[0])

        return _SECRET_VALUE.sub(token, _IN_ADDRESS.sub(password, text))

    def _variable(self, name: str, value: str) -> str:
        return self._reference(f"{self._server}_{name.lstrip('-')}", value)

    def _reference(self, name: str, value: str) -> str:
        plain = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
        plain = plain if plain and not plain[0].isdigit() else f"_{plain}"
        free = next(each for each in _numbered(plain) if self.variables.get(each, value) == value)
        self.variables[free] = value
        return f"${{{free}}}"


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


def _is_literal(value: str) -> bool:
    return "${" not in value and len(value) >= _SHORTEST
