from pathlib import Path

import pytest

from ptc_cli.cli.export import MANIFEST, ExportError, export
from ptc_cli.core.stub import StubTree

TREE = StubTree(files={"/README.md": "hello\n", "/tools/a.pyi": "def f() -> int: ...\n"})


def content(folder: Path) -> dict[str, str]:
    found = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    return {path: text for path, text in found.items() if path != MANIFEST}


def test_a_tree_comes_to_disk_as_it_is(tmp_path: Path) -> None:
    changed = export(TREE, tmp_path / "new")

    assert content(tmp_path / "new") == {"README.md": "hello\n", "tools/a.pyi": "def f() -> int: ...\n"}
    assert changed == ("README.md", "tools/a.pyi")


def test_a_second_export_changes_only_what_differs_and_removes_what_is_gone(tmp_path: Path) -> None:
    export(TREE, tmp_path)
    changed = export(StubTree(files={"/README.md": "hello\n", "/tools2/b.pyi": "x: int\n"}), tmp_path)

    assert changed == ("tools/a.pyi", "tools2/b.pyi")
    assert content(tmp_path) == {"README.md": "hello\n", "tools2/b.pyi": "x: int\n"}
    assert not (tmp_path / "tools").exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(ExportError, match="is not empty, and no export wrote it"):
        export(TREE, tmp_path)
    assert content(tmp_path) == {"mine.txt": "mine"}


def test_a_planted_manifest_removes_nothing_outside(tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("mine")
    folder = tmp_path / "stubs"
    folder.mkdir()
    (folder / MANIFEST).write_text('["../victim.txt"]')

    with pytest.raises(ExportError, match="no path inside the folder"):
        export(TREE, folder)
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("planted", ["README.md", "tools"])
def test_a_planted_link_is_not_written_through(tmp_path: Path, planted: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = tmp_path / "stubs"
    export(StubTree(files={"/x": ""}), folder)
    (folder / planted).symlink_to(outside / "README.md" if planted == "README.md" else outside)

    with pytest.raises(ExportError, match="is a symbolic link"):
        export(TREE, folder)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("manifest", ["", "{}", "[5]", "[" * 50_000, "\0"])
def test_a_manifest_that_makes_no_sense_stops_the_export(tmp_path: Path, manifest: str) -> None:
    (tmp_path / MANIFEST).write_text(manifest)

    with pytest.raises(ExportError, match="cannot be understood"):
        export(TREE, tmp_path)


@pytest.mark.parametrize("path", ["/../x", "/a/../../x", "/", "/a\0b"])
def test_a_path_that_leads_outside_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ExportError):
        export(StubTree(files={path: "x"}), tmp_path / "new")
    assert list(tmp_path.iterdir()) == []
