"""A shell over the tree that the recorded commands ran on, and what they are compared with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ptc_cli.core.stub import StubTree
from ptc_cli.shell import Shell
from ptc_cli.vfs import VirtualTree

DATA = Path(__file__).parents[2] / "data" / "shell"
DAY_SECONDS = 86_400


@pytest.fixture(scope="session")
def recorded_tree() -> StubTree:
    """The tree that real bash and GNU programs were run on, mounted at `/tools`."""
    return _tree("tree.json")


def _tree(name: str) -> StubTree:
    made = json.loads((DATA / name).read_text())
    return StubTree(files=made["files"], modified_at=made["modified_at"])


@pytest.fixture(scope="session")
def recorded_shell(recorded_tree: StubTree) -> Iterator[Shell]:
    """A shell that stands where theirs stood, the day after the tree was made."""
    tree = VirtualTree(recorded_tree)
    with closing(Shell(tree, mount="/tools", clock=lambda: recorded_tree.modified_at + DAY_SECONDS)) as shell:
        yield shell


@pytest.fixture(scope="session")
def generated_shell() -> Iterator[Shell]:
    """A shell over a tree that the stub generator made of six servers, as agents are given it."""
    made = _tree("generated_tree.json")
    with closing(Shell(VirtualTree(made), clock=lambda: made.modified_at + DAY_SECONDS)) as shell:
        yield shell


@pytest.fixture
def tree() -> VirtualTree:
    """A small tree such as agents see."""
    return VirtualTree(
        StubTree(
            files={
                "/README.md": "# Tools\n\nExplore, then write a program.\n",
                "/tools/__init__.pyi": "from . import github as github\n",
                "/tools/github.pyi": "def get_issue(number: int) -> str: ...\n",
                "/docs/github/README.md": "# github\n",
                "/docs/github/get_issue.md": "Get one issue by number.\n",
            }
        )
    )


@pytest.fixture
def shell(tree: VirtualTree) -> Iterator[Shell]:
    """A shell over the small tree."""
    with closing(Shell(tree)) as shell:
        yield shell
