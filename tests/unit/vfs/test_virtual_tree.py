"""The read-only tree: what it accepts, what it shows, how it changes."""

from __future__ import annotations

import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptc_cli.core.errors import PtcError
from ptc_cli.core.stub import StubTree
from ptc_cli.core.tree import Node, Tree
from ptc_cli.vfs import VirtualTree

FILES = {"/README.md": "read me\n", "/tools/a.pyi": "def a(): ...\n", "/docs/a/x.md": "x\n", "/docs/b/y.md": "y\n"}


def files_of(tree: Tree) -> dict[str, str]:
    found: dict[str, str] = {}

    def visit(node: Node, path: str) -> None:
        for name, child in node.entries.items():
            if child.is_directory:
                visit(child, f"{path}/{name}")
            else:
                found[f"{path}/{name}"] = child.content.decode()

    visit(tree.root, "")
    return found


def test_a_tree_holds_exactly_the_files_it_was_made_of() -> None:
    assert files_of(VirtualTree(StubTree(files=FILES))) == FILES


def test_entries_come_in_the_order_of_their_bytes() -> None:
    names = ["b", "a", "Z", "é", "_", "10", "9"]
    tree = VirtualTree(StubTree(files={f"/{name}": "" for name in names}))

    assert list(tree.root.entries) == sorted(names, key=str.encode)


def test_everything_is_read_only_and_of_one_time() -> None:
    root = VirtualTree(StubTree(files=FILES, modified_at=1_700_000_000.0)).root

    assert stat.filemode(root.mode) == "dr-xr-xr-x"
    for node in root.walk():
        assert stat.filemode(node.mode) == ("dr-xr-xr-x" if node.is_directory else "-r--r--r--")
        assert node.modified_at == 1_700_000_000.0


def test_a_change_to_one_server_leaves_the_nodes_of_the_others() -> None:
    tree = VirtualTree(StubTree(files=FILES))
    before = tree.root

    changed = tree.update(StubTree(files={**FILES, "/docs/a/x.md": "new\n"}, modified_at=9.0))

    assert changed == {"/docs/a/x.md"}
    assert tree.generation == 2
    assert tree.root.entries["docs"].entries["b"] is before.entries["docs"].entries["b"]
    assert tree.root.entries["tools"] is before.entries["tools"]
    assert tree.root.entries["docs"].entries["a"].modified_at == 9.0
    assert before.entries["docs"].entries["a"].entries["x.md"].content == b"x\n"


def test_the_same_tree_again_changes_nothing() -> None:
    tree = VirtualTree(StubTree(files=FILES))
    root = tree.root

    assert tree.update(StubTree(files=dict(FILES), modified_at=5.0)) == frozenset()
    assert (tree.generation, tree.root) == (1, root)


def test_a_directory_goes_with_its_last_file() -> None:
    tree = VirtualTree(StubTree(files=FILES))

    tree.update(StubTree(files={"/README.md": "read me\n"}))

    assert list(tree.root.entries) == ["README.md"]


def test_a_file_may_become_a_directory_and_turn_back() -> None:
    tree = VirtualTree(StubTree(files={"/a": "file"}))

    tree.update(StubTree(files={"/a/b": "below"}))
    assert files_of(tree) == {"/a/b": "below"}

    tree.update(StubTree(files={"/a": "file"}))
    assert files_of(tree) == {"/a": "file"}


@pytest.mark.parametrize(
    "path", ["", "relative", "/", "//a", "/a/", "/a//b", "/.", "/a/../b", "/..", "/a\0b", "/\ud800", "/" + "x" * 256]
)
def test_a_hostile_path_is_refused_and_the_tree_stays(path: str) -> None:
    tree = VirtualTree(StubTree(files=FILES))

    with pytest.raises(PtcError, match="cannot be used"):
        tree.update(StubTree(files={path: "x"}))

    assert files_of(tree) == FILES


@pytest.mark.parametrize("files", [{"/a": "", "/a/b": ""}, {"/a/b": "", "/a/b/c/d": ""}])
def test_a_path_that_is_file_and_directory_is_refused(files: dict[str, str]) -> None:
    with pytest.raises(PtcError, match="file and a directory"):
        VirtualTree(StubTree(files=files))


def test_a_new_file_below_an_old_file_is_refused() -> None:
    tree = VirtualTree(StubTree(files={"/a": "file"}))

    with pytest.raises(PtcError, match="file and a directory"):
        tree.update(StubTree(files={"/a": "file", "/a/b": ""}))


def test_lone_surrogates_in_a_text_become_question_marks() -> None:
    tree = VirtualTree(StubTree(files={"/a": "x\ud800y"}))

    assert tree.root.entries["a"].content == b"x?y"


def test_the_host_file_system_stays_what_it_was() -> None:
    real = (os.open, os.listdir, open)

    VirtualTree(StubTree(files=FILES))

    assert (os.open, os.listdir, open) == real


names = st.sampled_from(["a", "b", "c"])
trees = st.dictionaries(
    st.lists(names, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts)), st.text(max_size=3), max_size=6
).filter(lambda files: not any(other.startswith(f"{path}/") for path in files for other in files))


@given(trees, trees)
def test_an_updated_tree_holds_what_a_fresh_one_would(first: dict[str, str], second: dict[str, str]) -> None:
    tree = VirtualTree(StubTree(files=first))

    changed = tree.update(StubTree(files=second))

    expected = {path: text.encode("utf-8", "replace").decode() for path, text in second.items()}
    assert files_of(tree) == expected
    assert changed == {path for path in first.keys() | second.keys() if first.get(path) != second.get(path)}
