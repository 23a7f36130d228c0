"""A tool called without `await` in an async program, and `await` where there is nothing to await."""

from __future__ import annotations

import re

from ptc_cli.check.case import Case
from ptc_cli.check.hints.rule import Rule, first

_OF_THE_SESSION = "Tools are awaited because an earlier program made the session async."


def _not_awaited(match: re.Match[str], case: Case) -> str:
    tool = case.tool
    if tool is None:
        return f"Put `await` before the call. {_because(case)}"
    # `await` takes hold of all that follows: an index, an attribute.
    is_taken_apart = case.remark.text.startswith(f"{tool.path}(")
    call = f"(await {tool.path}(...)), with the parentheses" if is_taken_apart else f"await {tool.path}(...)"
    return f"Write: {call}. {_because(case)}"


def _because(case: Case) -> str:
    line = case.checked.face_line
    return f"Tools are awaited because line {line} makes the program async." if line else _OF_THE_SESSION


def _session_is_async(match: re.Match[str], case: Case) -> str:
    return f"Write: await {match['tool']}(...). {_OF_THE_SESSION}"


def _session_is_sync(match: re.Match[str], case: Case) -> str:
    return "Leave out `await`, `async` and asyncio, and call tools plainly; or begin another session."


def _not_awaitable(match: re.Match[str], case: Case) -> str:
    text = first(case.remark.text)
    bare = text.removeprefix("await ").strip()
    return f"Leave out `await`: {bare}" if bare else "Leave out `await`."


AWAIT_RULES = (
    Rule(pattern=re.compile(r"^this session is async, and (?P<tool>[\w.]+) is not awaited"), say=_session_is_async),
    Rule(pattern=re.compile(r"^this session is sync"), say=_session_is_sync),
    Rule(pattern=re.compile(r'^Incompatible types in "await"'), say=_not_awaitable),
    Rule(pattern=re.compile(r'"(?:Item )?(?:[^"]*\b)?Coroutine\['), say=_not_awaited),
)
