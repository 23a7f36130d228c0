"""What stands beside the tree for one command: seen like the tree, made when read, gone afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ptc_cli.shell import Shell
from ptc_cli.vfs import Folder, LazyFile

Made = list[str]


def lazy(made: Made, name: str, text: str) -> LazyFile:
    def make() -> bytes:
        made.append(name)
        return text.encode()

    return LazyFile(size=len(text), make=make, modified_at=86_400.0)


@pytest.fixture
def made() -> Made:
    return []


@pytest.fixture
def runs(made: Made) -> Folder:
    texts: dict[str, Callable[[str], str]] = {
        "stdout": lambda run: f"output of {run}\n",
        "value.json": lambda run: f'{{"run": "{run}"}}\n',
    }
    folders = {
        run: Folder({name: lazy(made, f"{run}/{name}", text(run)) for name, text in texts.items()})
        for run in ("r1", "r2")
    }
    return Folder({"runs": Folder(folders)})


@pytest.mark.parametrize(
    ("command", "stdout"),
    [
        ("ls /", "README.md\ndocs\nruns\ntools\n"),
        ("cat /runs/r1/stdout", "output of r1\n"),
        ("cat /runs/*/stdout", "output of r1\noutput of r2\n"),
        ("cd /runs/r2; jq -r .run value.json; pwd", "r2\n/runs/r2\n"),
        ("grep -r output /runs", "/runs/r1/stdout:output of r1\n/runs/r2/stdout:output of r2\n"),
        ("find / -name stdout | xargs cat", "output of r1\noutput of r2\n"),
        ("for f in /r*/*; do tail -1 $f/stdout; done", "output of r1\noutput of r2\n"),
        ("n=ru; cat /${n}ns/r1/stdout", "output of r1\n"),
        ("awk '{print $NF}' /runs/r1/stdout /runs/r2/stdout", "r1\nr2\n"),
        ("diff /runs/r1/stdout <(cat /runs/r1/stdout) && echo same", "same\n"),
    ],
)
async def test_an_overlay_is_seen_like_the_tree(shell: Shell, runs: Folder, command: str, stdout: str) -> None:
    result = await shell.run(command, shell.session(), runs)

    assert (result.stdout, result.stderr) == (stdout, "")


@pytest.mark.parametrize(
    "command", ["ls -l /runs/..", "stat -c %s /README.md", "cat /README.md", "ls /docs", "echo hi", "grep -rn x /docs"]
)
async def test_a_command_that_does_not_go_there_makes_no_text(
    shell: Shell, runs: Folder, made: Made, command: str
) -> None:
    await shell.run(command, shell.session(), runs)

    assert made == []


async def test_a_text_is_made_once_while_its_directory_lives(shell: Shell, runs: Folder, made: Made) -> None:
    for _ in range(3):
        await shell.run("tail -1 /runs/r1/stdout", shell.session(), runs)

    assert sorted(made) == ["r1/stdout", "r1/value.json"]


async def test_an_overlay_is_gone_with_its_command(shell: Shell, runs: Folder) -> None:
    inside = await shell.run("cd /runs/r1", shell.session(), runs)
    after = await shell.run("pwd; ls /; cat /runs/r1/stdout; echo /r*", inside.session)

    assert after.stdout == "/\nREADME.md\ndocs\ntools\n/r*\n"
    assert after.stderr == "cat: /runs/r1/stdout: No such file or directory\n"


async def test_two_sessions_see_their_own(shell: Shell, made: Made) -> None:
    mine, yours = (Folder({"runs": Folder({"r": Folder({"stdout": lazy(made, who, who)})})}) for who in ("me", "you"))

    first = await shell.run("cat /runs/r/stdout", shell.session(), mine)
    second = await shell.run("cat /runs/r/stdout", shell.session(), yours)

    assert (first.stdout, second.stdout) == ("me", "you")


@pytest.mark.parametrize("command", ["echo x > /runs/r1/stdout", "rm -r /runs/r1", "touch /runs/x"])
async def test_an_overlay_cannot_be_written(shell: Shell, runs: Folder, command: str) -> None:
    result = await shell.run(command, shell.session(), runs)

    assert result.exit_code == 1
    assert "Read-only file system" in result.stderr
    assert (await shell.run("cat /runs/r1/stdout", shell.session(), runs)).stdout == "output of r1\n"


async def test_the_tree_stands_before_an_overlay_of_the_same_name(shell: Shell, made: Made) -> None:
    result = await shell.run("cat /README.md; ls /docs", shell.session(), Folder({"docs": Folder({"x": Folder({})})}))

    assert result.stdout == "# Tools\n\nExplore, then write a program.\ngithub\n"


async def test_paths_of_an_overlay_complete(shell: Shell, runs: Folder) -> None:
    assert shell.complete("cat /runs/r1/s", shell.session(), runs) == ["/runs/r1/stdout"]
