"""How to mend what the type checker found, from the view's own names and no others."""

from __future__ import annotations

from ptc_cli.check.case import Case
from ptc_cli.check.hints.arguments import ARGUMENT_RULES
from ptc_cli.check.hints.awaits import AWAIT_RULES
from ptc_cli.check.hints.names import NAME_RULES
from ptc_cli.check.hints.results import RESULT_RULES
from ptc_cli.check.hints.syntax import SYNTAX_RULES
from ptc_cli.check.hints.unchecked import UNCHECKED_RULES

_RULES = (*AWAIT_RULES, *NAME_RULES, *ARGUMENT_RULES, *RESULT_RULES, *SYNTAX_RULES, *UNCHECKED_RULES)


def hint_for(case: Case) -> str | None:
    """Return what to do about a remark, or None when there is nothing to add."""
    return next((hint for rule in _RULES if (hint := rule.hint(case))), None)
