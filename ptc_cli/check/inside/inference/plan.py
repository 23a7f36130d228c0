"""Annotations to try: one choice, of several where calls or returns disagree, for each function of a program."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from mypy.types import (
    AnyType,
    Instance,
    LiteralType,
    NoneType,
    Type,
    TypeOfAny,
    UnionType,
    flatten_nested_unions,
    get_proper_type,
)

from ptc_cli.check.inside.inference.evidence import Evidence, Site
from ptc_cli.check.inside.inference.functions import Function, Key

_MOST_TEXTS = 10
_NOT_WHOLLY_KNOWN = re.compile(r"\b(?:Any|object)\b")

UNKNOWN = AnyType(TypeOfAny.implementation_artifact)
"""A result that another pass may show: written down as `object`.

Where a result is `Any`, or is not written down, mypy takes every comprehension in it for one of `Any` as well.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What is written down for one function."""

    parameters: tuple[Type | None, ...]
    """None for one that is left open."""

    result: Type | None

    @property
    def is_known(self) -> bool:
        """Whether the result is one that will stay."""
        return self.result is not UNKNOWN

    def says_anything(self) -> bool:
        """Say whether it differs from no annotation at all."""
        return self.result is not None or any(kind is not None for kind in self.parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is written down in one pass."""

    signatures: Mapping[Key, Signature]
    functions: Mapping[Key, Function]

    @property
    def known(self) -> Plan:
        """The plan without the results that are not known."""
        return replace(self, signatures={key: each for key, each in self.signatures.items() if each.is_known})

    @property
    def texts(self) -> frozenset[str]:
        """The texts that parameters are said to be, as messages show them: another call may give others."""
        kinds = [kind for each in self.signatures.values() for kind in each.parameters if kind is not None]
        literals = [item for kind in kinds for item in flatten_nested_unions([kind]) if isinstance(item, LiteralType)]
        return frozenset(repr(literal.value) for literal in literals)

    @property
    def digest(self) -> tuple[object, ...]:
        """A value that is equal for plans that say the same, and empty for one that says nothing."""
        said = {key: (tuple(map(str, each.parameters)), str(each.result)) for key, each in self.signatures.items()}
        return tuple(sorted(said.items()))


def make_plan(
    evidence: Mapping[Key, Evidence],
    functions: Mapping[Key, Function],
    *,
    world: int,
    distrusted: Collection[Key],
    is_first: bool,
) -> Plan:
    """Return the annotations of one world: where there are several choices, its own one of them.

    Args:
        evidence: What the last pass showed.
        functions: The functions with something to infer.
        world: The number of the world.
        distrusted: Functions that rebind what they are given, to something else.
        is_first: Whether nothing was written down in the last pass, so that no comprehension is known.
    """
    signatures = {
        key: _signature(evidence[key], function, world, is_distrusted=key in distrusted, is_first=is_first)
        for key, function in functions.items()
    }
    said = {key: each for key, each in signatures.items() if each.says_anything()}
    return Plan(signatures=said, functions=functions)


def plan_results(evidence: Mapping[Key, Evidence], functions: Mapping[Key, Function]) -> Plan:
    """Return the results on which all of a function's `return` agree, in a pass that knows of no argument."""
    signatures = {
        key: Signature(parameters=(None,) * len(function.kinds), result=_agreed(evidence[key], function))
        for key, function in functions.items()
        if function.is_result_open and not function.is_method
    }
    return Plan(signatures=signatures, functions=functions)


def _agreed(evidence: Evidence, function: Function) -> Type:
    """Return the one result that is wholly known, and no dict of several types: mypy knows no more than `object`."""
    choices = _results(evidence, function)
    is_one = len(choices) == 1 and not isinstance(choices[0], NoneType)
    return choices[0] if is_one and choices[0] and not _NOT_WHOLLY_KNOWN.search(str(choices[0])) else UNKNOWN


def most_choices(evidence: Mapping[Key, Evidence], functions: Mapping[Key, Function]) -> int:
    """Return how many worlds there are."""
    counts = (
        max(len(_sites(evidence[key].sites)), len(_results(evidence[key], function)))
        for key, function in functions.items()
    )
    return max(counts, default=1)


def disputed_calls(evidence: Mapping[Key, Evidence]) -> list[Key]:
    """Return the functions whose calls disagree about what they are given."""
    return [key for key, each in evidence.items() if len(_sites(each.sites)) > 1]


def _signature(evidence: Evidence, function: Function, world: int, *, is_distrusted: bool, is_first: bool) -> Signature:
    sites, results = _sites(evidence.sites), _results(evidence, function)
    given = sites[world % len(sites)] if sites and not is_distrusted else (None,) * len(function.kinds)
    parameters = tuple(kind if index in function.open_parameters else None for index, kind in enumerate(given))
    result = results[world % len(results)] if results else None
    is_unknown = is_first and result is not None and _NOT_WHOLLY_KNOWN.search(str(result))
    return Signature(parameters=parameters, result=UNKNOWN if is_unknown else result)


def _results(evidence: Evidence, function: Function) -> list[Type | None]:
    if not function.is_result_open:
        return []
    distinct: dict[str, Type | None] = {str(kind): kind for kind in evidence.results if kind is not None}
    choices = [distinct[text] for text in sorted(distinct)]
    if evidence.gives_none or not (evidence.results or function.is_generator or function.is_method):
        choices.append(NoneType())
    if None in evidence.results:
        choices.append(None)
    return choices


def _sites(sites: list[Site]) -> list[tuple[Type | None, ...]]:
    """Return what calls give, each once, those apart that differ in more than a text."""
    groups: dict[tuple[str, ...], list[Site]] = {}
    for site in sites:
        # What is known comes first: in the first world, a function that calls itself gets to know what it is given.
        groups.setdefault(tuple("~" if kind is None else str(kind) for kind in site.types), []).append(site)
    return [_merged(groups[key]) for key in sorted(groups)]


def _merged(sites: list[Site]) -> tuple[Type | None, ...]:
    columns = zip(*(site.texts for site in sites), strict=True)
    return tuple(_narrowed(kind, set(texts)) for kind, texts in zip(sites[0].types, columns, strict=True))


def _narrowed(kind: Type | None, texts: set[str | None]) -> Type | None:
    """Return the type of a few texts as a `Literal` of them: tools are often given one from here."""
    fallback = get_proper_type(kind) if kind is not None else None
    said = sorted(text for text in texts if text is not None)
    if len(said) != len(texts) or len(said) > _MOST_TEXTS or not isinstance(fallback, Instance):
        return kind
    return UnionType.make_union([LiteralType(text, fallback) for text in said])
