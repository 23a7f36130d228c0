"""A program changed so that it shows what functions are given that are handed to others."""

from __future__ import annotations

from collections.abc import Mapping

from ptc_cli.check.inside.inference.evidence import Place
from ptc_cli.check.inside.inference.functions import Function, Key
from ptc_cli.check.inside.source import parses


def probe(text: str, values: Mapping[Place, tuple[int, Key]], functions: Mapping[Key, Function]) -> str:
    """Return a program with `lambda a: f(a)` wherever it hands over `f`.

    mypy infers what a lambda is given where it stands, and nothing for a function. Positions move, within lines that
    define nothing: what is wrong with this text is nobody's concern.
    """
    lines = [line.encode() for line in text.split("\n")]
    for (row, start), (end, key) in sorted(values.items(), reverse=True):
        line = lines[row - 1]
        name = line[start:end].decode("utf-8", "ignore")
        # Inside of an f-string, Python 3.11 says wrong positions.
        if name.rpartition(".")[2] == key[2]:
            lines[row - 1] = line[:start] + _wrapped(name, functions[key].positional) + line[end:]
    changed = b"\n".join(lines).decode()
    return changed if parses(changed) else text


def _wrapped(name: str, count: int) -> bytes:
    parameters = ", ".join(f"__ptc_{number}" for number in range(count))
    return f"(lambda {parameters}: {name}({parameters}))".encode()
