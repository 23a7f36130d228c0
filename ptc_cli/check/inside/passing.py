"""What goes into mypy beside programs, and what comes out of one pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mypy.nodes import Expression, MypyFile
from mypy.types import Type

from ptc_cli.check.inside.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class PastModule:
    """An entry of a session as a module that programs may import from."""

    name: str
    text: str
    lines: int
    """How many of its lines are the author's, and what stands before them."""

    has_open: bool
    """Whether it leaves parameters or results of functions without annotations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What is known after one pass. The tree and the types hold until the next one begins."""

    findings: tuple[Finding, ...]
    tree: MypyFile
    types: Mapping[Expression, Type]
