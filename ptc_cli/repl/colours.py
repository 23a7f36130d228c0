"""How an entry looks while it is typed: Python in colours, errors underlined, and named below."""

from __future__ import annotations

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_len
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.lexers import Lexer, PygmentsLexer
from prompt_toolkit.styles import BaseStyle, Style, merge_styles, style_from_pygments_cls
from pygments.lexers.python import PythonLexer
from pygments.styles import get_style_by_name

from ptc_cli.console.terminal import one_line
from ptc_cli.core.check import Diagnostic
from ptc_cli.repl.live import LiveCheck

_MARKS = {"error": "class:mark.error", "warning": "class:mark.warning"}

_OURS = {
    "mark.error": "underline fg:ansired",
    "mark.warning": "underline fg:ansiyellow",
    "bottom-toolbar": "noreverse",
    "toolbar.error": "bold fg:ansired",
    "toolbar.warning": "fg:ansiyellow",
    "toolbar.ok": "fg:ansigreen",
    "auto-suggestion": "fg:ansibrightblack",
}


def python_lexer() -> Lexer:
    """Return what colours Python."""
    return PygmentsLexer(PythonLexer)


def style() -> BaseStyle:
    """Return the colours."""
    return merge_styles([style_from_pygments_cls(get_style_by_name("default")), Style.from_dict(_OURS)])


def toolbar(live: LiveCheck) -> StyleAndTextTuples:
    """Return the line below the entry: the first error, or that there is none."""
    for remark in sorted(live.remarks, key=lambda each: each.severity != "error"):
        hint = f"  {one_line(remark.hint)}" if remark.hint else ""
        place = f"{remark.line}:{remark.column} "
        return [(f"class:toolbar.{remark.severity}", place), ("", f"{one_line(remark.message)}{hint}")]
    if live.state == "broken":
        return [("class:toolbar.warning", f"not checked: {one_line(live.problem)}")]
    return [("class:toolbar.ok", "ok" if live.state == "passed" else "")]


class Marks(Processor):
    """Underlines what the checker is at odds with."""

    def __init__(self, live: LiveCheck) -> None:
        self._live = live

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Return a line with its errors marked."""
        line, fragments = transformation_input.lineno + 1, transformation_input.fragments
        here = [each for each in self._live.remarks if each.line == line and each.severity in _MARKS]
        if not here:
            return Transformation(fragments)
        letters = explode_text_fragments(fragments)
        for remark in here:
            for column in _columns(remark, fragment_list_len(fragments)):
                letters[column] = (f"{letters[column][0]} {_MARKS[remark.severity]}", letters[column][1])
        return Transformation(letters)


def _columns(remark: Diagnostic, width: int) -> range:
    end = remark.end_column - 1 if remark.end_line == remark.line else width
    return range(min(remark.column - 1, width), min(max(end, remark.column), width))
