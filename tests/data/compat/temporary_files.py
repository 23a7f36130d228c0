# needs a disk
"""Files and folders that are gone afterwards."""
import os
import shutil
import tempfile

with tempfile.TemporaryDirectory(prefix="job-") as folder:
    path = os.path.join(folder, "a.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("grüße\n" * 3)
    print(os.path.getsize(path), sorted(os.listdir(folder)), open(path, encoding="utf-8").readline())
    shutil.copytree(folder, folder + "/copy")
    print(sorted(name for _, _, names in os.walk(folder) for name in names))
print(os.path.exists(folder))
with tempfile.NamedTemporaryFile("w+", suffix=".log") as file:
    file.write("line\n")
    file.seek(0)
    print(file.read(), file.name.endswith(".log"))
with tempfile.SpooledTemporaryFile(max_size=10) as spool:
    spool.write(b"x" * 100)
    spool.seek(90)
    print(spool.read())
