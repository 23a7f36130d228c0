"""`cmp` as GNU diffutils has it."""

from __future__ import annotations

from collections.abc import Iterator

from ptc_cli.shell.command import Invocation, Output, reason, usage_failure
from ptc_cli.shell.options import Given, Options, UsageError, is_count

OPTIONS = Options("b/print-bytes i/ignore-initial= l/verbose n/bytes= s/quiet silent help v/version")


def run(invocation: Invocation) -> Output:
    """Compare two files byte by byte."""
    try:
        given = OPTIONS.parse(invocation.args)
        if given.has("help"):
            return Output(
                stdout="Usage: cmp [OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]\nCompare two files byte by byte.\n"
            )
        names = _names(given)
        skips = _skips(given)
        count = _number("bytes", given.value("bytes")) if given.has("bytes") else None
    except UsageError as error:
        return usage_failure("cmp", str(error), exit_code=2, lead="cmp: ")
    contents: list[bytes] = []
    for name, skip in zip(names, skips, strict=True):
        try:
            content = invocation.read(name)[skip:]
        except OSError as error:
            silent = "" if given.has("quiet", "silent") else f"cmp: {name}: {reason(error)}\n"
            return Output(stderr=silent, exit_code=2)
        contents.append(content if count is None else content[:count])
    return _compared(names, contents[0], contents[1], given)


def _names(given: Given) -> tuple[str, str]:
    if not given.operands:
        raise UsageError("missing operand after 'cmp'")
    if len(given.operands) > 4:
        raise UsageError(f"extra operand '{given.operands[4]}'")
    return given.operands[0], given.operands[1] if len(given.operands) > 1 else "-"


def _skips(given: Given) -> tuple[int, int]:
    if len(given.operands) > 2:
        numbers = [_number("ignore-initial", text) for text in given.operands[2:4]]
        return numbers[0], numbers[1] if len(numbers) > 1 else 0
    first, _, second = (given.value("ignore-initial") or "0").partition(":")
    number = _number("ignore-initial", first)
    return number, _number("ignore-initial", second) if second else number


def _number(option: str, text: str | None) -> int:
    if text is None or not is_count(text):
        raise UsageError(f"invalid --{option} value '{text}'")
    return int(text)


def _compared(names: tuple[str, str], first: bytes, second: bytes, given: Given) -> Output:
    if first == second:
        return Output()
    if given.has("quiet", "silent"):
        return Output(exit_code=1)
    at = next((index for index, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    shorter = names[0] if len(first) < len(second) else names[1]
    length = min(len(first), len(second))
    end = f"cmp: EOF on {shorter} {_ending(first[:length], given)}\n" if len(first) != len(second) else ""
    if given.has("verbose"):
        return Output(stdout="".join(_differences(first, second, given)), stderr=end, exit_code=1)
    if at is None:
        return Output(stderr=end, exit_code=1)
    line = first.count(b"\n", 0, at) + 1
    said = f"{names[0]} {names[1]} differ: byte {at + 1}, line {line}"
    if given.has("print-bytes"):
        said += f" is {first[at]:3o} {_printable(first[at])} {second[at]:3o} {_printable(second[at])}"
    return Output(stdout=f"{said}\n", exit_code=1)


def _ending(common: bytes, given: Given) -> str:
    if not common:
        return "which is empty"
    if given.has("verbose"):
        return f"after byte {len(common)}"
    lines = common.count(b"\n")
    where = f"line {lines}" if common.endswith(b"\n") else f"in line {lines + 1}"
    return f"after byte {len(common)}, {where}"


def _differences(first: bytes, second: bytes, given: Given) -> Iterator[str]:
    width = len(str(min(len(first), len(second))))
    for index, (one, other) in enumerate(zip(first, second, strict=False), start=1):
        if one != other:
            shown = (
                f"{one:3o} {_printable(one):<4} {other:3o} {_printable(other)}" if given.has("print-bytes") else None
            )
            yield f"{index:>{width}} {shown or f'{one:3o} {other:3o}'}\n"


def _printable(byte: int) -> str:
    prefix = "M-" if byte >= 128 else ""
    byte &= 127
    return f"{prefix}^{chr(byte ^ 64)}" if byte < 32 or byte == 127 else f"{prefix}{chr(byte)}"
