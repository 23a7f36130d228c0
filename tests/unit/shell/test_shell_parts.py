"""Invariants of the shell's parts: comparison, command lines, lookup, which run sees what."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.core.stub import StubTree
from ptc_cli.shell import Shell, lookup
from ptc_cli.shell.command import Deadline, OutOfTimeError
from ptc_cli.shell.compare import changes
from ptc_cli.shell.globs import matcher
from ptc_cli.shell.options import Options, UsageError
from ptc_cli.shell.ordering import is_merged
from ptc_cli.vfs import VirtualTree

lines = st.lists(st.sampled_from("abc"), max_size=12)


def no_check() -> None:
    """Never stop."""


def fewest(first: list[str], second: list[str]) -> int:
    """How many lines must go or come at the least, the slow and certain way."""
    row = list(range(len(second) + 1))
    for i, line in enumerate(first, start=1):
        above, row[0] = row[0], i
        for j, other in enumerate(second, start=1):
            above, row[j] = row[j], above if line == other else 1 + min(row[j], row[j - 1])
    return row[-1]


@given(lines, lines)
def test_changes_turn_one_text_into_the_other(first: list[str], second: list[str]) -> None:
    made, at = [], 0
    for change in changes(first, second, check=no_check):
        made += first[at : change.start] + second[change.other_start : change.other_end]
        at = change.end

    assert made + first[at:] == second


@given(lines, lines)
def test_no_fewer_changes_would_do(first: list[str], second: list[str]) -> None:
    found = changes(first, second, check=no_check)

    assert sum(c.end - c.start + c.other_end - c.other_start for c in found) == fewest(first, second)


def test_a_comparison_that_takes_too_long_is_given_up() -> None:
    deadline = Deadline(at=time.monotonic() - 1)

    with pytest.raises(OutOfTimeError):
        changes(["a", "b"] * 100, ["b", "a", "a"] * 100, check=deadline.check)


@given(st.lists(st.text(alphabet="-=abz ", max_size=6), max_size=6))
def test_a_command_line_is_read_or_refused(args: list[str]) -> None:
    try:
        read = Options("a/all b= c/colour? long-one").parse(args)
    except UsageError:
        return
    assert {key for key, _ in read.options} <= {"all", "b", "colour", "long-one"}
    assert len(read.options) + len(read.operands) <= sum(map(len, args)) + len(args)


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["-x"], "invalid option -- 'x'"),
        (["--nope=1"], "unrecognized option '--nope'"),
        (["-b"], "option requires an argument -- 'b'"),
        (["--width"], "option '--width' requires an argument"),
        (["--al=1"], "option '--all' doesn't allow an argument"),
        (["--w"], "option '--w' is ambiguous; possibilities: '--width' '--words'"),
    ],
)
def test_complaints_about_options_are_getopts(args: list[str], complaint: str) -> None:
    with pytest.raises(UsageError) as raised:
        Options("a/all b= width= words").parse(args)

    assert str(raised.value) == complaint


@given(st.lists(st.sampled_from(["a", "b", "..", ".", ""]), max_size=6).map("/".join))
def test_a_path_never_leads_out_of_the_tree(path: str) -> None:
    root = VirtualTree(StubTree(files={"/a/b/c": "x", "/b": "y"})).root

    try:
        node = lookup.find(root, "/a", path)
    except OSError:
        return
    assert node is root or node in list(root.walk())


def test_a_path_through_a_file_is_no_directory() -> None:
    root = VirtualTree(StubTree(files={"/a/b": "x"})).root

    with pytest.raises(NotADirectoryError):
        lookup.find(root, "/", "a/b/../b")
    with pytest.raises(FileNotFoundError):
        lookup.find(root, "/", "a/nope/../b")


@pytest.mark.parametrize("number", ["²", "٣", "9" * 5000, "-1", "1e9", " 1", ""])
async def test_a_number_that_is_none_is_refused_by_every_command(number: str) -> None:
    shell = Shell(VirtualTree(StubTree(files={"/a10": "x\n", "/b2": "y\n"})))
    for command in ("ls -C -w", "tree -L", "du -d", "diff -U", "diff -y -W", "cmp -n", "find . -maxdepth"):
        end = "a10 b2" if command.startswith(("diff", "cmp")) else ""
        words = f"{command} '{number}' {end}"
        result = await shell.run(words, shell.session())

        assert "internal error" not in result.stderr, words
        assert result.exit_code != 0 or number in ("", "٣"), words


def test_a_glob_that_backtracks_ends() -> None:
    assert not matcher("*a" * 30 + "b")("a" * 200)


@pytest.mark.parametrize(
    ("script", "merged"),
    [
        ("ls nope 2>&1", True),
        ("ls nope 2>&1 | head -1", True),
        ("ls nope", False),
        ("ls a 2>&1; ls b", False),
        ("ls a > b 2>&1", False),
        ("ls a 2>&1 > b", False),
        ("echo ls", False),
    ],
)
def test_errors_join_the_output_only_where_the_script_surely_says_so(script: str, merged: bool) -> None:
    assert is_merged(script, "ls") is merged


async def test_recursive_search_for_words_says_what_the_interpreters_grep_says() -> None:
    texts = {f"/d{n % 3}/f{n}.md": f"one {n}\nTwo words\r\nthree é\n" * n for n in range(6)}
    shell = Shell(VirtualTree(StubTree(files=texts)))
    for options in ("-rn", "-r", "-rl", "-rL", "-rc", "-rh", "-rni", "-rm1", "-rnE", "-rF", "-rH"):
        for word in ("one", "two", "é", "words", "nope", "'one 3'"):
            fast = await shell.run(f"grep {options} {word} /d1 /d2", shell.session())
            slow = await shell.run(f"'gr''ep' {options} {word} /d1 /d2", shell.session())

            assert (fast.stdout, fast.exit_code) == (slow.stdout, slow.exit_code), (options, word)


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ("", "\x1b[0m\x1b[01;34maa\x1b[0m\n\x1b[01;34mbbbb\x1b[0m\nf1\n"),
        ("-C -w 40", "\x1b[0m\x1b[01;34maa\x1b[0m  \x1b[01;34mbbbb\x1b[0m  f1\n"),
        ("-m", "\x1b[0m\x1b[01;34maa\x1b[0m, \x1b[01;34mbbbb\x1b[0m, f1\n"),
        ("-F", "\x1b[0m\x1b[01;34maa\x1b[0m/\n\x1b[01;34mbbbb\x1b[0m/\nf1\n"),
    ],
)
async def test_directories_are_blue_where_colour_is_asked_for(options: str, shown: str) -> None:
    shell = Shell(VirtualTree(StubTree(files={"/aa/x": "", "/bbbb/x": "", "/f1": ""})))

    coloured = await shell.run(f"TERM=xterm ls --color=always {options}", shell.session())
    plain = await shell.run("ls --color", shell.session())

    assert (coloured.stdout, plain.stdout) == (shown, "aa\nbbbb\nf1\n")
