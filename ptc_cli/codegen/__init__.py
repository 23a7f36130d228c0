"""JSON Schema to typed stubs, and the tree that an agent reads."""

from ptc_cli.codegen.docs import definitions_for, documentation, example_call, signature
from ptc_cli.codegen.module import render
from ptc_cli.codegen.runtime import runtime_stub
from ptc_cli.codegen.text import summary
from ptc_cli.codegen.tree import tree

__all__ = [
    "definitions_for",
    "documentation",
    "example_call",
    "render",
    "runtime_stub",
    "signature",
    "summary",
    "tree",
]
