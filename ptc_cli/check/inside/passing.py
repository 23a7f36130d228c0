"""One pass of mypy over a program: what it found, and what it knows of each expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mypy.nodes import Expression, MypyFile
from mypy.types import Type

from ptc_cli.check.inside.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What is known after one pass. The tree and the types hold until the next one begins."""

    findings: tuple[Finding, ...]
    tree: MypyFile
    types: Mapping[Expression, Type]
