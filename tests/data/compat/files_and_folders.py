# needs a disk
"""Write, move, find and remove files."""
import glob
import os
import shutil
from pathlib import Path

root = Path("tree")
for name in ("a.txt", "b/c.txt", "b/d.csv"):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(name.upper(), encoding="utf-8")
print(sorted(str(each.relative_to(root)) for each in root.rglob("*")), sorted(glob.glob("tree/**/*.txt", recursive=True)))
shutil.move(str(root / "a.txt"), str(root / "b" / "e.txt"))
shutil.copy2(root / "b" / "c.txt", root / "f.txt")
os.symlink("f.txt", root / "link")
print((root / "link").read_text(), os.readlink(root / "link"), (root / "f.txt").stat().st_size)
with open(root / "f.txt", "r+b") as file:
    file.seek(2)
    file.write(b"--")
    file.truncate(5)
(root / "f.txt").chmod(0o600)
os.utime(root / "f.txt", (1, 2))
status = os.stat(root / "f.txt")
print((root / "f.txt").read_bytes(), oct(status.st_mode), status.st_mtime)
shutil.rmtree(root)
print(root.exists())
