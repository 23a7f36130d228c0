"""What a name of a program can stand for, as far as it leads to tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind = Literal[
    "package",  # `tools`
    "server",  # the module of a server
    "tool",  # a function of such a module
    "ptc",
    "call",  # `ptc.call`
    "read",  # `ptc.read_resource`
    "sys",
    "function",  # one of the program's own
]


@dataclass(frozen=True, slots=True)
class Value:
    """One thing that a name can stand for."""

    kind: Kind
    name: str = ""
    """The server's module."""

    tool: str = ""
    """The function's name."""

    function: int = 0
    """The number of one of the program's own functions."""


Values: TypeAlias = frozenset[Value]

NOTHING: Values = frozenset()
PACKAGE = Value("package")
PTC = Value("ptc")
CALL = Value("call")
READ = Value("read")
SYS = Value("sys")
