"""References in configured texts, such as `${TOKEN}`, and what they refer to at the moment of connecting.

| reference | refers to |
|---|---|
| `${NAME}`, `${env:NAME}` | a variable of the environment |
| `${NAME:-text}` | the same, or a text where it is unset or empty |
| `${keychain:NAME}`, `${keychain:SERVICE/NAME}` | a password in the system's keychain; SERVICE is `ptc` if left out |
| `${command:...}` | what a command prints; never from a project's file |
| `${input:ID}` | VS Code's inputs, taken from the variable `PTC_INPUT_ID` |
| `${envFile:PATH#NAME}` | a variable that a file of `NAME=value` lines sets |
| `${workspaceFolder}`, `${workspaceFolderBasename}`, `${userHome}`, `${pathSeparator}`, `${/}` | as in VS Code |
| `$${` | the characters `${` |

A value is never searched for references again: what a variable holds cannot run a command.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ptc_cli.config import dotenv, keychain
from ptc_cli.config.command import printed
from ptc_cli.config.file import project_folder
from ptc_cli.config.mistakes import shown, shown_path
from ptc_cli.config.search import home
from ptc_cli.core.errors import ConfigError
from ptc_cli.core.server import SecretResolver, ServerConfig

SHORTEST_SECRET = 6
"""Shorter values would be found all over what is said and blank it out."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KIND = re.compile(r"(env|keychain|command|input|envFile):(?!-)(.*)", re.DOTALL)
_SECRET_NAME = re.compile(r"token|key|secret|password|passwd|credential|auth|cookie", re.IGNORECASE)

# Said everywhere, and no secret: to blank these out would spoil paths and names in results.
_PUBLIC = frozenset({"HOME", "USER", "LOGNAME", "PWD", "PATH", "SHELL", "LANG", "TMPDIR", "HOSTNAME", "TERM", "TZ"})

_MEANT_LITERALLY = "Write $${ where the characters ${ are meant."


class References:
    """Resolves references, and remembers the values so that they can be kept out of what is said."""

    def __init__(self, environ: Mapping[str, str], *, cwd: Path) -> None:
        """Resolve from an environment; `cwd` is the workspace for texts of no project's file."""
        self._environ = environ
        self._cwd = str(cwd.absolute())
        self._secrets: set[str] = set()

    @property
    def secrets(self) -> frozenset[str]:
        """Every value so far that came from a reference, and the literal ones that look like secrets."""
        return frozenset(self._secrets)

    def __call__(self, text: str) -> str:
        """Resolve a text that belongs to no server; it runs no commands.

        Raises:
            ConfigError: A reference has no value.
        """
        return _Resolver(self._environ, _Place(name="", folder=self._cwd, is_own=False), self._remember)(text)

    def for_server(self, config: ServerConfig) -> SecretResolver:
        """Return the resolver for the texts of one server.

        Raises:
            ConfigError: The file that configures it is not trusted.
        """
        return self._resolver(config, _Resolver)

    def _resolver(self, config: ServerConfig, kind: type[_Resolver]) -> SecretResolver:
        name = f"{shown_path(str(config.origin))}: server '{config.name}': "
        if not config.is_trusted:
            path = shlex.quote(shown_path(config.origin.path))
            hint = f"Look at it, then trust it with: ptc servers trust {path}"
            raise ConfigError(f"{name}its file is not trusted", hint=hint)
        self._remember_literals(config)
        is_project = config.origin.is_project
        folder = str(project_folder(config.origin.path)) if is_project else self._cwd
        return kind(self._environ, _Place(name=name, folder=folder, is_own=not is_project), self._remember)

    def unset(self, config: ServerConfig) -> tuple[str, ...]:
        """Return what is wrong with a server's references, without running a command or opening the keychain.

        Raises:
            ConfigError: The file that configures it is not trusted.
        """
        resolve = References(self._environ, cwd=Path(self._cwd))._resolver(config, _Looking)  # noqa: SLF001  # of our own
        problems: dict[str, None] = {}
        for text in _texts(config):
            try:
                resolve(text)
            except ConfigError as error:
                problems[str(error)] = None
        return tuple(problems)

    def told(self, config: ServerConfig) -> tuple[str, ...]:
        """Return what a server's references refer to now, but for texts that run commands or ask the keychain.

        A text that cannot be resolved is the reason why. Of a file that is not trusted nothing is looked up.
        """
        if not config.is_trusted:
            return ()
        resolve = References(self._environ, cwd=Path(self._cwd)).for_server(config)
        return tuple(_told(resolve, text) for text in _texts(config) if "${" in text and not _asks(text))

    @staticmethod
    def asks(config: ServerConfig) -> bool:
        """Say whether a server's texts run commands or ask the keychain: these may look at any variable."""
        return any(_asks(text) for text in _texts(config))

    def _remember_literals(self, config: ServerConfig) -> None:
        for name, value in [*config.headers.items(), *config.env.items()]:
            if "${" not in value and _SECRET_NAME.search(name):
                self._remember(value)
                self._remember(value.partition(" ")[2])
        secret = config.auth and config.auth.client_secret
        if secret and "${" not in secret:
            self._remember(secret)

    def remember(self, value: str) -> None:
        """Keep a value out of what is said that no reference stands for, such as a token."""
        self._remember(value)

    def _remember(self, value: str) -> None:
        if len(value) >= SHORTEST_SECRET:
            self._secrets.add(value)


def _texts(config: ServerConfig) -> Iterator[str]:
    texts = [config.command, *config.args, *config.env.values(), config.cwd, config.url, *config.headers.values()]
    texts.append(None if config.auth is None else config.auth.client_secret)
    return (text for text in texts if text is not None)


def _asks(text: str) -> bool:
    return "${command:" in text or "${keychain:" in text


def _told(resolve: SecretResolver, text: str) -> str:
    try:
        return resolve(text)
    except ConfigError as error:
        return str(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a text stands: how an error names it, and what it may do."""

    name: str
    folder: str
    """The workspace, and what relative paths are relative to."""

    is_own: bool
    """Whether it is the user's own configuration, or a file that the user named."""

    def error(self, message: str, hint: str | None = None) -> ConfigError:
        return ConfigError(f"{self.name}{message}", hint=hint)


class _Resolver:
    """Resolves texts of one place."""

    def __init__(self, environ: Mapping[str, str], place: _Place, remember: Callable[[str], None]) -> None:
        self._environ = environ
        self._place = place
        self._remember = remember

    def __call__(self, text: str, /) -> str:
        return "".join(self._value(part) if is_reference else part for part, is_reference in _parts(text, self._place))

    def _value(self, reference: str) -> str:
        kind = _KIND.fullmatch(reference)
        if kind is not None:
            return self._referred(kind[1], kind[2])
        folders = self._folders()
        return folders[reference] if reference in folders else self.variable(reference)

    def _referred(self, kind: str, text: str) -> str:
        return _KINDS[kind](self, text)

    def _folders(self) -> Mapping[str, str]:
        return {
            "workspaceFolder": self._place.folder,
            "workspaceFolderBasename": Path(self._place.folder).name,
            "userHome": home(self._environ),
            "pathSeparator": os.sep,
            "/": os.sep,
        }

    def variable(self, text: str) -> str:
        """Return a variable's value, or the default that is written with it."""
        name, has_default, default = text.partition(":-")
        if not _NAME.fullmatch(name):
            kinds = "It may be ${NAME}, ${NAME:-default}, ${env:NAME}, ${keychain:NAME} or ${command:COMMAND}."
            message = f"{shown('${' + text + '}')} is not a reference that ptc knows"
            raise self._place.error(message, f"{kinds} {_MEANT_LITERALLY}")
        hint = f"Set {name}, or write ${{{name}:-default}}."
        return self._or_default(name, default if has_default else None, hint)

    def input(self, text: str) -> str:
        """Return the answer to one of VS Code's inputs, which ptc takes from the environment."""
        identity, has_default, default = text.partition(":-")
        name = "PTC_INPUT_" + re.sub(r"[^A-Z0-9]", "_", identity.upper())
        hint = f"ptc does not ask for VS Code's inputs. Set {name} to what the input {shown(identity)} should be."
        return self._or_default(name, default if has_default else None, hint)

    def _or_default(self, name: str, default: str | None, hint: str) -> str:
        value = self._environ.get(name)
        if default is not None and not value:
            # Most defaults are names and addresses, which errors have to say.
            return self._secret(self(default)) if _SECRET_NAME.search(name) else self(default)
        if value is None:
            raise self._place.error(f"the variable {shown(name)} is not set", hint)
        return value if name in _PUBLIC else self._secret(value)

    def env_file(self, text: str) -> str:
        """Return what a file of variables sets."""
        path, _, name = text.rpartition("#")
        try:
            value = dotenv.values(Path(self._place.folder, path)).get(name)
        except ConfigError as error:
            raise self._place.error(error.message) from error
        if value is None:
            raise self._place.error(f"{shown_path(path)} does not set {shown(name)}")
        return self._secret(value)

    def keychain(self, text: str) -> str:
        """Return a password from the system's keychain."""
        try:
            return self._secret(keychain.password(text))
        except ConfigError as error:
            raise self._place.error(error.message, error.hint) from error

    def command(self, text: str) -> str:
        """Return what a command prints, without the line end."""
        if not self._place.is_own:
            message = "${command:...} is run only for your own configuration, or a file that you name"
            raise self._place.error(message, "Move the server to your own configuration, or use a variable.")
        try:
            return self._secret(printed(text, environ=self._environ, cwd=self._place.folder))
        except ConfigError as error:
            raise self._place.error(error.message, error.hint) from error

    def _secret(self, value: str) -> str:
        self._remember(value)
        return value


_KINDS: Mapping[str, Callable[[_Resolver, str], str]] = {
    "env": _Resolver.variable,
    "keychain": _Resolver.keychain,
    "command": _Resolver.command,
    "input": _Resolver.input,
    "envFile": _Resolver.env_file,
}


class _Looking(_Resolver):
    """Resolves what can be told without running a command or opening the keychain; the rest is nothing."""

    def _referred(self, kind: str, text: str) -> str:
        return "" if kind in ("command", "keychain") else super()._referred(kind, text)


def _parts(text: str, place: _Place) -> Iterator[tuple[str, bool]]:
    """Give the pieces of a text: plain ones, and the insides of references."""
    at = 0
    while (found := text.find("${", at)) >= 0:
        if found > at and text[found - 1] == "$":
            yield text[at : found - 1] + "${", False
            at = found + 2
            continue
        yield text[at:found], False
        at = _end(text, found, place)
        yield text[found + 2 : at - 1], True
    yield text[at:], False


def _end(text: str, start: int, place: _Place) -> int:
    """Return the offset after the brace that closes a reference; braces inside it come in pairs."""
    depth = 0
    for at in range(start + 1, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at + 1
    raise place.error(f"{shown(text[start:], 20)} opens a reference that nothing closes", _MEANT_LITERALLY)
