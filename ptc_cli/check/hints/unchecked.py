"""What the type checker cannot look into."""

from __future__ import annotations

import re

from ptc_cli.check.case import Case
from ptc_cli.check.hints.rule import Rule


def _annotate(match: re.Match[str], case: Case) -> str:
    return f"Annotate its parameters, as in: def {match['name']}(row: dict[str, str])"


def _annotate_all(match: re.Match[str], case: Case) -> str:
    return "Annotate their parameters, or make the program smaller."


def _name_it(match: re.Match[str], case: Case) -> str:
    return "Name the server where its tool is called, or hand on the tool itself, as in: f(server.tool)"


UNCHECKED_RULES = (
    Rule(pattern=re.compile(r"^'.*' is not checked: (?:the type checker does not know|nothing that)"), say=_name_it),
    Rule(pattern=re.compile(r"^'(?P<name>\w+)' is not checked inside"), say=_annotate),
    Rule(pattern=re.compile(r"^functions without annotations are not checked"), say=_annotate_all),
)
