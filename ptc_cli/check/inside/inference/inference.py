"""Rounds of checking with what the last round showed, until a round shows nothing new.

A right program must not be stopped: where calls or returns disagree, each choice is a world of its own, and an error is
only what is wrong in all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from mypy.nodes import MypyFile

from ptc_cli.check.inside.finding import Finding
from ptc_cli.check.inside.inference.evidence import Evidence, Place, Shown, gather
from ptc_cli.check.inside.inference.functions import Function, Key, open_functions
from ptc_cli.check.inside.inference.plan import Plan, disputed_calls, make_plan, most_choices, plan_results
from ptc_cli.check.inside.inference.probe import probe
from ptc_cli.check.inside.inference.statements import functions_of
from ptc_cli.check.inside.passing import Pass

_MOST_ROUNDS = 6
_MOST_WORLDS = 3

_ANNOTATION_CODES = frozenset({"return-value", "return", "func-returns-value", "override", "has-type", "no-redef"})
"""Rules that hold a function to its annotation, which is not the author's here."""

_ARGUMENT_CODES = frozenset({"arg-type", "call-overload", "misc", "type-var"})


Recheck = Callable[[str, Plan], Pass]
"""Checks a text with annotations written into it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _World:
    """How a program fares under one choice of annotations."""

    found: tuple[Finding, ...]
    shown: Shown
    is_settled: bool
    """Whether another round would show the same; helpers that call each other may go on for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    plan: Plan
    shown: Shown
    done: Pass | None
    """The last pass, if there was anything to write down."""

    is_settled: bool


def infer(first: Pass, text: str, check: Recheck) -> tuple[Finding, ...]:
    """Return what is wrong with a program when what its author did not annotate is inferred, beyond what was found.

    Args:
        first: The pass over the program as it was written.
        text: The program.
        check: Makes another pass.
    """
    functions = open_functions(first.tree)
    return _Inference(first, text, check, functions).findings() if functions else ()


def settle_results(first: Pass, text: str, check: Recheck) -> Pass:
    """Write down what an entry's functions give, whatever they are given, and return the last pass.

    What they are given is not written down: later programs may give them something else.
    """
    functions = open_functions(first.tree)
    plan = plan_results({key: Evidence() for key in functions}, functions)
    if not plan.signatures:
        return first
    for _ in range(_MOST_ROUNDS):
        done = check(text, plan)
        plan, written = plan_results(gather(done.tree, done.types, functions).evidence, functions), plan
        if plan.digest == written.digest:
            return check(text, plan.known)
    return check(text, Plan(signatures={}, functions=functions))


class _Inference:
    def __init__(self, first: Pass, text: str, check: Recheck, functions: Mapping[Key, Function]) -> None:
        self._known = {_key(finding) for finding in first.findings}
        self._text = text
        self._check = check
        self._functions = functions
        self._first = gather(first.tree, first.types, functions)
        self._probe = probe(text, self._first.values, functions)
        self._distrusted: set[Key] = set()

    def findings(self) -> tuple[Finding, ...]:
        """Return what all worlds have, as errors, and what only some have, as doubts."""
        worlds = [self._trusted_world()]
        count = min(most_choices(worlds[0].shown.evidence, self._functions), _MOST_WORLDS)
        worlds += [self._world(number, worlds[0].shown) for number in range(1, count)]
        counts = Counter(key for world in worlds for key in {_key(finding) for finding in world.found})
        is_doubtful = any(self._rebinding(world.found) or not world.is_settled for world in worlds)
        distinct = {_key(finding): finding for world in reversed(worlds) for finding in world.found}
        judged = (
            replace(finding, basis="inferred" if counts[key] == len(worlds) and not is_doubtful else "doubtful")
            for key, finding in distinct.items()
        )
        disputed = [self._functions[key] for key in disputed_calls(worlds[0].shown.evidence)]
        kept = (each for each in judged if each.basis == "inferred" or _is_about(each, disputed))
        return (*kept, *self._unseen(worlds[0].shown))

    def _unseen(self, shown: Shown) -> Iterator[Finding]:
        """Yield a doubt for every function that looks into what it is given, of which nothing is known."""
        handed = {key for _, key in self._first.values.values()}
        for key in sorted(handed & self._first.looking):
            if not any(kind for site in shown.evidence[key].sites for kind in site.types):
                yield _unchecked(key)

    def _trusted_world(self) -> _World:
        """Return the first world, without the parameters that are bound again to something else."""
        world = self._world(0, self._first)
        rebinding = self._rebinding(world.found)
        if not rebinding:
            return world
        self._distrusted |= rebinding
        return self._world(0, self._first)

    def _rebinding(self, found: Iterable[Finding]) -> set[Key]:
        """Return the functions around assignments that inferred types do not allow, and all methods with them."""
        lines = [finding.line for finding in found if finding.code == "assignment"]
        return {
            key
            for key, function in self._functions.items()
            if any(key[0] <= line <= function.end_line or function.is_method for line in lines)
        }

    def _world(self, number: int, shown: Shown) -> _World:
        settled = self._settled(number, shown)
        if settled.done is None:
            return _World(found=(), shown=shown, is_settled=True)
        done = settled.done if self._probe == self._text else self._check(self._text, settled.plan)
        arguments = {*self._first.arguments, *settled.shown.arguments}
        found = self._new(done.findings, arguments, settled.plan.texts)
        return _World(found=found, shown=settled.shown, is_settled=settled.is_settled)

    def _settled(self, world: int, shown: Shown) -> _Settled:
        """Write down what is shown, and see what that shows, until it is the same."""
        done: Pass | None = None
        plan = self._plan(shown, world)
        # Without a probe, a first round that writes nothing shows nothing either.
        is_settled = not plan.digest and self._probe == self._text
        for _ in range(_MOST_ROUNDS):
            if is_settled:
                break
            done = self._check(self._probe, plan)
            shown = gather(done.tree, done.types, self._functions)
            written, plan = plan, self._plan(shown, world)
            is_settled = written.digest == plan.digest
        return _Settled(plan=plan, shown=shown, done=done, is_settled=is_settled)

    def _plan(self, shown: Shown, world: int) -> Plan:
        return make_plan(
            shown.evidence, self._functions, world=world, distrusted=self._distrusted, is_first=shown is self._first
        )

    def _new(
        self, found: Iterable[Finding], arguments: Collection[Place], texts: Collection[str]
    ) -> tuple[Finding, ...]:
        """Return what was not found before, and is no trace of the annotations themselves."""
        return tuple(
            finding
            for finding in found
            if _key(finding) not in self._known
            and finding.severity == "error"
            and finding.code not in _ANNOTATION_CODES
            and not (finding.code == "comparison-overlap" and any(text in finding.message for text in texts))
            and not (finding.code in _ARGUMENT_CODES and (finding.line, finding.column) in arguments)
        )


def _is_about(doubt: Finding, disputed: Collection[Function]) -> bool:
    """Say whether a doubt is the program's.

    In each world a function whose calls disagree has the result of one of them, for all of them: what is wrong with the
    result elsewhere may be right where it is used. Within the function, it is wrong for one of its calls.
    """
    return not disputed or any(each.key[0] <= doubt.line <= each.end_line for each in disputed)


def not_inferred(tree: MypyFile | None = None) -> Finding:
    """Return what is said of a program for which inference failed."""
    line = min((function.line for function in functions_of(tree)), default=1) if tree else 1
    return _doubt("functions without annotations are not checked inside", line=line, column=0, end=1)


def _unchecked(key: Key) -> Finding:
    line, column, name = key
    message = f"'{name}' is not checked inside: nothing says what it is given"
    return _doubt(message, line=line, column=column, end=column + len(f"def {name}"))


def _doubt(message: str, *, line: int, column: int, end: int) -> Finding:
    return Finding(
        line=line,
        column=column,
        end_line=line,
        end_column=end,
        severity="error",
        message=message,
        code="unchecked",
        basis="doubtful",
    )


def _key(finding: Finding) -> tuple[int, int, str | None]:
    return finding.line, finding.column, finding.code
