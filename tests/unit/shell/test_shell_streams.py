"""Commands and loops each read what is theirs, and a used interpreter is as good as a new one."""

from __future__ import annotations

import asyncio

import pytest

from ptc_cli.core.stub import StubTree
from ptc_cli.shell import Shell
from ptc_cli.shell.unstreamed import unstreamed
from ptc_cli.vfs import VirtualTree


@pytest.mark.parametrize(
    "body",
    [
        "grep -c . /README.md",
        "cat /README.md",
        "echo a | grep a",
        "cat /README.md | head -1",
        "seq 2 | sort",
        "if grep -q Tools /README.md; then echo; fi",
        'echo "$(grep -c . /README.md)"',
        "x=$(cat /README.md); echo $x",
        "[ -f /README.md ] && grep Tools /README.md",
    ],
)
@pytest.mark.parametrize(
    "producer", ["seq 3", "ls -d /README.md /docs /tools", "cat /README.md", "echo a | grep -n ''"]
)
async def test_a_loop_goes_on_whatever_its_commands_read(shell: Shell, producer: str, body: str) -> None:
    expected = await shell.run(f"{producer} | wc -l", shell.session())

    result = await shell.run(f"{producer} | while read -r _; do echo round; {body}; done", shell.session())

    assert result.stdout.count("round\n") == int(expected.stdout)


@pytest.mark.parametrize(
    "command",
    [
        "cat /README.md | grep Tools",
        "cat /README.md | \\grep Tools",
        "G=grep; cat /README.md | $G Tools",
        "cat /README.md | LC_ALL=C grep Tools",
        "f() { grep Tools; }; cat /README.md | f",
        "eval 'cat /README.md | grep Tools'",
        "bash -c 'cat /README.md | grep Tools'",
        "cat /README.md | (grep Tools)",
        "cat <<X | grep Tools\n# Tools\nX",
        "grep Tools < /README.md",
        "grep Tools <(cat /README.md)",
        "cat /README.md | tee /dev/null | grep Tools",
    ],
)
async def test_grep_finds_its_input_however_it_is_called(shell: Shell, command: str) -> None:
    assert (await shell.run(command, shell.session())).stdout == "# Tools\n"


@pytest.mark.parametrize(
    "script",
    [
        "echo 'a | while read f; do cat x; done'",
        'echo "a | while; cat x"',
        "ls | wc -l",
        "cat /README.md",
        "echo category | while read f; do echo catalog; done",
    ],
)
def test_what_is_no_call_is_left_as_it_is(script: str) -> None:
    assert unstreamed(script) == script


async def test_what_is_quoted_comes_out_as_it_was(shell: Shell) -> None:
    result = await shell.run("seq 1 | while read f; do echo \"; cat $f\"; echo '| grep x'; done", shell.session())

    assert result.stdout == "; cat 1\n| grep x\n"


@pytest.mark.parametrize("command", ["column -t", "jq -c -R .", "sort -r", "grep -n x", "cut -c1-3", "xargs -a"])
async def test_every_command_reads_a_process_substitution(shell: Shell, command: str) -> None:
    result = await shell.run(f"{command} <(echo x)", shell.session())

    assert "x" in result.stdout
    assert result.exit_code == 0


@pytest.mark.parametrize(
    "dirt",
    [
        "set -euo pipefail",
        "f() { echo f; }; ls() { echo mine; }",
        "shopt -s nullglob extglob expand_aliases; alias cat=ls",
        "trap 'echo bye' EXIT",
        "A=1; readonly B=2; declare -A m=([a]=1); IFS=:; set -- a b",
        "umask 077; exec 3>/dev/null; exec >/dev/null",
        "cd /docs; pushd /tools; unset HOME PATH",
        "sleep 1 &",
        "hash -p /x y; false; getopts ab z -ab",
    ],
)
async def test_nothing_of_a_command_is_left_for_the_next(shell: Shell, dirt: str) -> None:
    state = (
        "set | grep -v '^_='; declare -p; declare -F; alias; shopt; trap; umask; echo $- $# $?; pwd; set -o; jobs; ls /"
    )
    before = await shell.run(state, shell.session())

    await shell.run(dirt, shell.session())
    after = await shell.run(state, shell.session())

    assert len(before.stdout) > 500
    assert (after.stdout, after.stderr, after.exit_code) == (before.stdout, before.stderr, before.exit_code)


async def test_commands_at_once_share_nothing_but_the_tree(tree: VirtualTree, shell: Shell) -> None:
    async def one(number: int) -> bool:
        if number % 20 == 0:
            tree.update(StubTree(files={"/README.md": "# Tools\n", "/docs/n": f"{number}\n"}))
        result = await shell.run(
            f"X={number}; cat /README.md | grep -c Tools; jq -n {number}; echo $X", shell.session()
        )
        return result.stdout == f"1\n{number}\n{number}\n"

    assert all(await asyncio.gather(*map(one, range(100))))


async def test_a_stopped_interpreter_is_not_used_again(shell: Shell) -> None:
    stopped = await shell.run("X=left; while :; do :; done", shell.session())
    after = await shell.run("echo [$X]", shell.session())

    assert "ptc: stopped" in stopped.stderr
    assert after.stdout == "[]\n"
