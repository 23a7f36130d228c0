"""Addresses that a server wants a person to visit: which may be shown, and what to say of them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from ptc_cli.core.jsonvalue import JsonValue

_LONGEST = 2000
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


def visit_fault(url: JsonValue) -> str | None:
    """Return why an address must not be shown to a person, if it must not."""
    if not isinstance(url, str) or len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        return "the page it wants visited has no plain address"
    address = _split(url)
    if address is None or not address.hostname:
        return "the page it wants visited has no plain address"
    if address.username is not None or address.password is not None:
        return "the address of the page it wants visited hides its host behind a user's name"
    if address.scheme == "https" or (address.scheme == "http" and address.hostname in _OWN_MACHINE):
        return None
    return "the page it wants visited is not reached over https"


def visit_cautions(url: str | None) -> Iterator[str]:
    """Give what a person should know of an address that may be shown."""
    address = _split(url or "")
    if address is None or not address.hostname:
        return
    yield f"the page is at {address.hostname}; the server chose it"
    if "xn--" in address.hostname:
        yield "its host is written in letters that may look like others"


def _split(url: str) -> SplitResult | None:
    try:
        address = urlsplit(url)
        _ = address.port
    except ValueError:
        return None
    return address
