"""Which tools read what is private, return what strangers wrote, or carry data out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from ptc_cli.core.globs import matches
from ptc_cli.core.server import Label, ServerConfig, ToolAnnotations, ToolSpec

LABELS: tuple[Label, ...] = get_args(Label)


def tool_labels(spec: ToolSpec, config: ServerConfig) -> tuple[Label, ...]:
    """Return the labels of a tool: all that the configuration and its server's annotations give it."""
    return _ordered([*config.tool(spec.name).labels, *_configured(spec.name, config), *_stated(spec.annotations)])


def resource_labels(uri: str, config: ServerConfig, specs: Iterable[ToolSpec]) -> tuple[Label, ...]:
    """Return the labels of a resource: those its address is given or, where it is given none, its server's tools'.

    Nothing says of a resource who wrote it. A server whose tools return what strangers write has it in resources too.
    """
    if own := _ordered(_configured(uri, config)):
        return own
    around = {label for spec in specs for label in tool_labels(spec, config)}
    return _ordered(around - {"sends"})


def _configured(name: str, config: ServerConfig) -> Iterator[Label]:
    for glob, labels in config.labels.items():
        if matches(name, (glob,)):
            yield from labels


def _stated(annotations: ToolAnnotations) -> Iterator[Label]:
    """Yield what a server's own claim comes to. In an open world reading meets strangers, and writing reaches them."""
    if annotations.open_world:
        if annotations.read_only is not False:
            yield "untrusted"
        if not annotations.read_only:
            yield "sends"


def _ordered(labels: Iterable[Label]) -> tuple[Label, ...]:
    found = frozenset(labels)
    return tuple(label for label in LABELS if label in found) if found else ()
