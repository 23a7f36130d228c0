"""What is no Python, or none outside a function, though it is close to what was meant."""

from __future__ import annotations

import keyword
import re

from ptc_cli.check.case import Case
from ptc_cli.check.hints.rule import Rule

_KEYWORD_NAME = re.compile(rf"[(,]\s*(?P<name>{'|'.join(keyword.kwlist)})\s*=(?!=)")


def _invalid(match: re.Match[str], case: Case) -> str | None:
    if case.remark.text.startswith("```"):
        return "Leave out the lines with ```: only the program itself."
    named = _KEYWORD_NAME.search(case.remark.text)
    return f"A parameter whose name is a keyword of Python ends in an underscore: {named['name']}_=" if named else None


def _return(match: re.Match[str], case: Case) -> str:
    return "End with the expression alone, without `return`: its value is what comes back."


def _await(match: re.Match[str], case: Case) -> str:
    return "Make the function around it `async def`, and await its calls."


SYNTAX_RULES = (
    Rule(pattern=re.compile(r"^'(?:await|async \w+)' outside async function"), say=_await),
    Rule(pattern=re.compile(r"^asynchronous comprehension outside"), say=_await),
    Rule(pattern=re.compile(r"^invalid syntax"), say=_invalid),
    Rule(pattern=re.compile(r"^'return' outside function"), say=_return),
)
