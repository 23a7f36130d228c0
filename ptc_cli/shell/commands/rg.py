"""`rg` as ripgrep has it where its output is no terminal, with grep's own machinery.

Files come in the order of their names; ripgrep's own order changes from run to run.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from ptc_cli.core.tree import Node
from ptc_cli.shell.command import Invocation, Output, reason
from ptc_cli.shell.commands.grep.matching import Hits, PatternError, Source, matcher
from ptc_cli.shell.commands.grep.report import Reporter, reporter
from ptc_cli.shell.commands.grep.request import Request
from ptc_cli.shell.globs import matcher as glob_matcher
from ptc_cli.shell.options import Given, Options, UsageError, is_count

OPTIONS = Options(
    "n/line-number N/no-line-number i/ignore-case s/case-sensitive S/smart-case l/files-with-matches "
    "files-without-match c/count o/only-matching w/word-regexp x/line-regexp v/invert-match e/regexp= F/fixed-strings "
    "g/glob= t/type= T/type-not= A/after-context= B/before-context= C/context= heading no-heading H/with-filename "
    "I/no-filename m/max-count= q/quiet files hidden u/unrestricted uu no-ignore sort= sortr= color= P/pcre2 a/text "
    "no-messages max-depth= j/threads= line-buffered trim column no-config E/encoding="
)

_TYPES = {
    "py": ("*.py", "*.pyi"),
    "python": ("*.py", "*.pyi"),
    "md": ("*.md", "*.markdown", "*.mdown", "*.mkdn"),
    "markdown": ("*.md", "*.markdown", "*.mdown", "*.mkdn"),
    "json": ("*.json",),
    "txt": ("*.txt",),
    "sql": ("*.sql", "*.psql"),
    "toml": ("*.toml",),
    "yaml": ("*.yaml", "*.yml"),
}
_SHARED = (
    "line-number", "files-with-matches", "files-without-match", "count", "only-matching", "word-regexp", "line-regexp",
    "invert-match", "with-filename", "no-filename", "quiet", "text",
)  # fmt: skip
_BEYOND = ("trim", "column", "heading")
_MOST_LINES = 10**9
_FAILED = 2


def run(invocation: Invocation) -> Output:
    """Print the lines that match a pattern, below directories."""
    try:
        given = OPTIONS.parse(invocation.args)
        if given.has(*_BEYOND) or given.value("color") in ("always", "ansi"):
            return invocation.native(invocation, invocation.args)
        return _listed(invocation, given) if given.has("files") else _searched(invocation, given)
    except UsageError:
        # What else ripgrep has, such as searching over several lines, the interpreter's may know.
        return invocation.native(invocation, invocation.args)
    except PatternError as error:
        return Output(stderr=f"regex parse error:\n{error}\n", exit_code=_FAILED)


def _listed(invocation: Invocation, given: Given) -> Output:
    files = _Files(invocation, given, given.operands)
    names = "".join(f"{source.name}\n" for source in files.found())
    return Output(stdout=names, stderr=files.stderr, exit_code=_FAILED if files.stderr else int(not names))


def _searched(invocation: Invocation, given: Given) -> Output:
    patterns = given.values("regexp")
    operands = given.operands if patterns else given.operands[1:]
    patterns = patterns or given.operands[:1]
    if not patterns:
        raise UsageError
    files = _Files(invocation, given, operands)
    asked = _request(given, patterns)
    find, found = matcher(invocation, asked), files.found()
    report = _reporter(asked, is_labelled=files.is_labelled)
    parts: list[str] = []
    has_matched = False
    for source, hits in zip(found, find(found), strict=True):
        has_matched |= bool(hits.numbers)
        parts.extend(report(source, hits))
    failed = bool(files.stderr) and not (given.has("quiet") and has_matched)
    return Output(
        stdout="".join(parts),
        stderr="" if given.has("no-messages") else files.stderr,
        exit_code=_FAILED if failed else int(not has_matched),
    )


def _reporter(asked: Request, *, is_labelled: bool) -> Reporter:
    report = reporter(asked, is_labelled=is_labelled)
    if not asked.given.has("count"):
        return report

    def count(source: Source, hits: Hits) -> Iterator[str]:
        return report(source, hits) if hits.numbers else iter(())

    return count


def _request(given: Given, patterns: tuple[str, ...]) -> Request:
    """Return what is asked for, in grep's terms."""
    options = tuple(option for option in given.options if option[0] in _SHARED)
    if given.last("line-number", "no-line-number") == "no-line-number":
        options = tuple(option for option in options if option[0] != "line-number")
    case = given.last("ignore-case", "case-sensitive", "smart-case")
    if case == "ignore-case" or (case == "smart-case" and not any(map(_has_upper, patterns))):
        options = (*options, ("ignore-case", None))
    both, before, after = (_count(given, key) for key in ("context", "before-context", "after-context"))
    most = _count(given, "max-count")
    return Request(
        given=Given(options=options, operands=()),
        patterns=patterns,
        operands=(),
        grammar="fixed" if given.has("fixed-strings") else "perl",
        most=_MOST_LINES if most is None else most,
        before=before if before is not None else both or 0,
        after=after if after is not None else both or 0,
        has_context=bool(both or before or after),
    )


def _has_upper(pattern: str) -> bool:
    return re.sub(r"\\.", "", pattern) != re.sub(r"\\.", "", pattern).lower()


def _count(given: Given, key: str) -> int | None:
    value = given.value(key)
    if value is not None and not is_count(value):
        raise UsageError
    return None if value is None else int(value)


class _Files:
    """The files below operands that options let through."""

    def __init__(self, invocation: Invocation, given: Given, operands: tuple[str, ...]) -> None:
        self._invocation = invocation
        self._operands = operands or (("-",) if invocation.stdin is not None and not given.has("files") else ("",))
        self._globs = [glob for glob in given.values("glob") if not glob.startswith("!")]
        self._not_globs = [glob[1:] for glob in given.values("glob") if glob.startswith("!")]
        self._types = _patterns(given.values("type"))
        self._not_types = _patterns(given.values("type-not"))
        self._shows_hidden = given.has("hidden") or len(given.values("unrestricted")) > 1
        depth = _count(given, "max-depth")
        self._depth = 1000 if depth is None else depth
        self.stderr = ""
        self.is_labelled = len(self._operands) > 1

    def found(self) -> list[Source]:
        return [source for name in self._operands for source in self._operand(name)]

    def _operand(self, name: str) -> Iterator[Source]:
        if name == "-":
            yield Source(name="<stdin>", content=(self._invocation.stdin or "").encode())
            return
        try:
            node = None if name.startswith("/dev/") else self._invocation.node(name or ".")
            content = self._invocation.read(name) if node is None else node.content
        except OSError as error:
            self.stderr += f"{name}: {reason(error)} (os error 2)\n"
            return
        if node is None or not node.is_directory:
            yield Source(name=name, content=content)
        else:
            self.is_labelled = True
            yield from self._below("" if not name else f"{name.rstrip('/')}/", node, 1)

    def _below(self, prefix: str, directory: Node, depth: int) -> Iterator[Source]:
        self._invocation.deadline.check()
        for name, node in directory.entries.items() if depth <= self._depth else ():
            path = prefix + name
            if (name.startswith(".") and not self._shows_hidden) or _any(path, self._not_globs):
                continue
            if node.is_directory:
                yield from self._below(f"{path}/", node, depth + 1)
            elif self._is_wanted(path, name):
                yield Source(name=path, content=node.content)

    def _is_wanted(self, path: str, name: str) -> bool:
        if self._globs and not _any(path, self._globs):
            return False
        return not _any(name, self._not_types) and (not self._types or _any(name, self._types))


def _patterns(types: tuple[str, ...]) -> tuple[str, ...]:
    if any(kind not in _TYPES for kind in types):
        raise UsageError
    return tuple(pattern for kind in types for pattern in _TYPES[kind])


def _any(path: str, patterns: list[str] | tuple[str, ...]) -> bool:
    """Whether a path matches a glob: one without a slash is about the name, another about the path's end."""
    return any(
        glob_matcher(pattern.strip("/"))(path) or glob_matcher(f"*/{pattern.strip('/')}")(path)
        if "/" in pattern.rstrip("/")
        else glob_matcher(pattern.rstrip("/"))(posixpath.basename(path))
        for pattern in patterns
    )
