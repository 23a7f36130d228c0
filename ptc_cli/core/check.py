"""What the checker says of a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ptc_cli.core.effects import Effects
from ptc_cli.core.face import Face

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One remark, at a position in the program as its author wrote it."""

    line: int
    """1-based."""

    column: int
    """1-based, in characters."""

    end_line: int
    end_column: int
    """1-based, in characters, one past the last."""

    severity: Severity
    message: str
    code: str | None = None
    """The checker's rule name, such as `arg-type`."""

    hint: str | None = None
    """How to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What the checker said of one program against one view."""

    face: Face
    diagnostics: tuple[Diagnostic, ...] = ()
    signatures: tuple[str, ...] = ()
    """Signatures of the tools that the errors are about, each once, with the server's module before the name."""

    supplied: tuple[str, ...] = ()
    """Names that the program uses without importing them, and is given."""

    checker: Literal["warm", "cold"] = "warm"
    """`cold`: the warm checker did not pass its self-test, and each check starts mypy anew."""

    effects: Effects | None = None
    """What the program can do; None where nobody asked."""

    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether nothing stops the program from running."""
        return not any(diagnostic.severity == "error" for diagnostic in self.diagnostics)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The remarks that stop the program."""
        return tuple(remark for remark in self.diagnostics if remark.severity == "error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The remarks that do not."""
        return tuple(remark for remark in self.diagnostics if remark.severity == "warning")
