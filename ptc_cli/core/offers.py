"""What a server offers besides tools."""

from __future__ import annotations

from dataclasses import dataclass

from ptc_cli.core.jsonvalue import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Resources, templates of resources, and prompts of one server, each as the protocol describes it."""

    server: str
    resources: tuple[JsonObject, ...] = ()
    """Each has a `uri` and a `name`, which are texts."""

    templates: tuple[JsonObject, ...] = ()
    """Each has a `uriTemplate` and a `name`."""

    prompts: tuple[JsonObject, ...] = ()
    """Each has a `name`."""
