"""A tool called without `await` in an async program, and `await` where there is nothing to await."""

from __future__ import annotations

import re

from ptc_cli.check.case import Case
from ptc_cli.check.hints.rule import Rule, first


def _not_awaited(match: re.Match[str], case: Case) -> str:
    tool = case.tool
    call = f"Write: await {tool.path}(...)" if tool else "Put `await` before the call."
    line = case.checked.face_line
    return f"{call} {_because(line)}" if tool is None else f"{call}. {_because(line)}"


def _because(line: int | None) -> str:
    return f"Tools are awaited because line {line} makes the program async." if line else ""


def _not_awaitable(match: re.Match[str], case: Case) -> str:
    text = first(case.remark.text)
    bare = text.removeprefix("await ").strip()
    return f"Leave out `await`: {bare}" if bare else "Leave out `await`."


AWAIT_RULES = (
    Rule(pattern=re.compile(r'^Incompatible types in "await"'), say=_not_awaitable),
    Rule(pattern=re.compile(r'"(?:Item )?(?:[^"]*\b)?Coroutine\['), say=_not_awaited),
)
