"""Logging in to servers and out again, from the command line."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ptc_cli.cli.server_views import named
from ptc_cli.config import KeychainVault, References, folders, load
from ptc_cli.console import talk
from ptc_cli.console.ask import read_line
from ptc_cli.console.terminal import is_terminal, visible, write, write_lines
from ptc_cli.core.errors import AuthorisationError, ConfigError
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.server import SecretResolver, ServerConfig
from ptc_cli.upstream.auth import Login, Logins


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """A server to log in to, and where logins are kept."""

    config: ServerConfig
    look_up: SecretResolver
    logins: Logins


async def log_in(config: str | None, name: str, *, has_browser: bool, scopes: Sequence[str]) -> tuple[Login, str]:
    """Log in to a server, and return the login and where it is kept.

    Raises:
        PtcError: There is no such server, or no logging in to it.
    """
    from ptc_cli.upstream.auth import flow

    server = _server(config, name)
    person = _AtBrowser() if has_browser else _AtTerminal()
    return await flow.log_in(server.config, server.look_up, server.logins, person, scopes=scopes)


async def log_out(config: str | None, name: str) -> Login | None:
    """Forget the login to a server, and return it if there was one.

    Raises:
        PtcError: There is no such server, or the login cannot be forgotten.
    """
    from ptc_cli.upstream.auth import flow

    server = _server(config, name)
    return await flow.log_out(server.config, server.look_up, server.logins)


def shown_login(login: Login) -> JsonObject:
    """Return what may be shown of a login."""
    return {"issuer": login.issuer, "scopes": list(login.scopes), "expires_at": login.expires_at}


def _server(explicit: str | None, name: str) -> _Server:
    places = folders(os.environ)
    settings = load(explicit=explicit, cwd=Path.cwd(), environ=os.environ, folders=places)
    named(settings, [name])
    config = next(each for each in settings.servers if each.name == name)
    if config.url is None:
        message = f"{config.origin}: server '{name}': is started here, and has no login"
        raise ConfigError(message, hint="Give it what it wants through `env`.")
    references = References(os.environ, cwd=Path.cwd())
    logins = Logins(Path(places.state) / "logins", vault=KeychainVault(), remember=references.remember)
    return _Server(config=config, look_up=references.for_server(config), logins=logins)


class _AtBrowser:
    """Whoever sits at a browser of this machine, which comes back by itself."""

    async def visit(self, url: str, *, issuer: str) -> None:
        talk.note(sys.stderr, f"log in at {issuer} with your browser, which opens now; else go to:")
        write_lines(sys.stderr, visible(url))
        await asyncio.to_thread(webbrowser.open, url)

    async def pasted(self) -> str:
        never: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        return await never


class _AtTerminal:
    """Whoever has a browser elsewhere, and pastes the address at which it ended."""

    async def visit(self, url: str, *, issuer: str) -> None:
        talk.note(sys.stderr, f"log in at {issuer}: go to this address with any browser")
        write_lines(sys.stderr, visible(url))
        talk.note(sys.stderr, "it ends at an address that begins with http://127.0.0.1, which it may fail to load")

    async def pasted(self) -> str:
        write(sys.stderr, "Paste that address here: ")
        line = await read_line(sys.stdin) if is_terminal(sys.stdin) else await asyncio.to_thread(sys.stdin.readline)
        if not line:
            raise AuthorisationError("nothing was pasted", hint="Run it on a terminal, or without --no-browser.")
        return line
