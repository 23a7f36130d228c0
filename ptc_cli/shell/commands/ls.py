"""`ls` as GNU coreutils has it, over the tree."""

from __future__ import annotations

import posixpath
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ptc_cli.core.tree import Node
from ptc_cli.shell import facts, quoting
from ptc_cli.shell.command import Invocation, Output, reason, usage_failure
from ptc_cli.shell.commands.columns import columns, commas
from ptc_cli.shell.globs import matcher
from ptc_cli.shell.lookup import absolute
from ptc_cli.shell.options import Given, Options, UsageError, is_count

OPTIONS = Options(
    "a/all A/almost-all b/escape B/ignore-backups c C d/directory D/dired f F/classify? g G/no-group h/human-readable "
    "H/dereference-command-line i/inode I/ignore= k/kibibytes l L/dereference m n/numeric-uid-gid N/literal o "
    "p q/hide-control-chars Q/quote-name r/reverse R/recursive s/size S t T/tabsize= u U v w/width= x X Z/context 1 "
    "author block-size= color? file-type format= full-time group-directories-first hide= hyperlink? indicator-style= "
    "quoting-style= show-control-chars si sort= time= time-style= help version"
)

_LONG = ("l", "n", "numeric-uid-gid", "g", "o", "full-time")
_FORMATS = {
    "verbose": "l", "long": "l", "commas": "m", "horizontal": "x", "across": "x", "vertical": "C", "single-column": "1",
}  # fmt: skip
_SORTS = {"none": "U", "time": "t", "size": "S", "extension": "X", "version": "v", "width": "width", "name": "name"}
_CHOICES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "format": (("verbose", "long"), ("commas",), ("horizontal", "across"), ("vertical",), ("single-column",)),
    "sort": (("none",), ("time",), ("size",), ("extension",), ("version",), ("width",), ("name",)),
    "color": (("always", "yes", "force"), ("never", "no", "none"), ("auto", "tty", "if-tty")),
    "indicator-style": (("none",), ("slash",), ("file-type",), ("classify",)),
}
_COLOURED = (None, *_CHOICES["color"][0])
_TIME_STYLES = ("full-iso", "long-iso", "iso", "locale")

_HELP = """\
Usage: ls [OPTION]... [FILE]...
List information about the FILEs (the current directory by default).
Understood here: -1AaBbCcdFfghIiklLmNnopQqRrSstUuvwXx, --color, --full-time,
--group-directories-first, --hide, --sort, --time-style and their long names.
"""


class _InvalidArgumentError(UsageError):
    """A value that an option does not know."""

    def __init__(self, option: str, value: str, known: tuple[tuple[str, ...], ...]) -> None:
        groups = "".join(f"\n  - {', '.join(map(quoting.curly, words))}" for words in known)
        option = quoting.curly(f"--{option}")
        super().__init__(f"invalid argument {quoting.curly(value)} for {option}\nValid arguments are:{groups}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    name: str
    path: str
    node: Node


class _Listing:
    """One run of `ls`, its options read."""

    def __init__(self, invocation: Invocation, given: Given) -> None:
        self._invocation = invocation
        self._given = given
        self._layout = _layout(given)
        self._all = given.has("all", "f")
        self._hides_nothing = self._all or given.has("almost-all")
        self._recursive = given.has("recursive")
        self._needs_total = self._layout == "l" or given.has("size")
        # GNU's has no colours, not even when they are asked for, where the terminal is not known.
        knows_terminal = bool(invocation.env.get("TERM"))
        self._is_coloured = knows_terminal and given.has("color") and given.value("color") in _COLOURED
        self._has_coloured = False
        self._errors: list[str] = []
        self._serious = False

    def run(self) -> Output:
        files: list[_Entry] = []
        directories: list[_Entry] = []
        for entry in self._operands():
            (directories if entry.node.is_directory and not self._given.has("directory") else files).append(entry)
        headed = len(files) + len(directories) + len(self._errors) > 1 or self._recursive
        blocks = [self._rows(self._sorted(files))] if files else []
        for entry in self._sorted(directories):
            blocks.extend(self._directory(entry, headed=headed))
        stderr = "".join(f"ls: {line}\n" for line in self._errors)
        return Output(stdout="\n".join(blocks), stderr=stderr, exit_code=2 if self._serious else 0)

    def _operands(self) -> Iterator[_Entry]:
        for name in self._given.operands or (".",):
            try:
                yield self._entry(name)
            except OSError as error:
                self._serious = True
                self._errors.append(f"cannot access {quoting.quoted(name)}: {reason(error)}")

    def _entry(self, name: str) -> _Entry:
        if name in ("/dev/null", "/dev/stdin", "/dev/stdout", "/dev/stderr"):
            return _Entry(name=name, path=name, node=_NULL)
        return _Entry(name=name, path=absolute(self._invocation.cwd, name), node=self._invocation.node(name))

    def _directory(self, entry: _Entry, *, headed: bool) -> Iterator[str]:
        self._invocation.deadline.check()
        entries = self._sorted(self._visible(entry))
        header = f"{entry.name}:\n" if headed else ""
        shown = [*self._dots(entry), *entries] if not self._given.has("reverse") else [*entries, *self._dots(entry)]
        total = f"total {self._blocks(sum(facts.kilobytes(each.node) for each in shown))}\n"
        yield header + (total if self._needs_total else "") + self._rows(shown)
        if self._recursive:
            for child in entries:
                if child.node.is_directory:
                    name = f"{entry.name.rstrip('/')}/{child.name}" if entry.name != "/" else f"/{child.name}"
                    yield from self._directory(_Entry(name=name, path=child.path, node=child.node), headed=True)

    def _visible(self, directory: _Entry) -> Iterator[_Entry]:
        for name, node in directory.node.entries.items():
            if self._is_shown(name):
                yield _Entry(name=name, path=posixpath.join(directory.path, name), node=node)

    def _is_shown(self, name: str) -> bool:
        ignored = self._given.values("ignore")
        if not self._hides_nothing:
            if name.startswith("."):
                return False
            ignored += self._given.values("hide")
        if self._given.has("ignore-backups") and name.endswith("~"):
            return False
        return not any(matcher(pattern)(name) for pattern in ignored)

    def _dots(self, directory: _Entry) -> list[_Entry]:
        if not self._all:
            return []
        above = absolute(directory.path, "..")
        dots = [
            _Entry(name=".", path=directory.path, node=directory.node),
            _Entry(name="..", path=above, node=self._invocation.node(above)),
        ]
        return dots[::-1] if self._given.has("reverse") else dots

    def _sorted(self, entries: Iterable[_Entry]) -> list[_Entry]:
        order = _order(self._given)
        listed = list(entries)
        if order != "U":
            listed.sort(key=lambda entry: entry.name.encode("utf-8", "replace"))
            _sort_by(order, listed)
            if self._given.has("reverse"):
                listed.reverse()
        if self._given.has("group-directories-first"):
            listed.sort(key=lambda entry: not entry.node.is_directory)
        return listed

    def _rows(self, entries: Sequence[_Entry]) -> str:
        names = [self._name(entry) for entry in entries]
        prefixes = self._prefixes(entries)
        if self._layout == "l":
            details = self._details(entries)
            return "".join(f"{a}{b} {c}\n" for a, b, c in zip(prefixes, details, names, strict=True))
        cells = [a + b for a, b in zip(prefixes, names, strict=True)]
        width = int(self._given.value("width") or 80)
        if self._layout == "m":
            return commas(cells, width=width)
        if self._layout in ("C", "x"):
            return columns(cells, width=width, across=self._layout == "x")
        return "".join(f"{cell}\n" for cell in cells)

    def _prefixes(self, entries: Sequence[_Entry]) -> list[str]:
        parts: list[list[str]] = []
        if self._given.has("inode"):
            parts.append([str(facts.inode(entry.path)) for entry in entries])
        if self._given.has("size"):
            parts.append([self._blocks(facts.kilobytes(entry.node)) for entry in entries])
        if self._given.has("context"):
            parts.append(["?"] * len(entries))
        aligned = [_right(part) for part in parts] if self._layout != "m" else parts
        return ["".join(f"{cell} " for cell in row) for row in zip(*aligned, strict=True)] or [""] * len(entries)

    def _details(self, entries: Sequence[_Entry]) -> list[str]:
        links = _right([str(facts.links(entry.node)) for entry in entries])
        sizes = _right([self._size(facts.size(entry.node)) for entry in entries])
        times = [self._time(entry.node) for entry in entries]
        owner = str(facts.OWNER_ID) if self._given.has("numeric-uid-gid") else facts.OWNER
        owners = [] if self._given.has("g") else [owner]
        owners += [] if self._given.has("o", "no-group") else [owner]
        return [
            " ".join([facts.permissions(entry.node), link, *owners, size, when])
            for entry, link, size, when in zip(entries, links, sizes, times, strict=True)
        ]

    def _size(self, count: int) -> str:
        if self._given.has("human-readable", "si"):
            return facts.human(count, unit=1000 if self._given.has("si") else 1024)
        unit, suffix = _block_size(self._given.value("block-size"), 1)
        return f"{-(-count // unit)}{suffix}"

    def _blocks(self, kilobytes: int) -> str:
        if self._given.has("human-readable", "si"):
            return facts.human(kilobytes * 1024, unit=1000 if self._given.has("si") else 1024)
        unit, suffix = _block_size(self._given.value("block-size"), 1024)
        return f"{-(-kilobytes * 1024 // unit)}{suffix}"

    def _time(self, node: Node) -> str:
        style = "full-iso" if self._given.has("full-time") else self._given.value("time-style") or "locale"
        moment = time.gmtime(node.modified_at)
        recent = facts.is_recent(node.modified_at, self._invocation.now)
        match style.removeprefix("posix-"):
            case "full-iso":
                return facts.full_time(node.modified_at)
            case "long-iso":
                return time.strftime("%Y-%m-%d %H:%M", moment)
            case "iso":
                return time.strftime("%m-%d %H:%M" if recent else "%Y-%m-%d ", moment)
            case style if style.startswith("+"):
                older, _, newer = style[1:].partition("\n")
                return time.strftime(newer if newer and recent else older, moment)
        return facts.short_time(node.modified_at, self._invocation.now)

    def _name(self, entry: _Entry) -> str:
        name = entry.name
        style = self._given.value("quoting-style")
        if self._given.has("quote-name") or style == "c":
            name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        elif self._given.has("escape") or style == "escape":
            name = quoting.c_escaped(name)
        elif style in ("shell", "shell-escape"):
            name = quoting.if_needed(name)
        elif style in ("shell-always", "shell-escape-always"):
            name = quoting.quoted(name)
        elif self._given.has("hide-control-chars"):
            name = "".join(character if character.isprintable() else "?" for character in name)
        return self._coloured(name, entry.node) + self._indicator(entry.node)

    def _coloured(self, name: str, node: Node) -> str:
        """Return a name as a terminal shows it: directories bold and blue, and a reset before the first."""
        if not (self._is_coloured and node.is_directory):
            return name
        reset = "" if self._has_coloured else "\x1b[0m"
        self._has_coloured = True
        return f"{reset}\x1b[01;34m{name}\x1b[0m"

    def _indicator(self, node: Node) -> str:
        styled = self._given.value("indicator-style") not in (None, "none")
        wanted = styled or self._given.has("classify", "p", "file-type")
        return "/" if node.is_directory and wanted else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Null:
    is_directory: bool = False
    mode: int = 0o20666
    modified_at: float = 0.0
    size: int = 0
    content: bytes = b""

    @property
    def entries(self) -> dict[str, Node]:
        return {}


_NULL = _Null()


def run(invocation: Invocation) -> Output:
    """List directories and files."""
    try:
        given = OPTIONS.parse(invocation.args)
        _check(given)
    except UsageError as error:
        return usage_failure("ls", str(error), exit_code=1 if isinstance(error, _InvalidArgumentError) else 2)
    if given.has("help"):
        return Output(stdout=_HELP)
    if given.has("version"):
        return Output(stdout="ls (GNU coreutils) 9.1\n")
    return _Listing(invocation, given).run()


def _check(given: Given) -> None:
    width = given.value("width")
    if width is not None and not is_count(width):
        raise UsageError(f"invalid line width: {quoting.curly(width)}")
    for key, known in _CHOICES.items():
        value = given.value(key)
        if value is not None and value not in [word for words in known for word in words]:
            raise _InvalidArgumentError(key, value, known)
    style = given.value("time-style")
    if style is not None and not style.startswith("+") and style.removeprefix("posix-") not in _TIME_STYLES:
        raise UsageError(f"invalid argument {quoting.curly(style)} for {quoting.curly('time style')}")


def _layout(given: Given) -> str:
    layout = "1"
    for key, value in given.options:
        if key in _LONG:
            layout = "l"
        elif key in ("C", "x", "m"):
            layout = key
        elif key == "1" and layout != "l":
            layout = "1"
        elif key == "format":
            layout = _FORMATS[value or ""]
    return layout


def _order(given: Given) -> str:
    order = "name"
    for key, value in given.options:
        if key in ("S", "t", "X", "v", "U"):
            order = key
        elif key == "f":
            order = "U"
        elif key == "sort":
            order = _SORTS[value or ""]
    return order


def _right(cells: Sequence[str]) -> list[str]:
    width = max(map(len, cells), default=0)
    return [cell.rjust(width) for cell in cells]


_UNITS = {letter: 1024**power for power, letter in enumerate("KMGTPE", start=1)}


def _block_size(text: str | None, default: int) -> tuple[int, str]:
    match = re.fullmatch(r"([0-9]{0,9})([KMGTPE]?)(i?B?)", text or "")
    if not text or not match:
        return default, ""
    number, letter, _ = match.groups()
    return int(number or 1) * _UNITS.get(letter, 1) or default, "" if number else letter


def _version_key(name: str) -> list[tuple[int, int]]:
    """Numbers by value; letters before other characters, and a tilde before the end of a name."""
    key: list[tuple[int, int]] = []
    for part in re.findall(r"[0-9]{1,1000}|[^0-9]", name):
        if part.isdecimal() and part.isascii():
            key.append((2, int(part)))
        else:
            key.append((-1 if part == "~" else 3 if part.isalpha() else 4, ord(part)))
    return [*key, (0, 0)]


def _sort_by(order: str, entries: list[_Entry]) -> None:
    match order:
        case "S":
            entries.sort(key=lambda entry: -facts.size(entry.node))
        case "t":
            entries.sort(key=lambda entry: -entry.node.modified_at)
        case "X":
            entries.sort(key=lambda entry: posixpath.splitext(entry.name)[1])
        case "v":
            entries.sort(key=lambda entry: _version_key(entry.name))
        case "width":
            entries.sort(key=lambda entry: len(entry.name))
