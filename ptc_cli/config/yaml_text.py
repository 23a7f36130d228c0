"""A YAML file as a document, for servers of other clients; nothing of ours is written in YAML."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from ptc_cli.config.document import Document, read_bytes
from ptc_cli.core.errors import ConfigError

if TYPE_CHECKING:
    from yaml.nodes import Node


def read(path: Path) -> Document:
    """Read a YAML file. Aliases are refused: a few lines of them stand for more than memory holds.

    Raises:
        ConfigError: It cannot be read, or is no YAML of plain values.
    """
    import yaml  # 15 ms, for one command

    class Loader(yaml.SafeLoader):
        def compose_node(self, parent: Node | None, index: int) -> Node | None:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("aliases (*) are not read")
            return super().compose_node(parent, index)

    real = path.resolve()
    content = read_bytes(real)
    try:
        table = yaml.load(content, Loader)  # noqa: S506  # a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{real}: not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(table, dict):
        raise ConfigError(f"{real}: expected an object of settings")
    digest = hashlib.sha256(content).hexdigest()
    return Document(path=str(real), digest=digest, syntax="yaml", text="", table=table, lines={})
