"""From what was found in a program to the list of the tools that it can reach."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from ptc_cli.core.catalog import Tool, View
from ptc_cli.core.effects import Claim, Effect, Effects
from ptc_cli.core.labels import tool_labels
from ptc_cli.core.server import ToolAnnotations
from ptc_cli.effects import expressions, statements
from ptc_cli.effects.collect import Collector
from ptc_cli.effects.earlier import linked
from ptc_cli.effects.evaluate import Evaluator
from ptc_cli.effects.found import Calls, Found, Reference, is_repeated
from ptc_cli.effects.reach import Reach
from ptc_cli.effects.scope import TooMuchError
from ptc_cli.effects.value import Value
from ptc_cli.effects.walk import Visit, Walk

MOST_BYTES = 64 << 10
"""Of a program, with those before it in its session: following 64 KiB takes about a tenth of a second."""

# Each is called with the nodes of its own type only.
_VISITS = cast(
    "Mapping[type[ast.AST], Visit]",
    {
        ast.Name: expressions.name,
        ast.Attribute: expressions.attribute,
        ast.Call: expressions.call,
        ast.IfExp: expressions.either,
        ast.BoolOp: expressions.any_of,
        ast.UnaryOp: expressions.negation,
        ast.Compare: expressions.comparison,
        ast.NamedExpr: expressions.walrus,
        ast.FormattedValue: expressions.formatted,
        ast.Lambda: expressions.function,
        ast.ListComp: expressions.comprehension,
        ast.SetComp: expressions.comprehension,
        ast.DictComp: expressions.comprehension,
        ast.GeneratorExp: expressions.comprehension,
        ast.Constant: expressions.constant,
        ast.FunctionDef: statements.function,
        ast.AsyncFunctionDef: statements.function,
        ast.ClassDef: statements.class_,
        ast.Assign: statements.assignment,
        ast.AnnAssign: statements.annotated,
        ast.AugAssign: statements.augmented,
        ast.Expr: statements.expression,
        ast.For: statements.for_,
        ast.AsyncFor: statements.for_,
        ast.While: statements.while_,
        ast.If: statements.if_,
        ast.Assert: statements.assertion,
        ast.Import: statements.import_,
        ast.ImportFrom: statements.import_from,
    },
)


def effects(source: str, view: View, *, earlier: Sequence[str] = ()) -> Effects:
    """Return every tool of a view that a program can reach.

    Verdicts are left for policy to fill in.

    Args:
        source: The program.
        view: What its caller may see.
        earlier: Sources of the programs before it in its session, whose functions and names it may use.
    """
    if len(source) + sum(map(len, earlier)) > MOST_BYTES:
        return _everything(source)
    try:
        return _followed([_parsed(each) for each in (*earlier, source)], Reach(view))
    except (SyntaxError, ValueError, RecursionError, MemoryError, TooMuchError):
        return _everything(source)


def _everything(source: str) -> Effects:
    """Return the effects of a program that cannot be followed: any line may reach for anything."""
    return Effects(unknown=tuple(range(1, len(source.splitlines()) + 1)))


def _parsed(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _followed(trees: Sequence[ast.Module], reach: Reach) -> Effects:
    collector = Collector(reach)
    for tree in trees:
        collector.take(tree)
    evaluator = Evaluator(reach, collector.scopes)
    evaluator.settle(collector.aliases)
    walk = Walk(reach, evaluator, collector.scopes, _VISITS)
    before = [walk.over([statement], collector.top) for tree in trees[:-1] for statement in tree.body]
    # How often code of earlier programs runs is not known.
    walk.calls.freed |= walk.calls.sites.keys()
    own = walk.over(trees[-1].body, collector.top)
    return _listed(linked(own, before) if before else own, walk.calls, reach)


@dataclass(slots=True)
class _Reached:
    """One tool, as far as it is known to be reached."""

    lines: set[int] = field(default_factory=set)
    is_repeated: bool = False
    is_named: bool = False


def _listed(found: Found, calls: Calls, reach: Reach) -> Effects:
    reached: dict[tuple[str, str], _Reached] = {}
    unknown = set(found.unknown)
    for key, references in found.references.items():
        reached[key] = _named(references, calls, is_wild=found.is_wild)
    for module, lines in found.freed.items():
        tools = reach.tools(module)
        if tools is None:
            unknown.update(lines)
        for tool in tools or ():
            each = reached.setdefault((tool.module, tool.stub.name), _Reached())
            each.lines.update(lines)
            each.is_repeated = True
    effects = (_effect(reach.tool(Value("tool", *key)), each, reach) for key, each in reached.items())
    ordered = sorted(effects, key=lambda each: (not each.is_named, each.lines, each.path))
    return Effects(tools=tuple(ordered), unknown=tuple(sorted(unknown)))


def _named(references: list[Reference], calls: Calls, *, is_wild: bool) -> _Reached:
    # Where it is called through a name, that is the line which matters, not the one that binds the name.
    lines = {each.line for each in references if each.times} or {each.line for each in references}
    return _Reached(lines=lines, is_repeated=is_wild or is_repeated(references, calls), is_named=True)


def _effect(tool: Tool, reached: _Reached, reach: Reach) -> Effect:
    return Effect(
        server=tool.spec.server,
        tool=tool.spec.name,
        path=tool.path,
        lines=tuple(sorted(reached.lines)),
        claim=_claim(tool.spec.annotations),
        is_repeated=reached.is_repeated,
        is_named=reached.is_named,
        labels=tool_labels(tool.spec, reach.entry(tool).config),
    )


def _claim(annotations: ToolAnnotations) -> Claim:
    if annotations.destructive and not annotations.read_only:
        return "destroys"
    if annotations.read_only:
        return "reads"
    # MCP: the hint of destruction says something only of tools that do not merely read.
    return "writes" if annotations.read_only is False or annotations.destructive is False else "unstated"
