"""Paths taken apart and put together."""
import os.path
from pathlib import Path, PurePosixPath, PureWindowsPath

path = PurePosixPath("/srv/data/report.final.csv")
print(path.name, path.stem, path.suffixes, path.parent, path.with_suffix(".json"), path.relative_to("/srv"))
print(PureWindowsPath(r"c:\users\me") / "docs", path.match("*.csv"), PurePosixPath("a") / "/b", list(path.parents))
print(os.path.normpath("/a/./b/../c"), os.path.commonpath(["/a/b", "/a/c"]), os.path.splitext("x.tar.gz"))
print(Path("nothing/here").exists(), Path(".").is_dir(), os.path.join("a", "b"), os.path.basename("/x/y"))
