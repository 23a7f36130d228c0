"""Completion at a shell's prompt: the scripts that ask, and what they are answered.

A script gives the line up to the cursor as it was typed. The answer has one candidate a line; in zsh and fish with a
tab and what it is. `:file` and `:dir` say that the shell's own completion knows better.

Names and values come from servers, and end up on a command line: whatever a shell does not quote itself is quoted
here, and what cannot be typed is not offered.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import click
from click.shell_completion import CompletionItem, ShellComplete

from ptc_cli.console.terminal import one_line, write_lines

VARIABLE = "_PTC_COMPLETE"
"""Names the shell that asks."""

_NOT_PLAIN = re.compile(r"^:|[^\w./=:,+%@^-]")
"""What an unquoted word has a backslash before, whether it needs one or not."""

_NOT_PLAIN_QUOTED = re.compile(r'[$`"\\]')

_BASH = """\
_ptc_completion() {
    local word
    COMPREPLY=()
    while IFS= read -r word; do
        case "$word" in
            :file) compopt -o default 2>/dev/null; COMPREPLY=(); return ;;
            :dir) compopt -o dirnames 2>/dev/null; COMPREPLY=(); return ;;
            *[=.]) compopt -o nospace 2>/dev/null ;;
        esac
        COMPREPLY+=("$word")
    done < <(_PTC_COMPLETE=bash _PTC_LINE="${COMP_LINE:0:$COMP_POINT}" _PTC_BREAKS="$COMP_WORDBREAKS" "$1" 2>/dev/null)
}
complete -F _ptc_completion ptc
"""

_ZSH = """\
#compdef ptc
_ptc() {
    local -a whole open
    local line value
    while IFS= read -r line; do
        value="${line%%$'\\t'*}"
        case "$value" in
            :file) compset -P '--*='; _files; return ;;
            :dir) compset -P '--*='; _files -/; return ;;
            *[=.]) open+=("${line/$'\\t'/:}") ;;
            *) whole+=("${line/$'\\t'/:}") ;;
        esac
    done < <(_PTC_COMPLETE=zsh _PTC_LINE="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" "$words[1]" 2>/dev/null)
    (( $#whole )) && _describe -V ptc whole
    (( $#open )) && _describe -V ptc open -S ''
}
if [[ "$funcstack[1]" == _ptc ]]; then _ptc "$@"; else compdef _ptc ptc; fi
"""

_FISH = """\
function _ptc_completion
    for line in (_PTC_COMPLETE=fish _PTC_LINE=(commandline -cp | string collect) ptc 2>/dev/null)
        switch $line
            case ':file*'
                __fish_complete_path (commandline -ct)
            case ':dir*'
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete --no-files --command ptc --arguments '(_ptc_completion)'
"""

SCRIPTS: Mapping[str, str] = MappingProxyType({"bash": _BASH, "zsh": _ZSH, "fish": _FISH})


def answer(commands: click.Command, shell: str, environ: Mapping[str, str]) -> int:
    """Write what may come next in a line, and return the exit code."""
    line = typed(environ.get("_PTC_LINE", ""), environ.get("_PTC_BREAKS", ""))
    found = _found(commands, line)
    kinds = {f":{item.type}" for item in found if item.type in ("file", "dir")}
    if kinds:
        write_lines(sys.stdout, min(kinds))
    elif shell == "bash":
        write_lines(sys.stdout, *_for_bash(found, line))
    elif shell == "zsh":
        write_lines(sys.stdout, *(_described(_for_zsh(item.value), _for_zsh(item.help or "")) for item in found))
    elif shell in SCRIPTS:
        write_lines(sys.stdout, *(_described(item.value, item.help or "") for item in found))
    return 0 if shell in SCRIPTS else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line up to the cursor, as a shell reads it."""

    words: Sequence[str]
    """Those that are whole."""

    incomplete: str
    """The one that the cursor ends."""

    kept: int
    """How much of it is no part of what bash completes, which begins anew after an open quote or a break."""

    quote: str
    """The quote that is open, if any."""


def typed(line: str, breaks: str = "") -> Typed:
    """Read a line: quotes, backslashes and spaces as all three shells know them."""
    words: list[str] = []
    word, kept, outside, quote, is_begun, is_escaped = "", 0, 0, "", False, False
    for each in line:
        if each.isspace() and not quote and not is_escaped:
            words += [word] if is_begun else []
            word, kept, is_begun = "", 0, False
            continue
        is_begun = True
        if not is_escaped and each == "\\" and quote != "'":
            is_escaped = True
        elif not is_escaped and each in (quote or "\"'"):
            quote, kept, outside = ("", outside, 0) if quote else (each, len(word), kept)
        else:
            word += each
            kept = len(word) if each in breaks and not quote and not is_escaped else kept
            is_escaped = False
    return Typed(words=words, incomplete=word, kept=kept, quote=quote)


def _found(commands: click.Command, line: Typed) -> list[CompletionItem]:
    found = ShellComplete(commands, {}, "ptc", VARIABLE).get_completions(list(line.words[1:]), line.incomplete)
    option, equals, _ = line.incomplete.partition("=")
    if equals and option.startswith("--"):
        # Of `--option=value` click gives the values alone.
        for item in found:
            item.value = f"{option}={item.value}" if item.type == "plain" else item.value
    return [item for item in found if item.value.isprintable()]


def _described(value: str, description: str) -> str:
    return f"{value}\t{one_line(description)}" if description else value


def _for_bash(found: Sequence[CompletionItem], line: Typed) -> Iterator[str]:
    """Give candidates from where bash takes the word to begin, so that they mean themselves there."""
    for item in found:
        text = item.value[line.kept :]
        if line.quote == "'":
            yield text.replace("'", "'\\''")
        elif line.quote == "":
            yield _NOT_PLAIN.sub(r"\\\g<0>", text)
        elif "!" not in text:  # for which there is no way to write it: history is expanded here, and a backslash stays
            yield _NOT_PLAIN_QUOTED.sub(r"\\\g<0>", text)


def _for_zsh(text: str) -> str:
    """Return a text that `_describe` shows and inserts as it is."""
    return text.replace("\\", "\\\\").replace(":", "\\:")
