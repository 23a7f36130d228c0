"""Completion at a shell's prompt: the scripts that ask, and what they are answered.

A script gives the line up to the cursor as it was typed. The answer has one candidate a line; in zsh and fish with a
tab and what it is. `:file` and `:dir` say that the shell's own completion knows better.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import click
from click.shell_completion import CompletionItem, ShellComplete, split_arg_string

from ptc_cli.console.terminal import one_line, write_lines

VARIABLE = "_PTC_COMPLETE"
"""Names the shell that asks."""

_OPEN_ENDS = ("=", ".")
"""What ends a candidate that goes on."""

_BASH = """\
_ptc_completion() {
    local word
    COMPREPLY=()
    while IFS= read -r word; do
        case "$word" in
            :file) compopt +o nospace -o default; COMPREPLY=(); return ;;
            :dir) compopt +o nospace -o dirnames; COMPREPLY=(); return ;;
            *) COMPREPLY+=("$word") ;;
        esac
    done < <(_PTC_COMPLETE=bash _PTC_LINE="${COMP_LINE:0:$COMP_POINT}" _PTC_BREAKS="$COMP_WORDBREAKS" "$1" 2>/dev/null)
}
complete -o nospace -F _ptc_completion ptc
"""

_ZSH = """\
#compdef ptc
_ptc() {
    local -a whole open
    local line value note
    while IFS= read -r line; do
        value="${line%%$'\\t'*}"
        note="${line#*$'\\t'}"
        case "$value" in
            :file) _files; return ;;
            :dir) _files -/; return ;;
            *[=.]) open+=("${value//:/\\\\:}:$note") ;;
            *) whole+=("${value//:/\\\\:}:$note") ;;
        esac
    done < <(_PTC_COMPLETE=zsh _PTC_LINE="${(j: :)words[1,CURRENT]}" "$words[1]" 2>/dev/null)
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
    words, incomplete = _split(environ.get("_PTC_LINE", ""))
    found = ShellComplete(commands, {}, "ptc", VARIABLE).get_completions(words[1:], incomplete)
    kinds = {f":{item.type}" for item in found if item.type in ("file", "dir")}
    if kinds:
        write_lines(sys.stdout, min(kinds))
    elif shell == "bash":
        write_lines(sys.stdout, *_for_bash(found, incomplete, environ.get("_PTC_BREAKS", "")))
    elif shell in SCRIPTS:
        write_lines(sys.stdout, *(f"{item.value}\t{one_line(item.help or '')}" for item in found))
    return 0 if shell in SCRIPTS else 1


def _split(line: str) -> tuple[list[str], str]:
    """Return the words that are whole, and the one that the cursor ends."""
    words = split_arg_string(line)
    if not words or line[-1:].isspace():
        return words, ""
    return words[:-1], words[-1]


def _for_bash(found: list[CompletionItem], incomplete: str, breaks: str) -> Iterator[str]:
    """Give candidates without what bash takes for words of their own, each with the space that follows it."""
    start = max((incomplete.rfind(each) + 1 for each in breaks if each in "=:"), default=0)
    for item in found:
        yield item.value[start:] + ("" if item.value.endswith(_OPEN_ENDS) else " ")
