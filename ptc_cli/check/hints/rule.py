"""How hints are written down: a pattern over the type checker's message, and what to say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ptc_cli.check.case import Case
from ptc_cli.core.suggest import nearest

_MOST_LISTED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What to say of messages of one form."""

    pattern: re.Pattern[str]
    say: Callable[[re.Match[str], Case], str | None]

    def hint(self, case: Case) -> str | None:
        """Return the hint for a remark, or None."""
        match = self.pattern.search(case.remark.message)
        return self.say(match, case) if match else None


def meant(name: str, known: Iterable[str], *, what: str, suggested: Iterable[str] = ()) -> str | None:
    """Return which known name was probably meant, else a list of them."""
    names = list(dict.fromkeys(known))
    close = next((each for each in suggested if each in names), None) or nearest(name, names)
    return f"Did you mean '{close}'?" if close else listed(names, what=what)


def listed(names: list[str], *, what: str) -> str | None:
    """Return the names in a sentence, or None when there are none."""
    if not names:
        return None
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return f"{what}: {', '.join(names[:_MOST_LISTED])}{more}."


def first(text: str, most: int = 60) -> str:
    """Return a text when it is short enough to be quoted, else nothing."""
    return text if len(text) <= most else ""
