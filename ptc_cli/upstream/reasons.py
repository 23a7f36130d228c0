"""Why a server cannot be used, in words: what was wrong and what to do.

Texts are made from the configuration as written, where references are unresolved, and from the server's own words with
secrets taken out.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from ptc_cli.core.errors import AuthorisationError, ConfigError, ConnectError, PtcError
from ptc_cli.core.server import ServerConfig

_QUOTED_CHARACTERS = 200


class ExitedError(ConnectError):
    """A server that ended before it spoke MCP."""


def not_started(config: ServerConfig, error: OSError | ValueError) -> ConfigError:
    """Return why a server's command could not be run."""
    place = f"{config.origin}: server '{config.name}'"
    if isinstance(error, FileNotFoundError) and config.cwd is not None and error.filename == config.cwd:
        return ConfigError(f"{place}: folder {quoted(config.cwd)} does not exist", hint="Correct `cwd`.")
    if isinstance(error, FileNotFoundError):
        return ConfigError(
            f"{place}: command {quoted(config.command or '')} does not exist",
            hint="Install it, or write its full path in `command`; only PATH is searched.",
        )
    if isinstance(error, PermissionError):
        return ConfigError(
            f"{place}: command {quoted(config.command or '')} may not be run",
            hint=f"Make it executable: chmod +x {config.command}",
        )
    why = error.strerror if isinstance(error, OSError) else "its command holds a character that no command may have"
    return ConfigError(f"{place}: could not be started: {why}", hint="Correct `command`, `args`, `cwd` or `env`.")


def exited(config: ServerConfig, status: int | None, last_words: str, log: str) -> ExitedError:
    """Return that a server ended before it spoke MCP."""
    how = "ended" if status is None else f"was killed by signal {-status}" if status < 0 else f"exited with {status}"
    said = f": {quoted(last_words)}" if last_words else ""
    return ExitedError(
        f"server '{config.name}': {how} before it answered{said}",
        hint=f"Run its command by hand to see why; its log is {log}",
    )


def silent(config: ServerConfig, rubbish: str, log: str) -> ConnectError:
    """Return that a server did not answer in time."""
    seconds = f"{config.connect_timeout_seconds:g} s"
    if rubbish:
        return ConnectError(
            f"server '{config.name}': did not answer within {seconds}, and writes to its standard output what is not "
            f"MCP: {quoted(rubbish)}",
            hint="Is it an MCP server over stdio? Its standard output is for messages only, logs go to standard error.",
        )
    return ConnectError(
        f"server '{config.name}': did not answer within {seconds}",
        hint=f"Raise `connect_timeout_seconds` if it starts slowly; its log is {log}",
    )


def broken(config: ServerConfig, why: str, log: str) -> ConnectError:
    """Return that a server does not keep to the protocol."""
    return ConnectError(f"server '{config.name}': {quoted(why, mark='')}", hint=f"Its log is {log}")


def wrong_era(config: ServerConfig, why: str, oldest: str) -> ConnectError:
    """Return that a server speaks no revision of MCP that we do."""
    return ConnectError(
        f"server '{config.name}': speaks no revision of MCP that ptc speaks: {quoted(why, mark='')}",
        hint=f"Update the server, or ptc if the server is newer; ptc speaks {oldest} and all that came after.",
    )


def not_reached(config: ServerConfig, error: BaseException) -> PtcError:
    """Return why nothing answered at a server's address."""
    place, url = f"server '{config.name}'", shown_url(config)
    causes = list(chain(error))
    kinds = {type(cause).__name__ for cause in causes}
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if tls is not None:
        why = getattr(tls, "verify_message", None) or tls.reason or "the two have no common ground"
        return ConnectError(
            f"{place}: TLS with {url} failed: {why}",
            hint="Check the certificate, set SSL_CERT_FILE to your own authority's, or use http:// if it has no TLS.",
        )
    if kinds & {"UnsupportedProtocol", "InvalidURL", "LocalProtocolError"}:
        return ConfigError(f"{config.origin}: {place}: {url} is no address", hint="Write `url` as https://host/path.")
    if any("Timeout" in kind for kind in kinds):
        return ConnectError(f"{place}: {url} did not answer in time", hint="Is the address right, and is it up?")
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return ConnectError(f"{place}: the host of {url} is unknown", hint="Correct the host in `url`.")
    return ConnectError(
        f"{place}: nothing answers at {url}", hint="Start the server, or correct host and port in `url`."
    )


def http_status(config: ServerConfig, status: int, content_type: str) -> PtcError | None:
    """Return why an HTTP answer is not an MCP server's, or None for one that may be."""
    place, url = f"server '{config.name}'", shown_url(config)
    if status in (401, 403):
        return _not_let_in(config, status)
    if status == 404:
        return ConnectError(
            f"{place}: there is no MCP server at {url} (HTTP 404)",
            hint="Correct the path in `url`; it is often /mcp, and /sse for older servers.",
        )
    if status == 405:
        return ConnectError(
            f"{place}: {url} does not take messages this way (HTTP 405)",
            hint='Set `transport = "sse"` for a server that speaks SSE, `transport = "http"` for the newer transport.',
        )
    if status >= 400:
        return ConnectError(f"{place}: {url} answered HTTP {status}", hint="Look into the server's own log.")
    if status >= 300:
        return ConnectError(
            f"{place}: {url} redirects to another address, which is not followed",
            hint="Write the address it redirects to into `url`, if you trust it.",
        )
    if content_type.startswith("text/html"):
        return ConnectError(
            f"{place}: {url} answered with a web page",
            hint="Correct `url`: it must be the MCP endpoint, often ending in /mcp.",
        )
    return None


def _not_let_in(config: ServerConfig, status: int) -> AuthorisationError:
    place, url = f"server '{config.name}'", shown_url(config)
    own = next((name for name in config.headers if name.lower() == "authorization"), None)
    if own is not None:
        return AuthorisationError(
            f"{place}: {url} does not accept the {own} header that is configured (HTTP {status})",
            hint=f"Renew what {config.origin} refers to there, or take the header out and run "
            f"`ptc servers login {config.name}`.",
        )
    return AuthorisationError(
        f"{place}: {url} wants you to log in (HTTP {status})",
        hint=f"Run `ptc servers login {config.name}`, or put a token into `headers`.",
    )


def quoted(text: str, *, mark: str = "'") -> str:
    """Return a text of someone else's, cut and free of control characters, to stand in a message."""
    clean = "".join(
        c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text.strip()
    )
    return f"{mark}{clean if len(clean) <= _QUOTED_CHARACTERS else clean[:_QUOTED_CHARACTERS] + '...'}{mark}"


def shown_url(config: ServerConfig) -> str:
    """Return a server's address without what may be secret in it: the user, the query, the fragment."""
    address = (config.url or "").partition("?")[0].partition("#")[0]
    scheme, mark, rest = address.rpartition("//")
    host, slash, path = rest.partition("/")
    return quoted(f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}", mark="")


def chain(error: BaseException) -> Iterator[BaseException]:
    """Give an exception, those it groups, and all their causes, each once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        cause = waiting.pop()
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__context__, cause.__cause__]
        waiting += cause.exceptions if isinstance(cause, BaseExceptionGroup) else ()
