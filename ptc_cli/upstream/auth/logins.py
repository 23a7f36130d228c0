"""What servers gave us when we logged in, kept for this user only: in the keychain, or in files of mode 0600."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import stat
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from ptc_cli.core.codec import from_json, to_json
from ptc_cli.core.errors import AuthorisationError, ConfigError
from ptc_cli.core.jsonvalue import JsonObject, digest
from ptc_cli.core.server import ServerConfig
from ptc_cli.upstream.target import Target

_SECRETS = ("access_token", "refresh_token", "client_secret")
_EARLY_SECONDS = 30.0
"""A token is renewed so long before its end: the request that carries it takes its time too."""

_LOCK_SECONDS = 60.0
_LOCK_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Login:
    """A login at one server. It has no `repr`: it holds secrets."""

    url: str
    """The server's address; the tokens go to no other origin."""

    resource: str
    """What the tokens are for, as the authorisation server was told."""

    issuer: str
    token_endpoint: str
    revocation_endpoint: str | None = None
    client_id: str
    client_method: str = "none"
    """How the client proves itself at the token endpoint (RFC 7591, `token_endpoint_auth_method`)."""

    client_secret: str | None = None
    """Only of a client that registered itself; one that is configured stays in the configuration."""

    scopes: tuple[str, ...] = ()
    access_token: str = ""
    refresh_token: str | None = None
    expires_at: float | None = None
    """Seconds since the epoch, where the server said so."""

    def is_fresh(self) -> bool:
        """Say whether the token can still be used, as far as is known."""
        is_over = self.expires_at is not None and time.time() > self.expires_at - _EARLY_SECONDS
        return bool(self.access_token) and not is_over

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be kept out of everything that is said."""
        return tuple(secret for name in _SECRETS if (secret := getattr(self, name)))


class Vault(Protocol):
    """A keychain, or whatever else keeps texts for this user only."""

    def get(self, name: str) -> str | None:
        """Return a text; None if there is none, or the vault cannot be opened."""
        ...

    def put(self, name: str, text: str) -> bool:
        """Keep a text, and say whether that could be done."""
        ...

    def drop(self, name: str) -> None:
        """Forget a text, if it is there."""
        ...


class Logins:
    """All logins of this user, by what a server *is*: one that is configured otherwise needs a login of its own."""

    def __init__(self, folder: Path, *, vault: Vault | None = None, remember: Callable[[str], None]) -> None:
        """Make the store of a folder; nothing is read or made yet.

        Args:
            folder: Where the files are.
            vault: Where secrets go if it takes them, instead of into the files.
            remember: Is told every secret that comes up, to keep it out of what is said.
        """
        self._folder = folder
        self._vault = vault
        self._remember = remember
        self._secrets: set[str] = set()

    def redacted(self, text: str) -> str:
        """Return a text with every token that came up replaced."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    @property
    def stamp(self) -> int:
        """A number that changes whenever some login does, also by another process."""
        try:
            return self._folder.stat().st_mtime_ns
        except OSError:
            return 0

    def find(self, key: str) -> Login | None:
        """Return a login, or None if nobody logged in.

        Raises:
            AuthorisationError: There is one that cannot be used as it is.
        """
        path = self._path(key)
        try:
            if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise AuthorisationError(f"{path}: others can read this login", hint="Log in anew; it is not used.")
            kept = json.loads(path.read_bytes())
            told = self._opened(key) if kept["secrets"] is None else kept["secrets"]
            login = from_json(Login, {**kept["login"], **told})
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            why = f"{path}: this login cannot be read: {type(error).__name__}"
            raise AuthorisationError(why, hint="Log in anew.") from error
        self._note(login)
        return login

    def keep(self, key: str, login: Login) -> str:
        """Keep a login in the place of the one before, and say where its secrets are.

        Raises:
            ConfigError: The folder cannot be written to.
        """
        self._note(login)
        told: JsonObject = to_json(login)
        hidden = {name: told.pop(name) for name in _SECRETS}
        is_in_vault = self._vault is not None and self._vault.put(key, json.dumps(hidden))
        kept: JsonObject = {"login": told, "secrets": None if is_in_vault else hidden}
        try:
            self._write(self._path(key), json.dumps(kept, indent=1))
        except OSError as error:
            raise self._unwritable(error) from error
        return "keychain" if is_in_vault else str(self._path(key))

    def forget(self, key: str) -> None:
        """Forget a login, if there is one.

        Raises:
            ConfigError: The folder cannot be written to.
        """
        if self._vault is not None:
            self._vault.drop(key)
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    @asynccontextmanager
    async def alone(self, key: str) -> AsyncIterator[None]:
        """Keep every other process from renewing the same login meanwhile: a refresh token is good for one use.

        Raises:
            ConfigError: The folder cannot be written to, or another process takes too long.
        """
        with self._lock_file(key) as descriptor:
            end = time.monotonic() + _LOCK_SECONDS
            while not _locked(descriptor):
                if time.monotonic() > end:
                    message = f"{self._path(key)}: another ptc holds this login for too long"
                    raise ConfigError(message, hint="End that process, or wait for it.")
                await asyncio.sleep(_LOCK_PAUSE_SECONDS)
            yield

    def _note(self, login: Login) -> None:
        for secret in login.secrets:
            self._secrets.add(secret)
            self._remember(secret)

    def _opened(self, key: str) -> Mapping[str, object]:
        text = None if self._vault is None else self._vault.get(key)
        if text is None:
            raise ValueError("the keychain does not have it")
        told = json.loads(text)
        return {name: told.get(name) for name in _SECRETS}

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise

    @contextmanager
    def _lock_file(self, key: str) -> Iterator[int]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._folder / f"{key}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _unwritable(self, error: OSError) -> ConfigError:
        return ConfigError(
            f"{self._folder}: logins cannot be written: {error.strerror}",
            hint="Make the folder writable, or name another with PTC_HOME.",
        )


def key_of(config: ServerConfig, target: Target) -> str:
    """Return under what a server's login is kept."""
    auth = target.auth
    client = None if auth is None else [auth.grant, auth.client_id, auth.client_metadata_url, auth.issuer]
    return digest({"server": config.identity, "url": target.url, "client": client})[:40]


def without_tokens(login: Login) -> Login:
    """Return a login that is over, so that nobody tries its tokens again."""
    return replace(login, access_token="", refresh_token=None, expires_at=None)


def _locked(descriptor: int) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
