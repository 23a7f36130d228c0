"""Read find's command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ptc_cli.shell.command import Invocation
from ptc_cli.shell.commands.find.entry import BeyondError, Entry, Expression, FindError, Plan, Search
from ptc_cli.shell.commands.find.printing import formatted, listed, printed, undeleted
from ptc_cli.shell.commands.find.tests import ALONE, WITH_ARGUMENT
from ptc_cli.shell.quoting import curly

_BEYOND = frozenset(
    ("-regex", "-iregex", "-exec", "-execdir", "-ok", "-okdir", "-fls", "-fprintf", "-files0-from", "-context", "-used")
)
_IGNORED = frozenset(
    ("-mount", "-xdev", "-noleaf", "-daystart", "-follow", "-warn", "-nowarn", "-ignore_readdir_race", "-L", "-H", "-P")
)
_AND = ("-a", "-and")
_OR = ("-o", "-or")
_NOT = ("!", "-not")
_MOST_NESTED = 100


def plan(invocation: Invocation) -> Plan:
    """Return what a command line asks for.

    Raises:
        FindError: Find does not accept it.
        BeyondError: It is for the interpreter's own find.
    """
    args = list(invocation.args)
    while args and args[0] in ("-L", "-H", "-P"):
        args.pop(0)
    if any(arg in _BEYOND for arg in args) or any(arg in ("-regextype", "--help", "--version") for arg in args):
        raise BeyondError
    count = next((index for index, arg in enumerate(args) if _begins_expression(arg)), len(args))
    starts, words = tuple(args[:count]), args[count:]
    return _Reader(invocation, words).plan(starts or (".",))


def _begins_expression(word: str) -> bool:
    return (word.startswith("-") and word != "-") or word in ("(", ")", "!", ",")


class _Reader:
    def __init__(self, invocation: Invocation, words: Sequence[str]) -> None:
        self._invocation = invocation
        self._words = words
        self._at = 0
        self._nested = 0
        self._prints = False
        self._least = 0
        self._most: int | None = None
        self._depth_first = False

    def plan(self, starts: tuple[str, ...]) -> Plan:
        expression = self._list() if self._words else ALONE["-true"]
        if self._at < len(self._words):
            raise FindError("you have too many ')'")
        if not self._prints:
            expression = _both(expression, printed("\n"))
        return Plan(
            starts=starts,
            expression=expression,
            least_depth=self._least,
            most_depth=self._most,
            depth_first=self._depth_first,
        )

    @property
    def _word(self) -> str | None:
        return self._words[self._at] if self._at < len(self._words) else None

    def _list(self) -> Expression:
        expression = self._either()
        while self._word == ",":
            self._at += 1
            expression = _second(expression, self._operand(",", self._either))
        return expression

    def _either(self) -> Expression:
        expression = self._all()
        while (word := self._word) in _OR:
            self._at += 1
            expression = _any(expression, self._operand(word or "", self._all))
        return expression

    def _all(self) -> Expression:
        expression = self._one()
        while (word := self._word) not in (None, ")", ",", *_OR):
            if word in _AND:
                self._at += 1
                expression = _both(expression, self._operand(word or "", self._one))
            else:
                expression = _both(expression, self._one())
        return expression

    def _operand(self, after: str, read: Callable[[], Expression]) -> Expression:
        if self._word is None or self._word == ")":
            raise FindError(f"expected an expression after '{after}'")
        return read()

    def _one(self) -> Expression:
        word = self._word or ""
        self._at += 1
        if word in _NOT:
            return _negated(self._operand(word, self._one))
        if word == "(":
            return self._group()
        if word == ")":
            raise FindError("invalid expression; you have used a binary operator ')' with nothing before it.")
        if word in (*_AND, *_OR, ","):
            raise FindError(f"invalid expression; you have used a binary operator '{word}' with nothing before it.")
        if not word.startswith("-"):
            raise FindError(self._misplaced(word))
        return self._primary(word)

    def _group(self) -> Expression:
        self._nested += 1
        if self._nested > _MOST_NESTED:
            raise FindError("expressions are nested too deeply")
        if self._word == ")":
            raise FindError("invalid expression; empty parentheses are not allowed.")
        if self._word is None:
            raise FindError("invalid expression; expected to find a ')' but didn't see one.")
        expression = self._list()
        if self._word != ")":
            raise FindError("invalid expression; I was expecting to find a ')' somewhere but did not see one.")
        self._at += 1
        self._nested -= 1
        return expression

    def _misplaced(self, word: str) -> str:
        before = self._words[self._at - 3] if self._at >= 3 else ""
        guess = f"\nfind: possible unquoted pattern after predicate `{before}'?" if before in WITH_ARGUMENT else ""
        return f"paths must precede expression: `{word}'{guess}"

    def _primary(self, word: str) -> Expression:
        if word in ALONE:
            return ALONE[word]
        if word in _IGNORED:
            return ALONE["-true"]
        if word in WITH_ARGUMENT:
            return WITH_ARGUMENT[word](word, self._argument(word), self._invocation)
        if word in ("-depth", "-d", "-maxdepth", "-mindepth"):
            return self._bound(word)
        return self._action(word)

    def _action(self, word: str) -> Expression:
        self._prints = True
        match word:
            case "-print":
                return printed("\n")
            case "-print0":
                return printed("\0")
            case "-printf":
                return formatted(self._argument(word), self._invocation)
            case "-ls":
                return listed(self._invocation)
            case "-fprint" | "-fprint0":
                if self._argument(word) != "/dev/stdout":
                    raise BeyondError
                return printed("\n" if word == "-fprint" else "\0")
            case "-delete":
                self._depth_first = True
                return undeleted
        raise FindError(f"unknown predicate `{word}'")

    def _bound(self, word: str) -> Expression:
        if word in ("-depth", "-d"):
            self._depth_first = True
            return ALONE["-true"]
        text = self._argument(word)
        if not re.fullmatch(r"[0-9]{1,18}", text):
            raise FindError(f"Expected a positive decimal integer argument to {word}, but got {curly(text)}")
        if word == "-maxdepth":
            self._most = int(text)
        else:
            self._least = int(text)
        return ALONE["-true"]

    def _argument(self, word: str) -> str:
        if self._word is None:
            raise FindError(f"missing argument to `{word}'")
        self._at += 1
        return self._words[self._at - 1]


def _both(first: Expression, second: Expression) -> Expression:
    return lambda entry, search: first(entry, search) and not search.is_over and second(entry, search)


def _any(first: Expression, second: Expression) -> Expression:
    return lambda entry, search: first(entry, search) or (not search.is_over and second(entry, search))


def _second(first: Expression, second: Expression) -> Expression:
    def run(entry: Entry, search: Search) -> bool:
        first(entry, search)
        return second(entry, search)

    return run


def _negated(expression: Expression) -> Expression:
    return lambda entry, search: not expression(entry, search)
