"""Random programs, right and wrong: put together from the corpus, and changed a little."""

from __future__ import annotations

import random
from collections.abc import Iterator

from ptc_cli.core.check import CheckReport
from tests.unit.check.test_verdicts import programs

_MOST_JOINED = 3
_CHANGES = (
    ("name", "nmae"),
    ("items", "itmes"),
    ("crm.", "crn."),
    ("crm.", "await crm."),
    ("(1)", "('1')"),
    ("1", "None"),
    ("for ", "async for "),
    ("[", "(["),
    ("import ", "import no_such_"),
    ("=", "+="),
    ("\n", "\nimport xml.dom.minidom as dom\n"),
    ("print", "pritn"),
)
"""What is put in place of what, once or everywhere."""

Verdict = tuple[str, tuple[tuple[int, int, str, str | None, str | None], ...]]


def random_programs(seed: int, count: int) -> Iterator[str]:
    """Yield so many programs, the same ones for a seed."""
    source = random.Random(seed)
    corpus = [text for name in ("right.txt", "wrong.txt") for _, text in programs(name)]
    for number in range(count):
        chosen = source.sample(corpus, source.randint(1, _MOST_JOINED))
        text = "\n".join(chosen)
        for _ in range(source.choice([0, 0, 1, 2])):
            before, after = source.choice(_CHANGES)
            text = text.replace(before, after, source.choice([1, 1, -1]))
        yield f"{text}\n# {number}\n"


def verdict(report: CheckReport) -> Verdict:
    """Return all that a report says, but for how long it took."""
    said = ((each.line, each.column, each.message, each.code, each.hint) for each in report.diagnostics)
    return report.face, tuple(said)
