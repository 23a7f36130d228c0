"""Whether the warm checker still does what it did when it was written.

It leans on parts of mypy that promise nothing. What is tried here is what would go wrong in silence.
"""

from __future__ import annotations

from collections.abc import Iterator

from ptc_cli.check.inside.desk import TypeChecker
from ptc_cli.check.wire import Update

_SERVER = "ptc_self_test_"
_STUB = "def double(number: int) -> int: ...\n"
_CHANGED_STUB = "def double(number: str) -> int: ...\n"
_USE = f"from tools import {_SERVER}\n"


def self_test(checker: TypeChecker) -> tuple[str, ...]:
    """Return what is wrong with a checker; nothing when all is well."""
    try:
        checker.update(Update(changed={_SERVER: _STUB}))
        failures = tuple(_failures(checker))
        checker.update(Update(removed=(_SERVER,)))
    except Exception as error:  # noqa: BLE001 (whatever mypy raises here is the answer)
        return (f"it broke: {error!r}",)
    return failures if _is_wrong(checker, _USE) else (*failures, "a removed stub is still there")


def _failures(checker: TypeChecker) -> Iterator[str]:
    if _is_wrong(checker, f"{_USE}{_SERVER}.double(2)\n"):
        yield "a right program is rejected"
    if not _is_wrong(checker, f"{_USE}{_SERVER}.double('2')\n"):
        yield "a wrong program is accepted"
    before = f"x = '日本語'; {_SERVER}.double("
    if _columns(checker, f"{_USE}{before}'2')\n") != [len(before.encode())]:
        yield "a column after text that is not ASCII is wrong"
    if _is_wrong(checker, "async def f() -> int:\n    return 1\nprint(await f() + 1)\n"):
        yield "await at top level is rejected"
    checker.update(Update(changed={_SERVER: _CHANGED_STUB}))
    if _is_wrong(checker, f"{_USE}{_SERVER}.double('2')\n"):
        yield "a changed stub is not seen"


def _is_wrong(checker: TypeChecker, text: str) -> bool:
    return bool(checker.check(text))


def _columns(checker: TypeChecker, text: str) -> list[int]:
    return [finding.column for finding in checker.check(text)]
