"""Where a server is, with the references of its configuration resolved, and what of that must not be shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ptc_cli.core.server import AuthConfig, SecretResolver, ServerConfig

_REFERENCE = re.compile(r"\$\{[^{}]*\}")

_SECRET_NAME = re.compile(r"auth|key|passw|secret|token|credential|cookie", re.IGNORECASE)

_SHORTEST_SECRET = 4
"""Shorter values are not cut out of texts: they would tear holes into words."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Target:
    """How to reach a server. It has no `repr`: it holds secrets."""

    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str | None = None
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: AuthConfig | None = None
    secrets: tuple[str, ...] = ()

    def redacted(self, text: str) -> str:
        """Return a text with every secret in it replaced."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def has_references(config: ServerConfig) -> bool:
    """Say whether anything in a configuration has to be looked up."""
    return any(_REFERENCE.search(text) for text in _texts(config))


def resolve(config: ServerConfig, look_up: SecretResolver) -> Target:
    """Return where a server is.

    Raises:
        ConfigError: A reference has no value.
    """
    secrets: set[str] = set()

    def resolved(text: str) -> str:
        value = look_up(text) if _REFERENCE.search(text) else text
        secrets.update(_filled_in(text, value))
        return value

    target = _target(config, resolved)
    secrets.update(_written_out(target))
    longest_first = sorted((s for s in secrets if len(s) >= _SHORTEST_SECRET), key=len, reverse=True)
    return replace(target, secrets=tuple(longest_first))


def _target(config: ServerConfig, resolved: Callable[[str], str]) -> Target:
    return Target(
        command=resolved(config.command or ""),
        args=tuple(resolved(arg) for arg in config.args),
        env={name: resolved(value) for name, value in config.env.items()},
        cwd=None if config.cwd is None else resolved(config.cwd),
        url=resolved(config.url or ""),
        headers={name: resolved(value) for name, value in config.headers.items()},
        auth=None if config.auth is None else _auth(config.auth, resolved),
    )


def _auth(auth: AuthConfig, resolved: Callable[[str], str]) -> AuthConfig:
    secret = auth.client_secret
    return replace(
        auth,
        client_id=None if auth.client_id is None else resolved(auth.client_id),
        client_secret=None if secret is None else resolved(secret),
    )


def _texts(config: ServerConfig) -> Iterator[str]:
    yield from (config.command or "", *config.args, config.cwd or "", config.url or "")
    yield from config.env.values()
    yield from config.headers.values()
    if config.auth is not None:
        yield from (config.auth.client_id or "", config.auth.client_secret or "")


def _filled_in(text: str, value: str) -> tuple[str, ...]:
    """Return what stands in a value at the places of its references."""
    if text == value:
        return ()
    pattern = "(.*?)".join(re.escape(literal) for literal in _REFERENCE.split(text))
    match = re.fullmatch(pattern, value, re.DOTALL)
    return match.groups() if match else (value,)


def _written_out(target: Target) -> Iterator[str]:
    """Give the values that stand in the configuration themselves, under names that say they are secrets."""
    for name, value in [*target.env.items(), *target.headers.items()]:
        if _SECRET_NAME.search(name) and value:
            yield value.split()[-1] if value.split() else value
    if target.auth is not None and target.auth.client_secret:
        yield target.auth.client_secret
