"""Whatever a command asks for: nothing is written, started or reached, limits are said, and an answer comes."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ptc_cli.core.stub import StubTree
from ptc_cli.core.tree import Tree
from ptc_cli.shell import Shell
from ptc_cli.shell.shell import OUTPUT_BYTES
from ptc_cli.vfs import VirtualTree

TESTS = Path(__file__).parents[2]


def snapshot(tree: Tree) -> str:
    return json.dumps([repr(node.content) for node in tree.root.entries.values()])


@pytest.mark.parametrize(
    "command",
    [
        "echo x > new.txt", "echo x >> README.md", "rm -rf /docs", "rm README.md", "mkdir a", "touch a",
        ": > README.md", "mv README.md b", "ln -s README.md b", "chmod 777 README.md", "truncate -s 0 README.md",
        "tee a <<< x", "sed -i s/a/b/ README.md", "sort -o README.md README.md", "dd if=README.md of=x", "rmdir docs",
        "cp README.md b", "find / -delete", "split README.md", "chown root README.md",
    ],
)  # fmt: skip
async def test_a_write_fails_and_says_so(tree: VirtualTree, shell: Shell, command: str) -> None:
    before = snapshot(tree)

    result = await shell.run(command, shell.session())
    after = await shell.run("cat /README.md; ls /", shell.session())

    assert result.exit_code != 0
    assert re.search("Read-only file system|Permission denied|override this failsafe", result.stderr)
    assert after.stdout == "# Tools\n\nExplore, then write a program.\nREADME.md\ndocs\ntools\n"
    assert snapshot(tree) == before


@pytest.mark.parametrize(
    "program", ["python3 -c 1", "curl http://127.0.0.1", "git log", "sudo ls", "node x.js", "nosuch"]
)
async def test_another_program_is_not_found_and_the_way_to_run_one_is_said(shell: Shell, program: str) -> None:
    result = await shell.run(program, shell.session())

    name = program.split()[0]
    assert result.exit_code == 127
    assert result.stderr.startswith(f"bash: line 1: {name}: command not found\n")
    assert "execute_python" in result.stderr


@pytest.mark.parametrize(
    "command", ["cat /etc/passwd", "cat /proc/self/environ", "ls /root", "cat ../../../../etc/hostname", "cat /tmp/*"]
)
async def test_the_host_cannot_be_read(shell: Shell, command: str) -> None:
    result = await shell.run(command, shell.session())

    assert result.stdout == ""
    assert result.exit_code != 0


async def test_a_name_that_the_interpreter_refuses_costs_no_other_file() -> None:
    names = ("good.md", "bidi\u202e.md", "new\nline.md", "quote'\"$(x).md", "x" * 255, "tab\t", "-rf", "~", "*")
    files = {
        f"/{folder}{name}": "text\n" for name in names for folder in ("", "docs/", "docs/a/", "a/b/c/", "bidi\u202e/d/")
    }
    shell = Shell(VirtualTree(StubTree(files=files)))

    for folder in ("/", "/docs", "/docs/a", "/a/b/c"):
        result = await shell.run(f"cd {folder}; cat good.md; cat ./-rf; ls -b | wc -l", shell.session())

        assert result.stdout.startswith("text\ntext\n")
        assert result.exit_code == 0


@pytest.mark.parametrize(
    ("program", "advice"),
    [
        ("python3 x.py", "Submit Python to execute_python"),
        ("curl http://127.0.0.1", "grep -ril WORD /docs"),
        ("pip install requests", "Nothing can be installed"),
        ("vim README.md", "cat, sed -n or grep"),
        ("git log", "no repository here"),
        ("mypy x.py", "type-checks a program"),
        ("nosuch", "submit a Python program to execute_python"),
    ],
)
async def test_what_to_do_instead_of_a_missing_program_is_said(shell: Shell, program: str, advice: str) -> None:
    result = await shell.run(program, shell.session())

    assert result.exit_code == 127
    assert advice in result.stderr


async def test_the_environment_of_the_process_is_not_the_shells(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTC_TEST_SECRET", "leaked")

    result = await shell.run("env; set; printenv PTC_TEST_SECRET", shell.session())

    assert "leaked" not in result.stdout


@pytest.mark.parametrize(
    "command",
    [
        "while :; do :; done",
        "f() { f; }; f",
        "x=a; while :; do x=$x$x; done",
        "sleep 100",
        ":(){ :|:& };:",
        "dd if=/dev/zero bs=1G count=10 | cat",
        "printf '%1000000000d' 1",
        "awk 'BEGIN{while(1);}'",
        "seq 100000000",
    ],
)
async def test_a_bomb_is_stopped_and_said(tree: VirtualTree, command: str) -> None:
    with closing(Shell(tree, timeout_seconds=1)) as shell:
        result = await shell.run(f"echo before; {command}", shell.session())

    assert result.stdout.startswith("before\n")
    assert re.search("ptc: stopped|exceeded|limit|No such file", result.stderr)


async def test_an_expansion_too_large_is_refused_before_anything_runs(shell: Shell) -> None:
    result = await shell.run("echo before; echo {1..100000000}", shell.session())

    assert result.stdout == ""
    assert result.stderr.startswith("ptc: stopped: brace range too large")


@pytest.mark.parametrize(
    "command",
    [
        "yes | head -c 100000000 | wc -c",
        "cat <<< $(yes | head -c 50000000) | wc -c",
        "x=$(printf 'aaaa%.0s' 1 2 3 4 5 6 7 8); for i in 1 2 3 4 5 6 7 8 9; do x=${x//a/aaaa}; done; echo ${#x}",
        "[[ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! =~ (a+)+$ ]]; echo $?",
        "grep -rE '(a+)+$' / ; echo done",
        "grep -rn --include='*********************b' x /; echo done",
        "ls --ignore='*a*a*a*a*a*a*a*a*a*a*a*b'; echo done",
        "diff <(seq 20000) <(seq 20000 | rev) | tail -1; echo done",
        "stat --printf='%999999999n' README.md | wc -c",
        "tree -L 99999999999999999999 | tail -1",
        "ls -C -w 999999999",
        "diff -y -W 999999999 README.md docs/github/README.md",
        "diff -U 999999999 README.md docs/github/README.md | tail -1",
        "xargs -n1 sh -c 'seq 10000' < <(seq 200) | wc -l",
        "seq 1000000000000 | tail -1",
        "echo {1..9}{1..9}{1..9}{1..9}{1..9}{1..9}{1..9}{1..9} | wc -c",
        "for i in $(seq 1000); do cat /README.md /docs/github/*; done | wc -c",
        "seq 100000 | sort -R | sort -n | tail -1",
        "for i in $(seq 60000); do echo aaaaaaaa; done | sed -E 's/(a+)+$/b/' | tail -1",
        "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! | awk '/(a+)+$/'; echo done",
        "jq -n '[range(1000000000)] | length'; echo done",
        "jq -n 'def f: f; f'; echo done",
        "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! | grep -P '(a+)+$'; echo done",
        "rg '(a|aa)+$' / ; rg -P '(?=(a+)+$)b' /; echo done",
        "cut -c 1-999999999999999999 /README.md; column -c 999999999 /README.md",
    ],
)
async def test_work_that_grows_ends_in_time(tree: VirtualTree, command: str) -> None:
    shell = Shell(tree, timeout_seconds=3)

    result = await shell.run(command, shell.session())

    assert result.stdout or result.stderr


async def test_long_output_keeps_its_ends_and_says_how_much_is_missing(shell: Shell) -> None:
    result = await shell.run("seq 20000", shell.session())

    assert result.is_truncated
    assert result.stdout.startswith("1\n2\n3\n")
    assert result.stdout.endswith("\n20000\n")
    assert len(result.stdout) < OUTPUT_BYTES + 100
    assert "[... 78,894 bytes cut ...]" in result.stdout


async def test_syntax_errors_exit_2(shell: Shell) -> None:
    result = await shell.run("if true; then echo", shell.session())

    assert result.exit_code == 2
    assert result.stderr.startswith("bash: -c: line ")


async def test_a_file_that_speaks_of_read_only_file_systems_is_shown_as_it_is(shell: Shell) -> None:
    result = await shell.run("echo 'the filesystem is read-only here'", shell.session())

    assert result.stdout == "the filesystem is read-only here\n"


def test_hundreds_of_mangled_commands_do_no_harm() -> None:
    fuzz = subprocess.run(
        [sys.executable, str(TESTS / "fuzz_shell.py"), "--rounds", "400", "--seed", "7"],
        env={**os.environ, "PYTHONPATH": str(TESTS.parent)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert fuzz.returncode == 0, fuzz.stdout + fuzz.stderr


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_process_file_or_socket_is_opened(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    traced = subprocess.run(
        ["strace", "-f", "-o", str(trace), "-e", "trace=%process,%network,%file", sys.executable, "-c", TRACED],
        env={**os.environ, "PYTHONPATH": str(TESTS.parent), "DATA": str(TESTS / "data" / "shell")},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    if traced.returncode != 0 and "ptrace" in traced.stderr:
        pytest.skip("strace may not trace here")
    assert traced.returncode == 0, traced.stderr
    between = re.search(r"/MARK_START.*?\n(.*)^.*?/MARK_END", trace.read_text(), re.DOTALL | re.MULTILINE)
    assert between is not None
    harmless = re.compile(r"\b(clone3?|exit)\(|resumed>|\+\+\+ exited")
    assert [line for line in between.group(1).splitlines() if not harmless.search(line)] == []
    assert not re.search(r"clone3?\((?!.*CLONE_THREAD)[^<]*$", between.group(1), re.MULTILINE)


TRACED = """
import json, os
from pathlib import Path
from ptc_cli.core.stub import StubTree
from ptc_cli.shell import Shell
from ptc_cli.vfs import VirtualTree

data = Path(os.environ["DATA"])
made = json.loads((data / "tree.json").read_text())
shell = Shell(VirtualTree(StubTree(files=made["files"], modified_at=made["modified_at"])), mount="/tools")
commands = [json.loads(line)["cmd"] for line in (data / "commands.jsonl").read_text().splitlines()]
for round in (1, 2):
    # The first round does the imports; only the second is looked at.
    os.path.exists("/MARK_START") if round == 2 else None
    for command in commands:
        shell.run_blocking(command, shell.session())
os.path.exists("/MARK_END")
"""


async def test_a_shell_that_is_closed_holds_nothing_of_the_system(tree: VirtualTree) -> None:
    await used_and_closed(tree)  # what the first one brings in for the whole process stays
    before = held()
    for _ in range(3):
        await used_and_closed(tree)

    # Its threads end by themselves, and take with them what they hold.
    async with asyncio.timeout(30):
        while held() > before:
            gc.collect()
            await asyncio.sleep(0.01)


async def used_and_closed(tree: VirtualTree) -> None:
    with closing(Shell(tree)) as shell:
        await shell.run("cat README.md | grep -n Tools; ls | sort", shell.session())


def held() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
