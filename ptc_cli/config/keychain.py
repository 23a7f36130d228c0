"""Passwords from the system's keychain, by way of the optional `keyring` package."""

from __future__ import annotations

import contextlib
import shlex
from importlib import import_module
from typing import Protocol, cast

from ptc_cli.config.mistakes import shown
from ptc_cli.core.errors import ConfigError

SERVICE = "ptc"


_LOGINS = "ptc-logins"
_WEAKEST = 1.0
"""Of the backends that keyring has, those below are for want of a better one, and keep nothing safe."""


class _Backend(Protocol):
    priority: float


class _Keyring(Protocol):
    def get_password(self, service: str, name: str, /) -> str | None: ...

    def set_password(self, service: str, name: str, password: str, /) -> None: ...

    def delete_password(self, service: str, name: str, /) -> None: ...

    def get_keyring(self) -> _Backend: ...


class KeychainVault:
    """The system's keychain as a place for logins; on a machine without one it takes nothing."""

    def get(self, name: str) -> str | None:
        """Return a text; None if there is none, or the keychain cannot be opened."""
        try:
            keyring, failure = _keyring(name)
        except ConfigError:
            return None
        try:
            return keyring.get_password(_LOGINS, name)
        except failure:
            return None

    def put(self, name: str, text: str) -> bool:
        """Keep a text, and say whether that could be done."""
        try:
            keyring, failure = _keyring(name)
        except ConfigError:
            return False
        try:
            if keyring.get_keyring().priority < _WEAKEST:
                return False
            keyring.set_password(_LOGINS, name, text)
        except (failure, OSError):
            return False
        return True

    def drop(self, name: str) -> None:
        """Forget a text, if it is there."""
        try:
            keyring, failure = _keyring(name)
        except ConfigError:
            return
        with contextlib.suppress(failure):
            keyring.delete_password(_LOGINS, name)


def password(reference: str) -> str:
    """Return the password that `SERVICE/NAME`, or `NAME` for the service `ptc`, refers to.

    Raises:
        ConfigError: There is no such password, or no keychain.
    """
    service, name = reference.split("/", 1) if "/" in reference else (SERVICE, reference)
    keyring, failure = _keyring(reference)
    try:
        value = keyring.get_password(service, name)
    except failure as error:
        reason = f"the keychain cannot be opened ({type(error).__name__})"
        raise _error(reference, reason, "See what is there with: keyring diagnose") from error
    if value is None:
        hint = f"Add it with: keyring set {shlex.quote(service)} {shlex.quote(name)}"
        raise _error(reference, "there is none", hint)
    return value


def _keyring(reference: str) -> tuple[_Keyring, type[Exception]]:
    # By name, because the package is optional: a type checker need not find it.
    try:
        package = cast("_Keyring", import_module("keyring"))
        failure = cast("type[Exception]", import_module("keyring.errors").KeyringError)
    except ImportError as error:
        reason = "the keyring package is not installed"
        raise _error(reference, reason, "Install it with: pip install 'ptc-cli[keychain]'") from error
    return package, failure


def _error(reference: str, reason: str, hint: str) -> ConfigError:
    return ConfigError(f"keychain entry {shown(reference)}: {reason}", hint=hint)
