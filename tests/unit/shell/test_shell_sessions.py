"""What outlives a command, and what a command gives back."""

from __future__ import annotations

import asyncio

from ptc_cli.core.stub import StubTree
from ptc_cli.shell import Shell
from ptc_cli.vfs import VirtualTree


async def test_a_command_gives_output_errors_and_status(shell: Shell) -> None:
    result = await shell.run("cat /README.md; cat nope; exit 3", shell.session())

    assert result.stdout == "# Tools\n\nExplore, then write a program.\n"
    assert result.stderr == "cat: nope: No such file or directory\n"
    assert result.exit_code == 3


async def test_a_session_begins_at_the_root(shell: Shell) -> None:
    result = await shell.run("pwd; ls; echo ~", shell.session())

    assert result.stdout == "/\nREADME.md\ndocs\ntools\n/\n"


async def test_the_working_directory_and_exported_variables_persist(shell: Shell) -> None:
    first = await shell.run("cd docs/github; export KEPT=yes LOST; GONE=1; f() { :; }", shell.session())
    second = await shell.run("pwd; echo $KEPT $GONE; type f", first.session)

    assert second.stdout == "/docs/github\nyes\n"
    assert second.exit_code == 1


async def test_sessions_are_apart(shell: Shell) -> None:
    moved = await shell.run("cd docs; export A=1", shell.session())
    other = await shell.run("pwd; echo [$A]", shell.session())

    assert moved.session.cwd == "/docs"
    assert other.stdout == "/\n[]\n"


async def test_a_directory_that_is_gone_sends_the_session_home(tree: VirtualTree, shell: Shell) -> None:
    inside = await shell.run("cd docs/github", shell.session())
    tree.update(StubTree(files={"/README.md": "all that is left\n"}))

    assert (await shell.run("pwd; ls", inside.session)).stdout == "/\nREADME.md\n"


async def test_a_change_to_the_tree_shows_in_the_next_command(tree: VirtualTree, shell: Shell) -> None:
    before = await shell.run("cat /docs/github/get_issue.md; cat /tools/github.pyi", shell.session())
    files = {"/docs/github/get_issue.md": "Changed.\n", "/tools/slack.pyi": "def post() -> None: ...\n"}
    tree.update(StubTree(files=files))
    after = await shell.run("cat docs/github/*; ls -R tools; cat tools/*", shell.session())

    assert before.stdout == "Get one issue by number.\ndef get_issue(number: int) -> str: ...\n"
    assert after.stdout == "Changed.\ntools:\nslack.pyi\ndef post() -> None: ...\n"


async def test_variables_too_large_to_keep_are_said_to_be_dropped(shell: Shell) -> None:
    result = await shell.run("x=aaaaaaaaaa; for i in 1 2 3 4 5; do x=$x$x$x$x$x$x$x; done; export x", shell.session())

    assert result.session.exported == {}
    assert "are not kept" in result.stderr


async def test_commands_run_side_by_side_without_holding_up_the_loop(shell: Shell) -> None:
    sleeping = asyncio.create_task(shell.run("sleep 1; echo slept", shell.session()))
    quick = await shell.run("echo quick", shell.session())

    assert not sleeping.done()
    assert (quick.stdout, (await sleeping).stdout) == ("quick\n", "slept\n")


async def test_a_command_that_is_not_text_is_refused(shell: Shell) -> None:
    for command in ("echo \0", "echo \ud800", "#" * (1 << 20) + "#"):
        result = await shell.run(command, shell.session())

        assert (result.stdout, result.exit_code) == ("", 2)
        assert result.stderr.startswith("ptc: the command ")


def test_completion_offers_paths_and_commands(shell: Shell) -> None:
    session = shell.session()

    assert shell.complete("cat REA", session) == ["README.md"]
    assert shell.complete("cat /docs/g", session) == ["/docs/github/"]
    assert shell.complete("ls docs/github/", session) == ["docs/github/README.md", "docs/github/get_issue.md"]
    assert shell.complete("gre", session) == ["grep"]
    assert shell.complete("cat x | so", session) == ["sort"]
    assert shell.complete("cat nope/", session) == []


def test_completion_quotes_what_a_shell_would_read_otherwise() -> None:
    shell = Shell(VirtualTree(StubTree(files={"/a file (1).md": ""})))

    assert shell.complete("cat a", shell.session()) == [r"a\ file\ \(1\).md"]
