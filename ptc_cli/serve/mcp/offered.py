"""Resources and prompts of upstreams as sidecar mode serves them: their names and addresses on our side. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.offers import Offers
from ptc_cli.serve.mcp.sidecar import Names

SERVERS = "ptc://servers/"

OfferKind = Literal["resources", "templates", "prompts"]

_KEYS = {"resources": "uri", "templates": "uriTemplate", "prompts": "name"}
_VARIABLE = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One resource, template or prompt, as it is and as it is served."""

    server: str
    original: str
    """Its address or name on its server."""

    served: str
    """The same for our clients."""

    definition: JsonObject
    """As its server describes it, under the address or name that is served."""


def offers(found: Sequence[Offers], kind: OfferKind, names: Names) -> tuple[Offer, ...]:
    """Return everything of a kind. Under plain names what only one server has keeps its own."""
    key = _KEYS[kind]
    listed = [(each.server, item) for each in found for item in _of(each, kind)]
    times = Counter(item[key] for _, item in listed)
    return tuple(
        _offer(server, item, key, is_plain=names == "plain" and times[item[key]] == 1) for server, item in listed
    )


def home_of(uri: str, known: Iterable[Offer], servers: Iterable[str]) -> tuple[str, str] | None:
    """Return the server that an address belongs to, and its own address there; None if there is none, or several.

    Links in the results of tools are not rewritten, so a server's own addresses are known as well.
    """
    for server in servers:
        prefix = f"{SERVERS}{quote(server, safe='')}/"
        if uri.startswith(prefix):
            return server, uri[len(prefix) :]
    homes = {each.server for each in known if _covers(each.original, uri)}
    return (homes.pop(), uri) if len(homes) == 1 else None


def _of(each: Offers, kind: OfferKind) -> tuple[JsonObject, ...]:
    match kind:
        case "resources":
            return each.resources
        case "templates":
            return each.templates
        case "prompts":
            return each.prompts


def _offer(server: str, item: JsonObject, key: str, *, is_plain: bool) -> Offer:
    original = item[key]
    prefix = f"{server}__" if key == "name" else f"{SERVERS}{quote(server, safe='')}/"
    served = original if is_plain else f"{prefix}{original}"
    definition = {**item, key: served}
    if key != "name" and not is_plain:
        definition["name"] = f"{server}: {item['name']}"
    return Offer(server=server, original=original, served=served, definition=definition)


def _covers(pattern: str, uri: str) -> bool:
    """Say whether an address is the one given, or one that a template of it may give."""
    first, *others = _VARIABLE.split(pattern)
    if not others:
        return uri == pattern
    *middle, last = others
    at = len(first)
    if len(uri) <= at + len(last) or not (uri.startswith(first) and uri.endswith(last)):
        return False
    # Not a regular expression of the template: a server could write one that takes for ever.
    for literal in middle:
        found = uri.find(literal, at + 1)
        if found < 0:
            return False
        at = found + len(literal)
    return at < len(uri) - len(last)
