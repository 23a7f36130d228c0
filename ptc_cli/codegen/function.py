"""One tool as a Python function."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from ptc_cli.codegen.annotation import ANY, NONE, Annotation, scalar_source
from ptc_cli.codegen.annotator import Annotator
from ptc_cli.codegen.arguments import NotAnObjectError, arguments
from ptc_cli.codegen.budget import Budget
from ptc_cli.codegen.composer import Composer
from ptc_cli.codegen.constraints import described
from ptc_cli.codegen.definitions import Definitions
from ptc_cli.codegen.schema import MAX_NESTING, Document, Node, measure, text_of
from ptc_cli.codegen.text import summary
from ptc_cli.core.jsonvalue import JsonObject
from ptc_cli.core.learned import LearnedResult
from ptc_cli.core.names import identifiers
from ptc_cli.core.results import unwrapped
from ptc_cli.core.server import ToolConfig, ToolSpec
from ptc_cli.core.stub import Parameter, ResultSource, ToolStub

__all__ = ["NotAnObjectError", "Workshop", "tool_stub", "with_learned"]

_ONE_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class Workshop:
    """What the tools of one module share while they are made."""

    definitions: Definitions
    composer: Composer


@dataclass(frozen=True, slots=True)
class _Head:
    """The parts of a signature."""

    parameters: tuple[Parameter, ...]
    uses: frozenset[str]
    extra: str | None = None
    """The parameter that takes all other arguments, such as `**extra: int`."""


def tool_stub(spec: ToolSpec, config: ToolConfig, name: str, workshop: Workshop) -> ToolStub:
    """Return a tool as a function of a given name.

    Raises:
        NotAnObjectError: The tool cannot be called with named arguments, or its schema is beyond reading.
    """
    budget = Budget()
    head = _head(spec, name, workshop, budget)
    result, source = _result(spec, config, name, workshop, budget)
    uses = workshop.definitions.closure(head.uses | result.uses)
    return ToolStub(
        name=name,
        tool=spec.name,
        digest=spec.digest,
        parameters=head.parameters,
        returns=result.text,
        result_source=source,
        signature=f"{name}({_signature(head)}) -> {result.text}",
        summary=summary(spec.description or spec.title or spec.annotations.title or ""),
        types=workshop.definitions.ordered(uses),
        losses=budget.losses,
    )


def with_learned(stub: ToolStub, learned: LearnedResult, workshop: Workshop) -> ToolStub:
    """Return a tool with the result type that was learned; as it is, where that says nothing."""
    result = _annotated(learned.schema, learned.schema, stub.name, workshop, Budget())
    if result.members == ANY.members:
        return stub
    uses = workshop.definitions.closure(result.uses.union(stub.types))
    return replace(
        stub,
        returns=result.text,
        result_source="learned",
        signature=f"{stub.signature.removesuffix(stub.returns)}{result.text}",
        types=workshop.definitions.ordered(uses),
        learned_from=learned.calls,
    )


def _head(spec: ToolSpec, name: str, workshop: Workshop, budget: Budget) -> _Head:
    size = measure(spec.input_schema)
    if size.nesting > MAX_NESTING:
        raise NotAnObjectError(f"its input schema nests more than {MAX_NESTING} levels deep")
    if size.is_too_big:
        budget.lose("its arguments: the input schema is too big to read")
        return _Head(parameters=(), uses=frozenset(), extra="**extra: Any")
    document = Document(spec.input_schema, size=size)
    found = arguments(document, budget)
    annotator = Annotator(
        document, direction="argument", definitions=workshop.definitions, composer=workshop.composer, budget=budget
    )
    typed = {wire: annotator.annotate(schema, f"{name} {wire}") for wire, schema in found.schemas.items()}
    names = identifiers(found.schemas)
    needed = frozenset(found.required)
    parameters = [
        _parameter(names[wire], wire, found.schemas[wire], typed[wire], None if wire in needed else workshop.composer)
        for wire in (*found.required, *(wire for wire in found.schemas if wire not in needed))
    ]
    uses = frozenset().union(*(annotation.uses for annotation in typed.values()))
    if found.extra is False:
        return _Head(tuple(parameters), uses)
    extra = annotator.annotate(found.extra, f"{name} extra")
    return _Head(tuple(parameters), uses | extra.uses, f"**{_free('extra', names.values())}: {extra.text}")


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _parameter(name: str, wire: str, schema: Node, annotation: Annotation, composer: Composer | None) -> Parameter:
    """Return one parameter; with a composer, which judges its default, an optional one."""
    return Parameter(
        name=name,
        wire_name=wire,
        annotation=annotation.text,
        is_required=composer is None,
        default=None if composer is None else _default(schema, annotation, composer),
        description=described(schema, name=wire),
    )


def _default(schema: Node, annotation: Annotation, composer: Composer) -> str:
    """Return the source of the schema's own default where it is a scalar of the type, else `...`."""
    if not isinstance(schema, dict) or "default" not in schema:
        return "..."
    source = scalar_source(schema["default"])
    return source if source is not None and composer.accepts(annotation, schema["default"]) else "..."


def _signature(head: _Head) -> str:
    required = [f"{item.name}: {item.annotation}" for item in head.parameters if item.is_required]
    optional = [f"{item.name}: {item.annotation} = {item.default}" for item in head.parameters if not item.is_required]
    star = ["*"] if optional else []
    return ", ".join([*required, *star, *optional, *([head.extra] if head.extra else [])])


def _result(
    spec: ToolSpec, config: ToolConfig, name: str, workshop: Workshop, budget: Budget
) -> tuple[Annotation, ResultSource]:
    """Return the type of a tool's result, and where it comes from."""
    if config.returns_nothing:
        return NONE, "configured"
    if config.output_schema is not None:
        return _annotated(config.output_schema, config.output_schema, name, workshop, budget), "configured"
    schema = spec.output_schema
    if schema is None:
        return ANY, "none"
    inner = schema["properties"]["result"] if unwrapped(schema) is not None else schema
    return _annotated(schema, inner, name, workshop, budget), "declared"


def _annotated(root: JsonObject, start: Node, name: str, workshop: Workshop, budget: Budget) -> Annotation:
    size = measure(root)
    if size.nesting > MAX_NESTING:
        raise NotAnObjectError(f"its output schema nests more than {MAX_NESTING} levels deep")
    if size.is_too_big:
        budget.lose("its result: the output schema is too big to read")
        return ANY
    annotator = Annotator(
        Document(root, size=size),
        direction="result",
        definitions=workshop.definitions,
        composer=workshop.composer,
        budget=budget,
    )
    title = text_of(start, "title")
    return annotator.annotate(start, title if _ONE_WORD.fullmatch(title) else f"{name} result")
